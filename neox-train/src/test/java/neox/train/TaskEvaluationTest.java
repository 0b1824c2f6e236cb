package neox.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import neox.base.ExitCode;
import neox.base.slow.SlowRows;
import neox.tensor.NativeRuntime;
import neox.train.LayoutMatrix.Layout;
import neox.train.LayoutMatrix.Outcome;
import neox.train.LayoutMatrix.Style;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Tasks that a run is evaluated on while it trains.
class TaskEvaluationTest {
  private static final int STEPS = 3;

  /// Weights after a few steps on other ranks.
  private static final double TOLERANCE = 1e-4;

  @TempDir Path directory;

  @BeforeEach
  void writeData() throws IOException {
    NativeRuntime.start(1);
    Path data = directory.resolve("data");
    Files.createDirectories(data.resolve("lambada_openai"));
    Files.createDirectories(data.resolve("piqa"));
    List<String> texts = new ArrayList<>();
    List<String> questions = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      texts.add("{\"text\": \"%d birds sang in tree %d\"}".formatted(i, i % 7));
      questions.add(
          "{\"goal\": \"How %d?\", \"sol1\": \"So.\", \"sol2\": \"Not so %d.\", \"label\": %d}"
              .formatted(i, i, i % 2));
    }
    Files.write(data.resolve("lambada_openai/test.jsonl"), texts);
    Files.write(data.resolve("piqa/validation.jsonl"), questions);
  }

  private Map<String, String> asked(String run) {
    Map<String, String> settings = new HashMap<>();
    settings.put("eval_tasks", "[piqa, lambada_openai]");
    settings.put("eval_task_data", directory.resolve("data").toString());
    settings.put("eval_task_limit", "36");
    settings.put("eval_interval", "2");
    settings.put("log_dir", directory.resolve(run).toString());
    return settings;
  }

  /// The figures of each step that has some.
  private Map<Long, Map<String, Double>> figures(String run) throws IOException {
    Map<Long, Map<String, Double>> figures = new TreeMap<>();
    for (JsonNode row : Records.lines(directory.resolve(run).resolve("metrics.jsonl"))) {
      for (Map.Entry<String, JsonNode> field : row.properties()) {
        if (field.getKey().contains("piqa_") || field.getKey().contains("lambada_")) {
          figures
              .computeIfAbsent(row.get("step").asLong(), _ -> new TreeMap<>())
              .put(field.getKey(), field.getValue().asDouble());
        }
      }
    }
    return figures;
  }

  private Map<Long, Map<String, Double>> train(
      LayoutMatrix matrix, Style style, Layout layout, Map<String, String> more)
      throws IOException {
    String run = style + layout.toString();
    Map<String, String> settings = asked(run);
    settings.putAll(more);
    assertThat(matrix.run(style, layout, settings)).isInstanceOf(Outcome.Trained.class);
    return figures(run);
  }

  @ParameterizedTest(name = "{0}: pipe {1}, tensor {2}, data {3}, ZeRO {4}")
  @CsvSource("GPT3, 2, 1, 2, 1")
  @SlowRows({
    "PYTHIA, 2, 2, 1, 0",
    "PYTHIA, 1, 1, 3, 1",
    "PYTHIA, 1, 1, 2, 3",
    "SEQUENCE_PARALLEL, 1, 2, 1, 0"
  })
  void everyLayoutComesToTheSameFigures(Style style, int pipe, int tensor, int data, int zero)
      throws IOException {
    NativeRuntime.start(2); // replicas that share no weights read several texts at once
    LayoutMatrix matrix = new LayoutMatrix(directory, STEPS);
    Map<Long, Map<String, Double>> alone = train(matrix, style, Layout.ALONE, Map.of());
    Map<Long, Map<String, Double>> cut =
        train(matrix, style, new Layout(pipe, tensor, data, zero), Map.of());
    assertThat(alone.keySet()).containsExactly(2L, 3L);
    assertThat(cut.keySet()).isEqualTo(alone.keySet());
    alone.forEach((step, expected) -> assertSame(Objects.requireNonNull(cut.get(step)), expected));
  }

  private static void assertSame(Map<String, Double> figures, Map<String, Double> expected) {
    assertThat(expected.keySet())
        .contains(
            "validation/piqa_acc",
            "validation/piqa_acc_stderr",
            "validation/piqa_acc_norm",
            "validation/lambada_openai_perplexity",
            "validation/lambada_openai_acc");
    assertThat(figures.keySet()).isEqualTo(expected.keySet());
    expected.forEach((name, value) ->
        assertThat(figures.get(name))
            .as(name)
            .isCloseTo(value, within(TOLERANCE * Math.max(1, Math.abs(value)))));
  }

  @Tag("slow")
  @Test
  void sameBitsOnEveryLayoutHoldForFiguresToo() throws IOException {
    LayoutMatrix matrix = new LayoutMatrix(directory, STEPS);
    Map<String, String> fixed =
        Map.of(
            "deterministic", "layout",
            "deterministic_shards", "4",
            "make_vocab_size_divisible_by", "129");
    assertThat(train(matrix, Style.PYTHIA, new Layout(1, 2, 1, 0), fixed))
        .isEqualTo(train(matrix, Style.PYTHIA, Layout.ALONE, fixed));
  }

  private String[] overrides(Map<String, String> settings) {
    return settings.entrySet().stream()
        .map(setting -> setting.getKey() + "=" + setting.getValue())
        .toArray(String[]::new);
  }

  @Test
  void aRunThatWasKilledBeforeItsTasksMakesUpForThem() throws IOException {
    TrainFixture fixture = new TrainFixture(directory);
    Map<String, String> settings = asked("run");
    settings.put("train_iters", "4");
    settings.put("eval_on_startup", "true");
    TrainFixture.Result result = fixture.run("run", overrides(settings));
    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.OK);
    assertThat(result.out()).contains(" task results at iteration 4 | piqa_acc value: ");
    Map<Long, Map<String, Double>> whole = figures("run");
    assertThat(whole.keySet()).containsExactly(0L, 2L, 4L);
    Path metrics = directory.resolve("run/metrics.jsonl");
    List<String> rows = new ArrayList<>(Files.readAllLines(metrics));
    rows.removeIf(row -> row.contains("piqa") && row.contains("\"step\":4"));
    Files.write(metrics, rows);
    assertThat(fixture.run("run", overrides(settings)).code()).isEqualTo(ExitCode.OK);
    assertThat(figures("run")).isEqualTo(whole);
  }

  @Test
  void goesOnWhereTheNetworkCannotBeAsked() throws IOException {
    Path data = Files.createDirectories(directory.resolve("data/gsm8k"));
    Files.writeString(
        data.resolve("test.jsonl"), "{\"question\": \"1 + 1?\", \"answer\": \"#### 2\"}\n");
    LayoutMatrix matrix = new LayoutMatrix(directory, 1);
    for (Layout layout : List.of(Layout.ALONE, new Layout(1, 2, 1, 0))) {
      Map<String, String> more =
          Map.of("eval_tasks", "[piqa, gsm8k]", "eval_task_num_fewshot", "0");
      assertThat(train(matrix, Style.PYTHIA, layout, more)).isEmpty();
      Path journal = directory.resolve(Style.PYTHIA + layout.toString()).resolve("journal.jsonl");
      assertThat(Records.lines(journal))
          .anySatisfy(entry ->
              assertThat(entry.path("text").asText())
                  .matches(
                      "step 1: eval_tasks are not evaluated: max_gen_toks 256 leaves no room .*;"
                          + " the run goes on"));
    }
  }

  @Test
  void refusesTasksWithoutDataBeforeTheFirstStep() throws IOException {
    TrainFixture fixture = new TrainFixture(directory);
    TrainFixture.Result nowhere = fixture.run("run", "eval_tasks=[piqa]");
    assertThat(nowhere.code()).isEqualTo(ExitCode.USAGE);
    assertThat(nowhere.err())
        .contains(
            "eval_tasks: training evaluates them on data sets of this machine; name their directory"
                + " with eval_task_data, or leave eval_tasks out");
    Map<String, String> settings = asked("run");
    settings.put("eval_tasks", "[piqa, sciq]");
    TrainFixture.Result missing = fixture.run("run", overrides(settings));
    assertThat(missing.code()).isEqualTo(ExitCode.USAGE);
    assertThat(missing.err()).contains("sciq/test.jsonl: no such file");
    assertThat(directory.resolve("run")).doesNotExist();
  }
}
