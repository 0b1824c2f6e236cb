import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import neox.base.UserException;
import neox.base.json.Json;
import neox.evaluation.catalogue.IndexEntry.OfTask;
import neox.evaluation.catalogue.TaskFactory;
import neox.evaluation.catalogue.TaskIndex;
import neox.evaluation.function.HarnessFunctions;
import neox.evaluation.function.NamedFunctions;
import neox.evaluation.request.Request;
import neox.evaluation.task.DocumentChoice;
import neox.evaluation.task.Documents;
import neox.evaluation.task.Instance;
import neox.evaluation.task.InstanceBuilder;
import neox.evaluation.task.PromptStyle;
import neox.evaluation.task.Task;

/// Compares the requests of tasks with those that the harness made of the same documents, see
/// contexts.py; exits 1 when one differs.
class CompareContexts {
  private static final int SHOWN = 10;
  private static final int DOCUMENTS = 2;

  /// @param args the folder of task files, and that of the recorded requests
  public static void main(String[] args) throws IOException {
    TaskIndex index = TaskIndex.of(List.of(Path.of(args[0])));
    TaskFactory factory = new TaskFactory(new NamedFunctions(HarnessFunctions.all()));
    InstanceBuilder builder =
        new InstanceBuilder(
            new Documents(Path.of(args[1], "data")),
            1234,
            new DocumentChoice.First(DOCUMENTS),
            PromptStyle.PLAIN);
    Map<String, Integer> counts = new TreeMap<>();
    int shown = 0;
    for (String line : Files.readAllLines(Path.of(args[1], "requests.jsonl"))) {
      JsonNode recorded = Json.parse(line, "requests");
      String name = recorded.get("task").asText();
      String outcome;
      try {
        Task task = factory.task(((OfTask) index.find(name).orElseThrow()).fields());
        JsonNode ours = requests(builder, task, recorded.get("shots").asInt());
        outcome = ours.equals(recorded.get("requests")) ? "equal" : "different";
        if (outcome.equals("different") && shown++ < SHOWN) {
          System.out.println(name + " with " + recorded.get("shots") + " examples");
          System.out.println("  harness " + recorded.get("requests"));
          System.out.println("  ours    " + ours);
        }
      } catch (UserException e) {
        outcome = "refused: " + String.valueOf(e.getMessage()).replaceFirst("^\\S+:\\d+: ", "");
      }
      counts.merge(outcome.substring(0, Math.min(100, outcome.length())), 1, Integer::sum);
    }
    counts.forEach((outcome, count) -> System.out.printf("  %6d  %s%n", count, outcome));
    if (counts.containsKey("different")) {
      System.exit(1);
    }
  }

  private static ArrayNode requests(InstanceBuilder builder, Task task, int shots)
      throws IOException {
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    for (Instance instance : builder.build(task, Optional.of(shots)).list()) {
      for (Request request : instance.requests()) {
        ArrayNode one = all.addArray().add(instance.id());
        request.arguments().forEach(one::add);
      }
    }
    return all;
  }
}
