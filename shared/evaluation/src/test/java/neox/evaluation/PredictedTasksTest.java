package neox.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.base.Console;
import neox.base.json.Json;
import neox.evaluation.metric.Bootstrap;
import neox.evaluation.report.Sample;
import neox.evaluation.report.TaskResult;
import neox.evaluation.request.Request;
import neox.evaluation.request.RequestRunner;
import neox.evaluation.request.Response;
import neox.evaluation.task.Documents;
import neox.evaluation.task.InstanceBuilder;
import neox.evaluation.task.PromptStyle;
import neox.evaluation.task.Task;
import neox.template.value.Value;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `--predict_only` leaves of results, as lm-evaluation-harness 0.4.13 with its model `dummy`
/// wrote it for these tasks: `simple_evaluate(model="dummy", …, predict_only=True)`.
class PredictedTasksTest {
  private static final Console QUIET =
      new Console(
          new ByteArrayInputStream(new byte[0]),
          new PrintStream(OutputStream.nullOutputStream()),
          new PrintStream(OutputStream.nullOutputStream()),
          false,
          true);

  private static final RequestRunner ANSWERS =
      (requests, sink) -> {
        for (int i = 0; i < requests.size(); i++) {
          sink.answered(i, answer(requests.get(i)));
        }
      };

  @TempDir private Path folder;

  private static Response answer(Request request) {
    return switch (request) {
      case Request.Generate _ -> new Response.Generated("lol");
      case Request.LogLikelihood _ -> new Response.Likelihood(-0.5, false);
      case Request.RollingLogLikelihood _ -> new Response.RollingLikelihood(-0.5);
    };
  }

  private TaskResult predicted(String more) throws IOException, InterruptedException {
    Files.createDirectories(folder.resolve("t"));
    Files.writeString(
        folder.resolve("t/test.jsonl"),
        """
        {"q": "2+2=", "a": "4", "many": ["4", "four"], "c": ["3", "4"], "g": 1}
        {"q": "1+2=", "a": "3", "many": ["3"], "c": ["3", "4"], "g": 0}
        """);
    String least = "task: t\ndataset_path: d\ntest_split: test\ndoc_to_text: q\n";
    Task task = TaskText.task(folder, least + more).predicting();
    InstanceBuilder builder =
        new InstanceBuilder(new Documents(folder), 1, Optional.empty(), PromptStyle.PLAIN);
    Evaluation evaluation = new Evaluation(builder, Optional.empty(), Bootstrap.of(10), QUIET);
    return evaluation.run(evaluation.prepare(List.of(task)), ANSWERS).getFirst();
  }

  private static JsonNode json(TaskResult result) throws IOException {
    JsonNode golden = Json.read(Path.of("src/test/resources/golden/configs/shot0.json"));
    return Runs.json(Runs.like(golden.get("config"), 0), List.of(result));
  }

  private static List<Map<String, Value>> values(TaskResult result) {
    List<Map<String, Value>> values = new ArrayList<>();
    for (Sample sample : result.samples()) {
      values.add(sample.values());
    }
    return values;
  }

  @Test
  void tasksThatWriteTextHaveAFigureThatSaysNothing() throws IOException, InterruptedException {
    TaskResult one = predicted("doc_to_target: a\nrepeats: 2\n");
    assertThat(values(one)).allMatch(Map.of("bypass", Value.None.NONE)::equals);
    JsonNode json = json(one);
    assertThat(json.at("/results/t"))
        .hasToString(
            "{\"name\":\"t\",\"alias\":\"t\",\"sample_len\":2,\"bypass,none\":999.0,"
                + "\"bypass_stderr,none\":\"N/A\"}");
    TaskResult many = predicted("doc_to_target: many\n");
    assertThat(values(many)).allMatch(Map.of("bypass", new Value.Real(0))::equals);
    assertThat(json(many).at("/results/t/bypass,none").asInt()).isEqualTo(999);
  }

  @Test
  void tasksThatScoreTextHaveNone() throws IOException, InterruptedException {
    for (String more :
        List.of(
            "doc_to_target: g\ndoc_to_choice: c\noutput_type: multiple_choice\n",
            "doc_to_target: a\noutput_type: loglikelihood\n",
            "doc_to_target: a\noutput_type: loglikelihood_rolling\n")) {
      TaskResult result = predicted(more);
      assertThat(values(result)).containsExactly(Map.of(), Map.of());
      JsonNode json = json(result);
      assertThat(json.at("/results/t"))
          .hasToString("{\"name\":\"t\",\"alias\":\"t\",\"sample_len\":0}");
      assertThat(json.at("/n-samples/t")).hasToString("{\"original\":2,\"effective\":0}");
      assertThat(json.at("/higher_is_better/t")).hasToString("{\"bypass\":true}");
      assertThat(json.at("/configs/t/metric_list")).hasToString("[{\"metric\":\"bypass\"}]");
      assertThat(json.at("/configs/t/process_results").asText()).isEqualTo("process_results");
    }
  }
}
