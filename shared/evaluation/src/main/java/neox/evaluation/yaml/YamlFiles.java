package neox.evaluation.yaml;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import neox.base.ReadableFile;
import neox.base.UserException;
import neox.evaluation.yaml.YamlNode.Fields;
import neox.evaluation.yaml.YamlNode.Items;
import neox.evaluation.yaml.YamlNode.Scalar;
import neox.template.value.Value;

/// Reads task files together with what they include. A file that many include is read once. Safe to
/// share between threads.
public final class YamlFiles {
  private final Consumer<String> warnings;
  private final Map<Path, Fields> parsed = new ConcurrentHashMap<>();

  /// @param warnings told of what PyYAML passes over in silence
  public YamlFiles(Consumer<String> warnings) {
    this.warnings = warnings;
  }

  /// A file's fields over those of the files that it includes, the last of which wins over those
  /// before; [UserException] `file:line: …` when one of them cannot be read.
  ///
  /// `task_list` is not inherited. As in the harness, a file must not come twice, in a circle or
  /// otherwise.
  public Fields read(Path file) throws IOException {
    return read(file.toRealPath(), new LinkedHashSet<>());
  }

  private Fields read(Path file, Set<Path> seen) throws IOException {
    seen.add(file);
    Fields own = parse(file);
    List<Scalar> included = includes(own);
    Fields rest = own.without("include");
    if (included.isEmpty()) {
      return rest;
    }
    Fields merged = Fields.none(own.place());
    for (Scalar name : included) {
      Path path = included(name, file);
      if (seen.contains(path)) {
        throw UserException.of(
            "%s: %s is included a second time, or includes itself", name.place(), path);
      }
      merged = merged.with(read(path, seen).without("task_list"));
    }
    return merged.with(rest);
  }

  private Fields parse(Path file) throws IOException {
    Fields known = parsed.get(file);
    if (known == null) {
      String text = ReadableFile.text(ReadableFile.bytes(file), file.toString());
      known = YamlText.parse(text, file, warnings);
      parsed.put(file, known);
    }
    return known;
  }

  private static List<Scalar> includes(Fields fields) {
    List<YamlNode> nodes =
        fields
            .get("include")
            .map(node -> node instanceof Items list ? list.items() : List.of(node))
            .orElse(List.of());
    List<Scalar> names = new ArrayList<>();
    for (YamlNode node : nodes) {
      if (!(node instanceof Scalar scalar && scalar.value() instanceof Value.Text)) {
        throw node.wrong("the name of a file to include, or a list of names");
      }
      names.add(scalar);
    }
    return names;
  }

  private static Path included(Scalar name, Path by) throws IOException {
    String text = ((Value.Text) name.value()).value();
    Path path = by.resolveSibling(text);
    try {
      return path.toRealPath();
    } catch (NoSuchFileException e) {
      throw new UserException(name.place() + ": there is no file " + path + " to include", e);
    }
  }
}
