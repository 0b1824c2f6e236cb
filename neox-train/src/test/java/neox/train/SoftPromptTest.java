package neox.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import neox.base.ExitCode;
import neox.weights.DType;
import neox.weights.Floats;
import neox.weights.neox.NeoxCheckpoint;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Training a prompt of vectors before a model that stays as it is.
class SoftPromptTest {
  private static final String PROMPT = "1.soft_embedding_weight";

  private static final List<String> SETTINGS =
      List.of(
          "train_iters=6",
          "soft_prompt_tuning.enabled=true",
          "soft_prompt_tuning.num_tokens=5",
          "optimizer.params.lr=0.03",
          "hidden_dropout=0");

  @TempDir Path directory;
  private TrainFixture fixture;

  @BeforeEach
  void trainBase() throws IOException {
    fixture = new TrainFixture(directory);
    TrainFixture.Result base = fixture.run("base", "train_iters=4");
    assertThat(base.code()).as(base.err()).isEqualTo(ExitCode.OK);
  }

  @Test
  void trainsThePromptAloneAndMovesTheLayersAfterIt() throws IOException {
    TrainFixture.Result result = prompted("run", "--init-from", base());
    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.OK);
    assertThat(result.err())
        .contains(PROMPT + " is drawn: the weights are those of a model without a soft prompt");
    try (NeoxCheckpoint before = NeoxCheckpoint.open(step("base", 4), OptionalLong.empty());
        NeoxCheckpoint after = NeoxCheckpoint.open(step("run", 6), OptionalLong.empty())) {
      assertThat(after.names()).hasSize(before.names().size() + 1).contains(PROMPT);
      for (String name : before.names()) {
        int dot = name.indexOf('.');
        int layer = Integer.parseInt(name.substring(0, dot));
        String moved = (layer == 0 ? layer : layer + 1) + name.substring(dot);
        assertThat(after.view(moved).bytes().mismatch(before.view(name).bytes()))
            .as(moved)
            .isEqualTo(-1);
      }
    }
  }

  @Test
  void beginsWithTheVectorsOfAText() throws IOException {
    String still = "optimizer.params.lr=1e-12";
    TrainFixture.Result result =
        prompted(
            "run",
            "--init-from",
            base(),
            "--set",
            "soft_prompt_tuning.init_string=abc",
            "--set",
            still,
            "--set",
            "min_lr=0");
    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.OK);
    assertThat(result.err())
        .contains(
            PROMPT
                + " begins with the vectors of soft_prompt_tuning.init_string: 3 tokens, 5 rows");
    try (NeoxCheckpoint after = NeoxCheckpoint.open(step("run", 6), OptionalLong.empty())) {
      float[] table = floats(after, "0.word_embeddings.weight");
      float[] prompt = floats(after, PROMPT);
      int columns = prompt.length / 5;
      for (int row = 0; row < 5; row++) {
        int token = 'a' + row % 3;
        for (int i = 0; i < columns; i++) {
          assertThat(prompt[row * columns + i])
              .as("row %d", row)
              .isCloseTo(table[token * columns + i], within(1e-6f));
        }
      }
    }
  }

  @Test
  void refusesATextWhereNothingIsTrained() {
    TrainFixture.Result result = prompted("run", "--set", "soft_prompt_tuning.init_string=abc");
    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err())
        .contains(
            "soft_prompt_tuning.init_string: takes the vectors of a trained embedding, but the run"
                + " begins without weights; expected init_from, or leave it out");
  }

  private static float[] floats(NeoxCheckpoint checkpoint, String name) {
    return Floats.convert(checkpoint.view(name), DType.FLOAT32)
        .bytes()
        .toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
  }

  @Test
  void makesTheSameBatchesLikelier() throws IOException {
    String[] still = {
      "--init-from", base(), "--set", "optimizer.params.lr=1e-12", "--set", "min_lr=0"
    };
    TrainFixture.Result result = prompted("still", still);
    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.OK);
    assertThat(prompted("run", "--init-from", base()).code()).isEqualTo(ExitCode.OK);
    List<Double> before = losses("still");
    List<Double> after = losses("run");
    assertThat(after).hasSize(6);
    assertThat(after.getFirst()).isEqualTo(before.getFirst());
    for (int step = 2; step < 6; step++) {
      assertThat(after.get(step)).as("step %d", step + 1).isLessThan(before.get(step));
    }
  }

  @Test
  void goesOnBitForBit() throws IOException {
    assertThat(prompted("whole", "--init-from", base()).code()).isEqualTo(ExitCode.OK);
    assertThat(prompted("parts", "--init-from", base(), "--set", "exit_interval=3").code())
        .isEqualTo(ExitCode.STOPPED);
    assertThat(prompted("parts").code()).isEqualTo(ExitCode.OK);
    try (NeoxCheckpoint whole = NeoxCheckpoint.open(step("whole", 6), OptionalLong.empty());
        NeoxCheckpoint parts = NeoxCheckpoint.open(step("parts", 6), OptionalLong.empty())) {
      assertThat(parts.view(PROMPT).bytes().mismatch(whole.view(PROMPT).bytes())).isEqualTo(-1);
    }
  }

  private String base() {
    return directory.resolve("base").toString();
  }

  private TrainFixture.Result prompted(String run, String... more) {
    List<String> arguments =
        new ArrayList<>(fixture.arguments(run, SETTINGS.toArray(String[]::new)));
    arguments.addAll(List.of(more));
    return TrainFixture.run(arguments);
  }

  private Path step(String run, long step) {
    return directory.resolve(run).resolve("global_step" + step);
  }

  private List<Double> losses(String run) throws IOException {
    return Records.values(directory.resolve(run).resolve("metrics.jsonl"), "train/lm_loss");
  }
}
