import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import neox.base.UserException;
import neox.evaluation.catalogue.IndexEntry.OfGroup;
import neox.evaluation.catalogue.IndexEntry.OfTag;
import neox.evaluation.catalogue.IndexEntry.OfTask;
import neox.evaluation.catalogue.TaskFactory;
import neox.evaluation.catalogue.TaskIndex;
import neox.evaluation.function.HarnessFunctions;
import neox.evaluation.function.NamedFunctions;
import neox.evaluation.yaml.YamlNode.FunctionName;

/// Reads every task file below a folder: how many tasks can be run here, and why the others cannot?
/// Names of tasks, groups and tags go to files, to be compared with the harness's.
class CountTasks {
  private static final int SHOWN = 25;

  /// @param args the folder of task files, and one for the lists of names
  public static void main(String[] args) throws IOException {
    long started = System.nanoTime();
    TaskIndex index = TaskIndex.of(List.of(Path.of(args[0])));
    double seconds = (System.nanoTime() - started) / 1e9;
    Path out = Path.of(args[1]);
    List<OfTask> tasks = index.all(OfTask.class);
    List<OfGroup> groups = index.all(OfGroup.class);
    List<OfTag> tags = index.all(OfTag.class);
    Files.write(out.resolve("tasks"), tasks.stream().map(OfTask::name).toList());
    Files.write(out.resolve("groups"), groups.stream().map(OfGroup::name).toList());
    Files.write(
        out.resolve("tags"),
        tags.stream().map(tag -> tag.name() + " " + String.join(" ", tag.tasks())).toList());
    System.out.printf(
        "%d tasks, %d groups, %d tags read in %.1f s; %d files not read%n",
        tasks.size(), groups.size(), tags.size(), seconds, index.unreadable().size());
    index.unreadable().forEach((file, problem) -> System.out.println("  " + problem));
    build(tasks, out);
  }

  private static void build(List<OfTask> tasks, Path out) throws IOException {
    NamedFunctions functions = new NamedFunctions(HarnessFunctions.all());
    TaskFactory factory = new TaskFactory(functions);
    Map<String, Integer> reasons = new TreeMap<>();
    Map<String, Integer> missing = new TreeMap<>();
    List<String> refused = new ArrayList<>();
    long started = System.nanoTime();
    for (OfTask task : tasks) {
      try {
        factory.task(task.fields());
      } catch (UserException e) {
        String reason = e.getMessage().replaceFirst("^\\S+:\\d+: ", "");
        refused.add(task.name() + "\t" + e.getMessage());
        TreeSet<String> names = new TreeSet<>();
        for (FunctionName function : task.fields().functions()) {
          if (functions.find(function).isEmpty()) {
            names.add(function.folder().getFileName() + "/" + function.name());
          }
        }
        names.forEach(name -> missing.merge(name, 1, Integer::sum));
        reasons.merge(names.isEmpty() ? kind(reason) : "a function that is not here", 1, Integer::sum);
      }
    }
    Files.write(out.resolve("refused"), refused);
    System.out.printf(
        "%d of them can be run here, %d are refused (%.1f s):%n",
        tasks.size() - refused.size(), refused.size(), (System.nanoTime() - started) / 1e9);
    print(reasons);
    System.out.println("functions that are not here, by tasks that name them:");
    print(missing);
  }

  /// A message without what it quotes.
  private static String kind(String reason) {
    return reason.replaceAll("task \\S+ ", "task … ").replaceAll("'[^']*'|\"[^\"]*\"", "'…'");
  }

  private static void print(Map<String, Integer> counts) {
    counts.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .limit(SHOWN)
        .forEach(e -> System.out.printf("  %6d  %s%n", e.getValue(), e.getKey()));
    if (counts.size() > SHOWN) {
      System.out.printf("  and %d more%n", counts.size() - SHOWN);
    }
  }
}
