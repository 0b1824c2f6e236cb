package neox.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import neox.base.ExitCode;
import neox.base.json.Json;
import neox.config.ConfigSource;
import neox.train.data.BatchFeed;
import neox.train.data.TrainingData;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What runs measure beside their steps, and when.
class EvaluationRunTest {
  @TempDir Path directory;
  private TrainFixture fixture;
  private String sets;

  @BeforeEach
  void prepare() throws IOException {
    fixture = new TrainFixture(directory);
    sets = "validation_sets={all: %1$s, again: %1$s}".formatted(fixture.dataPrefix());
  }

  @Test
  void measuresEachNamedSetAlwaysOnTheSameSamples() throws IOException {
    String[] still = {
      "optimizer.params.lr=0", "min_lr=0", "eval_interval=2", "train_iters=4", sets
    };
    TrainFixture.Result result = fixture.run("run", still);
    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.OK);
    assertThat(result.out().lines())
        .anyMatch(line ->
            line.matches(
                " validation/all results at iteration 2 \\| lm_loss value: "
                    + ".* \\| lm_loss_ppl value: .* \\| bits_per_byte value: .* \\| "));
    assertThat(result.err()).contains("all: " + fixture.dataPrefix() + ": ");
    List<Double> all = values("run", "validation/all/lm_loss");
    assertThat(all).hasSize(3).containsOnly(all.getFirst());
    assertThat(values("run", "validation/again/lm_loss")).isEqualTo(all);
    assertThat(values("run", "validation/lm_loss")).hasSize(3).doesNotHaveDuplicates();
    double bits = all.getFirst() / Math.log(2) * predictionsPerByte(still);
    assertThat(values("run", "validation/all/bits_per_byte").getFirst())
        .isCloseTo(bits, within(1e-12 * bits));
  }

  /// A token of this tokenizer is a character below U+0200; 0 ends a document.
  private double predictionsPerByte(String... overrides) throws IOException {
    ConfigSource source = fixture.source("run", overrides);
    double predictions = 0;
    double bytes = 0;
    try (TrainingData data = TrainFixture.data(RunPlan.read(source, 1, _ -> {}))) {
      BatchFeed feed = Objects.requireNonNull(data.validationSets().get("all"));
      for (int microBatch = 0; microBatch < 2; microBatch++) {
        for (int[] row : feed.rows(microBatch)) {
          for (int i = 1; i < row.length; i++) {
            predictions++;
            bytes += row[i] == 0 ? 0 : row[i] < 0x80 ? 1 : 2;
          }
        }
      }
    }
    return predictions / bytes;
  }

  @Test
  void validatesBeforeTheFirstStepOnTheSamplesOfTheFirstValidation() throws IOException {
    String[] still = {
      "optimizer.params.lr=0", "min_lr=0", "train_iters=5", "eval_on_startup=true", sets
    };
    assertThat(fixture.run("run", still).code()).isEqualTo(ExitCode.OK);
    List<JsonNode> rows = rows("run");
    assertThat(rows.getFirst().path("step").asLong()).isZero();
    List<Double> losses = values("run", "validation/lm_loss");
    assertThat(losses).hasSize(3);
    assertThat(losses.get(0)).isEqualTo(losses.get(1)).isNotEqualTo(losses.get(2));
    assertThat(values("run", "validation/all/lm_loss")).hasSize(3);
    assertThat(fixture.run("run", still).code()).isEqualTo(ExitCode.OK);
    assertThat(rows("run")).as("after a start that had nothing to do").isEqualTo(rows);
  }

  @Test
  void doesNotLookAtTheTestSplitWhereItIsToldSo() throws IOException {
    assertThat(fixture.run("run", "train_iters=2", "do_test=false").code()).isEqualTo(ExitCode.OK);
    assertThat(values("run", "validation/lm_loss")).hasSize(1);
    assertThat(values("run", "test/lm_loss")).isEmpty();
  }

  /// exp(loss · tokens / characters), over all tokens of the samples: a sample of this tokenizer
  /// has as many characters.
  @Test
  void tellsThePerplexityOfACharacter() throws IOException {
    TrainFixture.Result result = fixture.run("run", "train_iters=2", "char_level_ppl=true");
    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.OK);
    for (String split : List.of("validation", "test")) {
      assertThat(values("run", split + "/lm_loss_char_lvl_ppl"))
          .hasSize(1)
          .isEqualTo(values("run", split + "/lm_loss_ppl"));
    }
    assertThat(result.out())
        .containsPattern(
            "test data \\| lm_loss value: .* \\| lm_loss_ppl value: .*"
                + " \\| lm_loss_char_lvl_ppl value: .* \\| ");
  }

  @Tag("slow")
  @Test
  void evaluatesTheSetsThatItWasKilledBefore() throws IOException {
    String[] run = {"train_iters=5", sets};
    assertThat(fixture.run("run", run).code()).isEqualTo(ExitCode.OK);
    Path metrics = directory.resolve("run/metrics.jsonl");
    List<String> whole = untimed(metrics);
    List<String> rows = new ArrayList<>(whole);
    rows.removeIf(row -> row.contains("validation/again") || row.contains("test/"));
    Files.write(metrics, rows);
    TrainFixture.Result again = fixture.run("run", run);
    assertThat(again.code()).as(again.err()).isEqualTo(ExitCode.OK);
    assertThat(untimed(metrics)).containsExactlyInAnyOrderElementsOf(whole);
  }

  /// Without the lines that tell how long an evaluation took: each has its own.
  private static List<String> untimed(Path metrics) throws IOException {
    List<String> rows = new ArrayList<>(Files.readAllLines(metrics));
    rows.removeIf(row -> row.contains("timers/evaluation"));
    return rows;
  }

  private List<Double> values(String run, String name) throws IOException {
    return rows(run).stream()
        .filter(row -> row.has(name))
        .map(row -> row.get(name).asDouble())
        .toList();
  }

  private List<JsonNode> rows(String run) throws IOException {
    try (Stream<String> lines = Files.lines(directory.resolve(run).resolve("metrics.jsonl"))) {
      return lines.map(line -> Json.parse(line, "metrics")).filter(row -> row.has("step")).toList();
    }
  }
}
