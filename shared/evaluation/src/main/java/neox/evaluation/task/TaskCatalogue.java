package neox.evaluation.task;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import neox.base.UserException;
import neox.base.text.Spelling;

/// The tasks that can be asked for by name.
public final class TaskCatalogue {
  private final SortedMap<String, Task> tasks = new TreeMap<>();

  public TaskCatalogue(List<Task> tasks) {
    tasks.forEach(task -> this.tasks.put(task.name(), task));
  }

  /// The tasks that need no task file.
  public static TaskCatalogue builtIn() {
    return new TaskCatalogue(BuiltInTasks.all());
  }

  /// All tasks, sorted by name.
  public List<Task> all() {
    return List.copyOf(tasks.values());
  }

  /// The tasks of names and of patterns with `*`, `?` and `[…]`, in that order, each once.
  /// [UserException] with a suggestion for every name that matches nothing.
  public List<Task> find(List<String> names) {
    Set<Task> found = new LinkedHashSet<>();
    List<String> problems = new ArrayList<>();
    for (String name : names) {
      Pattern pattern = glob(name);
      List<Task> matching =
          tasks.values().stream().filter(task -> pattern.matcher(task.name()).matches()).toList();
      found.addAll(matching);
      if (matching.isEmpty()) {
        problems.add(unknown(name));
      }
    }
    if (!problems.isEmpty()) {
      throw UserException.ofAll(problems);
    }
    return List.copyOf(found);
  }

  private String unknown(String name) {
    int mistakes = Math.max(2, name.length() / 2);
    String hint =
        Spelling.nearest(name, tasks.keySet(), mistakes)
            .map(nearest -> "; did you mean '" + nearest + "'?")
            .orElse("");
    return "unknown task '%s'%s (--tasks list shows all)".formatted(name, hint);
  }

  /// Python's `fnmatch` as a pattern; a name without special characters matches itself.
  private static Pattern glob(String name) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      int end = c == '[' ? name.indexOf(']', i + 2) : -1;
      if (c == '*') {
        regex.append(".*");
      } else if (c == '?') {
        regex.append('.');
      } else if (end > 0) {
        String set = name.substring(i + 1, end).replace("\\", "\\\\").replace("[", "\\[");
        regex.append('[').append(set.startsWith("!") ? "^" + set.substring(1) : set).append(']');
        i = end;
      } else {
        regex.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL);
  }
}
