package neox.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLongArray;
import neox.config.ConfigSource;
import neox.parallel.Topology;
import neox.tensor.NativeRuntime;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One forward, one backward: a stage keeps the activations of as many micro-batches as there are
/// stages from it on, however many the step has. By the account of libtorch's allocator.
class PipelineMemoryTest {
  private static final int STAGES = 4;

  /// Beside what is kept for the backward pass, an activation is on its way to or from a neighbour.
  private static final double TOLERANCE = 0.05;

  @TempDir Path directory;

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @Test
  void aStageKeepsOneMicroBatchForEachStageFromItOn() throws IOException {
    TrainFixture fixture = new TrainFixture(directory);
    AtomicLongArray one = peaks(fixture, 1);
    AtomicLongArray three = peaks(fixture, 3);
    AtomicLongArray nine = peaks(fixture, 9);
    int third = 2; // as the second, it has two blocks; it keeps two micro-batches
    double ofTwoBlocks = three.get(third) - one.get(third);
    assertThat(ofTwoBlocks).isGreaterThan(0.3 * one.get(third));
    assertThat((double) (nine.get(third) - three.get(third)))
        .isCloseTo(0, within(TOLERANCE * ofTwoBlocks));
    int second = 1;
    for (AtomicLongArray peaks : new AtomicLongArray[] {three, nine}) {
      assertThat((double) (peaks.get(second) - one.get(second)))
          .isCloseTo(2 * ofTwoBlocks, within(2 * TOLERANCE * ofTwoBlocks));
    }
    int last = STAGES - 1;
    assertThat((double) (nine.get(last) - one.get(last)))
        .isCloseTo(0, within(TOLERANCE * ofTwoBlocks));
    double ofFirst = (three.get(0) - one.get(0)) / 2.0; // of one block
    assertThat((double) (nine.get(0) - one.get(0)))
        .isCloseTo(3 * ofFirst, within(3 * TOLERANCE * ofFirst));
  }

  /// The most bytes of each stage. The stages are embedding and block, two blocks each, block and
  /// head.
  private AtomicLongArray peaks(TrainFixture fixture, int microBatches) {
    String[] settings = {
      "num_layers=6",
      "hidden_size=64",
      "num_attention_heads=4",
      "seq_length=128",
      "max_position_embeddings=128",
      "hidden_dropout=0",
      "attention_dropout=0",
      "train_micro_batch_size_per_gpu=4",
      "train_iters=1",
      "eval_iters=0",
      "checkpoint_factor=100",
      "pipe_parallel_size=" + STAGES,
      "gradient_accumulation_steps=" + microBatches
    };
    ConfigSource source = fixture.source("run" + microBatches, settings);
    return PlannedMemoryTest.measure(source, new Topology(STAGES, 1, 1));
  }
}
