package neox.evaluation.catalogue;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import neox.base.UserException;
import neox.base.text.Spelling;
import neox.evaluation.catalogue.IndexEntry.OfTag;
import neox.evaluation.function.NamedFunctions;
import neox.evaluation.task.Task;
import neox.evaluation.yaml.YamlFiles;
import neox.evaluation.yaml.YamlNode.Fields;
import neox.evaluation.yaml.YamlNode.FunctionName;

/// The tasks that can be asked for.
public final class TaskCatalogue {
  private final TaskIndex index;
  private final TreeBuilder trees;
  private final Consumer<String> warnings;

  private TaskCatalogue(TaskIndex index, NamedFunctions functions, Consumer<String> warnings) {
    this.index = index;
    this.trees = new TreeBuilder(index, new TaskFactory(functions));
    this.warnings = warnings;
  }

  /// The tasks that come with this program, and those below other folders, the later of which
  /// replace those before.
  ///
  /// @param warnings told what is passed over
  public static TaskCatalogue of(
      List<Path> folders, NamedFunctions functions, Consumer<String> warnings) throws IOException {
    for (Path folder : folders) {
      if (!Files.isDirectory(folder)) {
        throw UserException.of("%s: expected a directory with task files", folder);
      }
    }
    try (BuiltInTasks builtIn = BuiltInTasks.open()) {
      List<Path> all = new ArrayList<>(List.of(builtIn.folder()));
      all.addAll(folders);
      return new TaskCatalogue(TaskIndex.of(all), functions, warnings);
    }
  }

  public TaskIndex index() {
    return index;
  }

  /// What names stand for: tasks, groups and tags; patterns with `*`, `?` and `[…]` of them; task
  /// files, and folders of such. [UserException] with a line for each that stands for nothing, or
  /// for a task that cannot be run here. Of patterns, tags and folders such tasks are left out with
  /// a warning, unless nothing is left.
  public Selection select(List<String> names) throws IOException {
    List<TaskTree> roots = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    for (String name : names) {
      try {
        roots.addAll(select(name));
      } catch (UserException e) {
        problems.addAll(e.problems());
      }
    }
    if (!problems.isEmpty()) {
      throw UserException.ofAll(problems);
    }
    Selection selection = new Selection(roots);
    tellOfPorts(selection);
    return selection;
  }

  /// Python code beside a task file is not run: a function of its name here is.
  private void tellOfPorts(Selection selection) {
    Map<Path, Set<String>> ported = new TreeMap<>();
    for (Task task : selection.tasks()) {
      for (FunctionName function : task.config().fields().functions()) {
        NamedFunctions.source(function)
            .ifPresent(
                file -> ported.computeIfAbsent(file, f -> new TreeSet<>()).add(function.name()));
      }
    }
    ported.forEach((file, names) ->
        warnings.accept(
            "%s is not run; its functions %s are those of neox"
                .formatted(file, String.join(", ", names))));
  }

  private List<TaskTree> select(String name) throws IOException {
    List<String> matching = new NamePattern(name).in(index.names());
    if (!matching.isEmpty()) {
      return named(name, matching);
    }
    Path path = Path.of(name);
    if (Files.isDirectory(path)) {
      return ofFiles(name, files(path, "*.yaml"));
    }
    if (name.endsWith(".yaml")) {
      Path folder = Optional.ofNullable(path.getParent()).orElse(Path.of(""));
      List<Path> files =
          Files.exists(path) ? List.of(path) : files(folder, String.valueOf(path.getFileName()));
      if (!files.isEmpty()) {
        return ofFiles(name, files);
      }
      throw UserException.of("%s: there is no such task file", name);
    }
    throw new UserException(unknown(name));
  }

  /// Tasks and groups of names in the index.
  private List<TaskTree> named(String asked, List<String> matching) {
    List<TaskTree> found = new ArrayList<>();
    List<String> left = new ArrayList<>();
    List<IndexEntry> entries = new ArrayList<>();
    for (String name : matching) {
      IndexEntry entry = index.find(name).orElseThrow();
      if (entry instanceof OfTag tag) {
        tag.tasks().forEach(task -> index.find(task).ifPresent(entries::add));
      } else {
        entries.add(entry);
      }
    }
    for (IndexEntry entry : entries) {
      try {
        found.addAll(trees.of(entry));
      } catch (UserException e) {
        if (entry.name().equals(asked)) {
          throw e;
        }
        left.addAll(e.problems());
      }
    }
    return orRefuse(found, left);
  }

  private List<TaskTree> ofFiles(String asked, List<Path> files) throws IOException {
    List<TaskTree> found = new ArrayList<>();
    List<String> left = new ArrayList<>();
    YamlFiles reader = new YamlFiles(warnings);
    for (Path file : files) {
      try {
        Fields fields = reader.read(file);
        if (fields.has("task") || fields.has("group")) {
          found.add(trees.of(fields));
        }
      } catch (UserException e) {
        left.addAll(e.problems());
      }
    }
    if (found.isEmpty() && left.isEmpty()) {
      throw UserException.of("%s: no task is in there", asked);
    }
    return orRefuse(found, left);
  }

  private List<TaskTree> orRefuse(List<TaskTree> found, List<String> left) {
    if (found.isEmpty()) {
      throw UserException.ofAll(left);
    }
    left.forEach(problem -> warnings.accept("left out: " + problem));
    return found;
  }

  private static List<Path> files(Path folder, String pattern) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
    try (Stream<Path> paths = Files.list(folder)) {
      return paths.filter(path -> matcher.matches(path.getFileName())).sorted().toList();
    }
  }

  private String unknown(String name) {
    int mistakes = Math.max(2, name.length() / 2);
    String hint =
        Spelling.nearest(name, index.names(), mistakes)
            .map(nearest -> "; did you mean '" + nearest + "'?")
            .orElse("");
    String unread =
        index.unreadable().values().stream()
            .findFirst()
            .map(first ->
                "; %d task files could not be read, such as %s"
                    .formatted(index.unreadable().size(), first))
            .orElse("");
    return "unknown task '%s'%s (neox-eval ls tasks shows all)%s".formatted(name, hint, unread);
  }
}
