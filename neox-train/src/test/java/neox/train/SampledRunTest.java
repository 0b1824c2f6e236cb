package neox.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import neox.base.UserException;
import neox.tensor.NativeRuntime;
import neox.train.LayoutMatrix.Layout;
import neox.train.LayoutMatrix.Outcome;
import neox.train.LayoutMatrix.Style;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Texts that a run writes while it trains, and what it notes of its course.
class SampledRunTest {
  @TempDir Path directory;
  private LayoutMatrix matrix;

  @BeforeEach
  void prepare() throws IOException {
    NativeRuntime.start(1);
    matrix = new LayoutMatrix(directory, 3);
  }

  private Outcome train(String run, Layout layout, String prompts) throws IOException {
    Map<String, String> settings =
        Map.of(
            "sample_prompts", prompts,
            "sample_interval", "2",
            "maximum_tokens", "6",
            "temperature", "0.8",
            "log_dir", directory.resolve(run).toString());
    return matrix.run(Style.PYTHIA, layout, settings);
  }

  private List<JsonNode> records(String run, String file) throws IOException {
    return Records.lines(directory.resolve(run).resolve(file));
  }

  @Test
  void continuesPromptsAtIntervalsAndAtTheEndOnAnyLayout() throws IOException {
    assertThat(train("alone", Layout.ALONE, "[one bird, \"two: \"]"))
        .isInstanceOf(Outcome.Trained.class);
    List<JsonNode> texts = records("alone", "samples.jsonl");
    assertThat(texts)
        .extracting(row -> row.get("step").asLong() + " " + row.get("prompt").asText())
        .containsExactly("2 one bird", "2 two: ", "3 one bird", "3 two: ");
    assertThat(texts).allMatch(row -> row.get("text").asText().length() == 6);

    for (Layout layout : List.of(new Layout(2, 2, 1, 0), new Layout(1, 1, 2, 3))) {
      assertThat(train(layout.toString(), layout, "[one bird, \"two: \"]"))
          .isInstanceOf(Outcome.Trained.class);
      assertThat(records(layout.toString(), "samples.jsonl")).isEqualTo(texts);
    }
  }

  @Test
  void trainsAsWithoutThem() throws IOException {
    train("with", Layout.ALONE, "[one bird]");
    train("without", Layout.ALONE, "[]");
    assertThat(directory.resolve("without/samples.jsonl")).doesNotExist();
    assertThat(losses("with")).isEqualTo(losses("without"));
  }

  private List<Double> losses(String run) throws IOException {
    return Records.values(directory.resolve(run).resolve("metrics.jsonl"), "train/lm_loss");
  }

  @Test
  void goesOnWhereTheNetworkCannotWriteAText() throws IOException {
    for (Layout layout : List.of(Layout.ALONE, new Layout(2, 2, 1, 0), new Layout(1, 1, 2, 3))) {
      String run = "wild" + layout;
      Map<String, String> settings =
          Map.of(
              "sample_prompts", "[one bird]",
              "optimizer.params.lr", "1e30",
              "warmup", "0",
              "train_iters", "1",
              "log_dir", directory.resolve(run).toString());
      assertThat(matrix.run(Style.PYTHIA, layout, settings)).isInstanceOf(Outcome.Trained.class);
      assertThat(directory.resolve(run).resolve("samples.jsonl")).doesNotExist();
      assertThat(records(run, "journal.jsonl"))
          .anySatisfy(entry -> {
            assertThat(entry.path("text").asText())
                .matches(
                    "step 1: no text is written for sample_prompts: the model: the logits reach"
                        + " .*; the run goes on");
          });
    }
  }

  @Test
  void refusesAPromptThatLeavesNoRoom() {
    assertThatThrownBy(() ->
            matrix.run(
                Style.PYTHIA, Layout.ALONE, Map.of("sample_prompts", "[this prompt is too long]")))
        .rootCause()
        .isInstanceOf(UserException.class)
        .hasMessage(
            "sample_prompts: expected prompts of 1 to 15 tokens, found \"this prompt is too long\""
                + " of 23");
  }

  @Test
  void notesItsCourse() throws IOException {
    train("run", Layout.ALONE, "[]");
    List<JsonNode> journal = records("run", "journal.jsonl");
    JsonNode start = journal.getFirst();
    assertThat(start.get("kind").asText()).isEqualTo("start");
    assertThat(start.get("step").asLong()).isZero();
    assertThat(start.get("last").asLong()).isEqualTo(3);
    assertThat(start.get("environment").properties())
        .extracting(Map.Entry::getKey)
        .contains("neox", "java", "host", "device", "ranks", "directory");
    JsonNode end = journal.getLast();
    assertThat(end.get("kind").asText()).isEqualTo("end");
    assertThat(end.get("step").asLong()).isEqualTo(3);
    assertThat(end.get("code").asLong()).isZero();
  }
}
