package neox.evaluation.function;

import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import neox.base.UserException;
import neox.evaluation.yaml.YamlNode.FunctionName;

/// The functions that exist here, by the name under which the harness keeps them:
/// `folder/module.function`, such as `hellaswag/utils.process_docs`.
///
/// A task file finds a function by the folder that it lies in and the name that it writes. So a
/// copy of the harness's folder finds the same functions, wherever it is; and so does a file
/// elsewhere that names them in full, as `lm_eval.tasks.hellaswag.utils.process_docs`.
public final class NamedFunctions {
  /// No functions at all.
  public static final NamedFunctions NONE = new NamedFunctions(Map.of());

  private final Map<String, TaskFunction> functions;

  /// Functions by name. A folder may have its parents before it, where its own name is not enough:
  /// the longest that fits is taken.
  public NamedFunctions(Map<String, ? extends TaskFunction> functions) {
    this.functions = Map.copyOf(functions);
    for (String name : this.functions.keySet()) {
      if (!name.matches("(\\S+/)+\\S+\\.\\w+")) {
        throw new IllegalArgumentException(name + " is not folder/module.function");
      }
    }
  }

  /// The functions of both.
  public NamedFunctions and(Map<String, ? extends TaskFunction> others) {
    Map<String, TaskFunction> all = new LinkedHashMap<>(functions);
    all.putAll(others);
    return new NamedFunctions(all);
  }

  /// All names, sorted.
  public SortedSet<String> names() {
    return new TreeSet<>(functions.keySet());
  }

  /// The function that a task file means; empty when it is not here.
  public Optional<TaskFunction> find(FunctionName function) {
    String rest = qualified(function);
    while (rest.contains("/")) {
      TaskFunction found = functions.get(rest);
      if (found != null) {
        return Optional.of(found);
      }
      rest = rest.substring(rest.indexOf('/') + 1);
    }
    return Optional.empty();
  }

  /// The function for a place in a task file; [UserException] `file:line: …` when it is not here,
  /// or is of another kind.
  ///
  /// @param key the place, such as `doc_to_text`
  public <T extends TaskFunction> T require(
      FunctionName function, FunctionRole<T> role, String key) {
    TaskFunction found =
        find(function)
            .orElseThrow(() ->
                UserException.of(
                    "%s: %s: the Python function %s of the folder '%s' cannot be run here, and there"
                        + " is none in its place; %s",
                    function.place(), key, function.name(), folder(function), role.advice()));
    if (!role.type().isInstance(found)) {
      throw UserException.of(
          "%s: %s: the function %s is no function for this key; %s",
          function.place(), key, function.name(), role.advice());
    }
    return role.type().cast(found);
  }

  private static String folder(FunctionName function) {
    Path name = function.folder().getFileName();
    return name == null ? "/" : name.toString();
  }

  /// The Python file that a task file means, if it lies there: it is not run. The task files that
  /// come with this program, in its jar, have none.
  public static Optional<Path> source(FunctionName function) {
    if (!function.folder().getFileSystem().equals(FileSystems.getDefault())) {
      return Optional.empty();
    }
    String module = function.name().replaceFirst("\\.?[^.]*$", "").replace('.', '/');
    Path file = function.folder().resolve(module + ".py");
    return Files.exists(file) ? Optional.of(file) : Optional.empty();
  }

  /// Folder, module and function: the dots of the module are folders, too.
  private static String qualified(FunctionName function) {
    String name = function.name();
    int dot = name.lastIndexOf('.');
    String path = dot < 0 ? name : name.substring(0, dot).replace('.', '/') + name.substring(dot);
    return (function.folder() + "/" + path).replace('\\', '/');
  }
}
