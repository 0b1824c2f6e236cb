package neox.config;

import static neox.config.TestConfig.load;
import static neox.config.TestConfig.problems;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.LongStream;
import neox.config.step.StepRange;
import neox.config.step.StepSchedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `rampup_batch_size`, `skip_steps` and `train_tokens`.
class StepKeysTest {
  /// Micro-batches of 4 samples of 16 tokens, 24 samples in a step.
  private static final String SIX = "gradient_accumulation_steps: 6\n";

  @Test
  void batchesGrowWithTheSamplesThatWereRead() {
    StepSchedule steps = load(SIX + "rampup_batch_size: [8, 8, 48]\n").steps();
    // two increments in 48 samples: one after 24, the other after 48
    assertThat(LongStream.rangeClosed(1, 6).mapToObj(n -> steps.at(n).samples()))
        .containsExactly(8, 8, 8, 16, 16, 24);
    assertThat(LongStream.rangeClosed(1, 6).mapToObj(n -> steps.at(n).firstSample()))
        .containsExactly(0L, 8L, 16L, 24L, 40L, 56L);
    assertThat(steps.at(4).microBatches()).isEqualTo(4);
    assertThat(steps.at(7).firstMicroBatch()).isEqualTo((56 + 24) / 4);
  }

  @Test
  void stepsAreSkippedInWhateverOrderTheyAreWritten() {
    NeoxConfig config = load("skip_steps: [9, 3-5, 6, 20-22]\n");
    assertThat(config.batch().changes().skipped())
        .containsExactly(new StepRange(3, 6), new StepRange(9, 9), new StepRange(20, 22));
    assertThat(LongStream.rangeClosed(1, 10).filter(config.steps()::skips).boxed())
        .containsExactly(3L, 4L, 5L, 6L, 9L);
    assertThat(load("skip_steps: [\"3-5\"]\n").steps().skips(4)).isTrue();
    assertThat(load("skip_steps: []\n").steps().skips(4)).isFalse();
  }

  @Test
  void tokensDecideTheLengthOfARun() {
    String tokens = "train_iters: null\ntrain_tokens: %d\n";
    assertThat(load(tokens.formatted(640)).batch().trainIters()).isEqualTo(10);
    assertThat(load(tokens.formatted(641)).batch().trainIters()).isEqualTo(11);
    assertThat(load(tokens.formatted(641)).schedule().decayIters()).isEqualTo(11);
    // what is skipped does not count
    assertThat(load(tokens.formatted(640) + "skip_steps: [2-4]\n").batch().trainIters())
        .isEqualTo(13);
    // steps of 8, 8, 8, 16, 16 and 24 samples
    String ramp = SIX + "rampup_batch_size: [8, 8, 48]\n";
    assertThat(load(tokens.formatted(56 * 16) + ramp).batch().trainIters()).isEqualTo(5);
    assertThat(load(tokens.formatted(56 * 16 + 1) + ramp).batch().trainIters()).isEqualTo(6);
  }

  @Test
  void anOptionDecidesTheLengthBeforeAFile() {
    NeoxConfig config =
        TestConfig.loaded("train_iters: 7\n", Map.of("train_tokens", "640")).config();
    assertThat(config.batch().trainIters()).isEqualTo(10);
    config = TestConfig.loaded("train_iters: 7\ntrain_tokens: null\n", Map.of()).config();
    assertThat(config.batch().trainIters()).isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rampup_batch_size: [8, 8]|expected three integers that are at least 1, like [32, 32, 65536], found a list",
        "rampup_batch_size: [8, 0, 48]|expected three integers that are at least 1, like [32, 32, 65536], found a list",
        "rampup_batch_size: 8|expected three integers that are at least 1, like [32, 32, 65536], found number 8",
        "rampup_batch_size: [24, 8, 48]|must begin below train_batch_size (24), found 24",
        "rampup_batch_size: [6, 6, 48]|start and increment must be multiples of train_micro_batch_size_per_gpu x data-parallel ranks (4), found 6 and 6",
        "rampup_batch_size: [8, 12, 48]|must come to train_batch_size (24) in whole increments, found 8 + n x 12",
        "rampup_batch_size: [8, 8, 2000000000000]|expected at most 1,000,000,000,000 samples and 100,000 increments, found 2000000000000 and 2",
        "skip_steps: [5-3]|expected a list, each item a step like 250 or a range of steps like 100-110, counted from 1, found a list",
        "skip_steps: [0]|expected a list, each item a step like 250 or a range of steps like 100-110, counted from 1, found a list",
        "skip_steps: [a-b]|expected a list, each item a step like 250 or a range of steps like 100-110, counted from 1, found a list",
        "skip_steps: 5-9|expected a list, each item a step like 250 or a range of steps like 100-110, counted from 1, found text '5-9'",
        "train_tokens: 0|expected an integer that is at least 1, found number 0",
        "train_tokens: 100|give either train_tokens or train_iters, not both",
      })
  void saysWhatIsWrong(String line, String problem) {
    String key = line.substring(0, line.indexOf(':'));
    assertThat(problems(line + "\n" + SIX)).isEqualTo("c.yml:1: " + key + ": " + problem);
  }

  @Test
  void aLengthIsNeededAndOneIsEnough() {
    assertThat(problems("train_iters: null\n"))
        .isEqualTo(
            "c.yml:1: train_iters: required but missing: optimizer steps of the whole run (or give"
                + " train_epochs or train_tokens)");
    assertThat(problems("train_epochs: 2\ntrain_tokens: 100\ntrain_iters: null\n"))
        .isEqualTo("c.yml:2: train_tokens: give either train_tokens or train_epochs, not both");
    assertThat(problems("train_iters: null\ntrain_tokens: 9000000000000000000\n"))
        .contains("train_tokens: 9.90e+18 tokens are more than can be counted");
  }

  @Test
  void aLengthThatIsKnownFromElsewhereWins() {
    RunShape goingOn = RunShape.ofRanks(1).withSteps(77);
    String lines = "train_iters: null\ntrain_tokens: 640\ndata_path: x\n";
    assertThat(load(lines, goingOn).batch().trainIters()).isEqualTo(77);
    assertThat(load("data_path: x\n", goingOn).batch().trainIters()).isEqualTo(100);
  }
}
