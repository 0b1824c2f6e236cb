package neox.evaluation.catalogue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import neox.base.UserException;
import neox.evaluation.yaml.YamlFiles;
import neox.evaluation.yaml.YamlNode;
import neox.evaluation.yaml.YamlNode.Fields;
import neox.evaluation.yaml.YamlNode.Items;
import neox.evaluation.yaml.YamlNode.Scalar;
import neox.template.value.Printing;
import neox.template.value.Value;

/// All names in the task files below some folders.
///
/// Of two files of one folder with the same name the first counts, in the order of their paths; a
/// later folder replaces the names of those before it.
public final class TaskIndex {
  private static final Set<String> IGNORED = Set.of("__pycache__", ".ipynb_checkpoints");

  private final SortedMap<String, IndexEntry> entries = new TreeMap<>();
  private final Map<Path, String> unreadable = new LinkedHashMap<>();
  private final List<String> warnings = new ArrayList<>();

  private TaskIndex() {}

  /// Reads every `*.yaml` below the folders. Files that cannot be read are passed over as in the
  /// harness, see [#unreadable].
  public static TaskIndex of(List<Path> folders) throws IOException {
    TaskIndex index = new TaskIndex();
    for (Path folder : folders) {
      index.add(folder);
    }
    return index;
  }

  private void add(Path folder) throws IOException {
    YamlFiles files = new YamlFiles(warning -> {});
    Map<String, IndexEntry> own = new LinkedHashMap<>();
    for (Path file : files(folder)) {
      try {
        addFile(files.read(file), file, own);
      } catch (UserException e) {
        unreadable.put(file, String.valueOf(e.getMessage()));
      }
    }
    for (IndexEntry entry : own.values()) {
      IndexEntry before = entries.put(entry.name(), entry);
      if (before != null && entry.location().isPresent()) {
        warnings.add(
            "'%s' of %s replaces that of %s".formatted(entry.name(), file(entry), file(before)));
      }
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths
          .filter(path -> path.toString().endsWith(".yaml") && Files.isRegularFile(path))
          .filter(path -> !isIgnored(path))
          .sorted(Comparator.comparing(Path::toString))
          .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static boolean isIgnored(Path path) {
    for (Path part : path) {
      if (IGNORED.contains(part.toString())) {
        return true;
      }
    }
    return false;
  }

  private void addFile(Fields fields, Path file, Map<String, IndexEntry> own) {
    boolean group = fields.has("group") && !fields.has("class");
    Optional<String> name = text(fields, group ? "group" : "task");
    if (name.isEmpty()) {
      return; // only to be included
    }
    IndexEntry first = own.get(name.get());
    if (first != null) {
      warnings.add(
          "%s: '%s' is already that of %s, which counts".formatted(file, name.get(), file(first)));
      return;
    }
    if (group) {
      own.put(name.get(), new IndexEntry.OfGroup(name.get(), file, fields));
      return;
    }
    own.put(name.get(), new IndexEntry.OfTask(name.get(), file, fields));
    for (String tag : tags(fields)) {
      IndexEntry entry =
          own.computeIfAbsent(tag, key -> new IndexEntry.OfTag(key, new TreeSet<>()));
      if (entry instanceof IndexEntry.OfTag known) {
        known.tasks().add(name.get());
      }
    }
  }

  private static String file(IndexEntry entry) {
    return entry.location().map(Path::toString).orElse("a tag");
  }

  private static Optional<String> text(Fields fields, String key) {
    return fields
        .get(key)
        .filter(node -> node instanceof Scalar)
        .map(node -> Printing.str(node.value()));
  }

  private static List<String> tags(Fields fields) {
    List<YamlNode> nodes =
        fields
            .get("tag")
            .map(node -> node instanceof Items list ? list.items() : List.of(node))
            .orElse(List.of());
    List<String> tags = new ArrayList<>();
    for (YamlNode node : nodes) {
      if (node instanceof Scalar(Value.Text(String tag, _), _)) {
        tags.add(tag);
      }
    }
    return tags;
  }

  public Optional<IndexEntry> find(String name) {
    return Optional.ofNullable(entries.get(name));
  }

  /// All names, sorted.
  public Set<String> names() {
    return entries.keySet();
  }

  /// Everything that there is of one kind, sorted by name.
  public <T extends IndexEntry> List<T> all(Class<T> kind) {
    return entries.values().stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /// Why files were passed over.
  public Map<Path, String> unreadable() {
    return Map.copyOf(unreadable);
  }

  /// Names that stand in several files.
  public List<String> warnings() {
    return List.copyOf(warnings);
  }
}
