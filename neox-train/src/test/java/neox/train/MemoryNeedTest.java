package neox.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import neox.base.ExitCode;
import neox.base.UserException;
import neox.config.NeoxConfig;
import neox.parallel.Topology;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryNeedTest {
  /// Of 2 blocks of width 32, a norm, and both tables of a vocabulary that is padded to 128 rows.
  private static final int NUMBERS = 2 * (12 * 32 * 32 + 13 * 32) + 2 * 32 + 2 * 128 * 32;

  @TempDir Path directory;
  private TrainFixture fixture;

  @BeforeEach
  void prepare() throws IOException {
    fixture = new TrainFixture(directory);
  }

  @Test
  void countsWhatIsCertain() throws IOException {
    MemoryNeed alone = MemoryNeed.of(config(), new Topology(1, 1, 1));
    // weight, gradient and Adam's two moments in fp32
    assertThat(alone.parameters()).isEqualTo(NUMBERS * 4 * 4);
    // 2 blocks, 2 rows of 32 tokens, 32 numbers in fp32
    assertThat(alone.activations()).isEqualTo(2 * 2 * 32 * 32 * 4);
    MemoryNeed shared = MemoryNeed.of(config(), new Topology(2, 1, 2));
    assertThat(shared.parameters()).isBetween(alone.parameters() / 4, alone.parameters() / 2);
    assertThat(shared.activations()).isEqualTo(alone.activations() / 2);
  }

  @Test
  void countsOneInputForAllBlocksThatAreRecomputedTogether() throws IOException {
    MemoryNeed kept = MemoryNeed.of(config(), new Topology(1, 1, 1));
    Map<String, String> together =
        Map.of("checkpoint_activations", "true", "checkpoint_num_layers", "2");
    MemoryNeed again = MemoryNeed.of(config(together), new Topology(1, 1, 1));
    assertThat(again.activations()).isEqualTo(kept.activations() / 2);
  }

  @Test
  void refusesWhatThisMachineCannotHold() {
    MemoryNeed need = new MemoryNeed(3L << 40, 0, 1L << 40);
    assertThatCode(() -> need.requireAtMost(4L << 40)).doesNotThrowAnyException();
    assertThatThrownBy(() -> need.requireAtMost(23L << 30))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "this run needs more than 4.0 TiB of memory (3.0 TiB for weights, gradients and"
                + " optimizer, 1.0 TiB for activations of one micro-batch), and this machine has"
                + " 23.0 GiB; make hidden_size, num_layers, train_micro_batch_size_per_gpu or"
                + " seq_length smaller, or share the work among machines");
  }

  @Test
  void countsTheCopiesThatAreWrittenWhileTheRunGoesOn() throws IOException {
    MemoryNeed need =
        MemoryNeed.of(config(Map.of("async_save", "true", "save", "run")), new Topology(1, 1, 1));
    // weights and Adam's two moments
    assertThat(need.copies()).isEqualTo(NUMBERS * 4 * 3);
    assertThatThrownBy(() -> new MemoryNeed(2L << 40, 1L << 40, 1L << 40).requireAtMost(1L << 40))
        .hasMessageContaining(
            "more than 4.0 TiB of memory (2.0 TiB for weights, gradients and optimizer, 1.0 TiB for"
                + " what async_save copies, 1.0 TiB for activations of one micro-batch)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hidden_size=1048576",
        "seq_length=16777216;max_position_embeddings=16777216;train_micro_batch_size_per_gpu=1024;gradient_accumulation_steps=1",
        "train_micro_batch_size_per_gpu=2000000000;gradient_accumulation_steps=1"
      })
  void absurdSizesAreRefusedBeforeAnythingIsMade(String overrides) {
    TrainFixture.Result result = fixture.run("run", overrides.split(";"));
    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err())
        .startsWith("neox-train: this run needs more than ")
        .satisfies(err -> assertThat(err.lines()).hasSize(1));
    assertThat(directory.resolve("run")).doesNotExist();
  }

  private NeoxConfig config() throws IOException {
    return config(Map.of());
  }

  private NeoxConfig config(Map<String, String> more) throws IOException {
    Map<String, String> overrides = new HashMap<>(more);
    overrides.put("data_path", fixture.dataPrefix().toString());
    return RunPlan.read(ManyRanksTest.source(fixture, overrides), 1, _ -> {}).loaded().config();
  }
}
