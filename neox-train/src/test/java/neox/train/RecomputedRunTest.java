package neox.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import neox.base.ExitCode;
import neox.parallel.Topology;
import neox.tensor.NativeRuntime;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A run that recomputes its activations saves the same bits as one that keeps them: weights,
/// optimizer, random state, losses.
class RecomputedRunTest {
  private static final int STEPS = 5;

  @TempDir Path directory;
  private TrainFixture fixture;

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @BeforeEach
  void prepare() throws IOException {
    fixture = new TrainFixture(directory);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void withDropoutOnOneRank(int together) throws IOException {
    run("kept");
    run("again", "checkpoint_activations=true", "checkpoint_num_layers=" + together);
    assertSameBits("again", "kept");
  }

  private void run(String name, String... overrides) {
    String[] all = new String[overrides.length + 2];
    all[0] = "train_iters=" + STEPS;
    all[1] = "checkpoint_factor=" + STEPS;
    System.arraycopy(overrides, 0, all, 2, overrides.length);
    TrainFixture.Result result = fixture.run(name, all);
    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.OK);
    assertThat(result.err()).doesNotContain("warning");
  }

  /// Tensor-parallel ranks sum activations while they recompute, all in the same order.
  @ParameterizedTest(name = "{0}: pipe {1}, data {2}, tensor {3}, ZeRO {4}")
  @CsvSource({"t5, 2, 1, 2, 0", "llama, 1, 2, 2, 1", "pythia, 2, 1, 1, 0"})
  void onSeveralRanks(String style, int pipe, int data, int tensor, int zero) throws IOException {
    Topology topology = new Topology(pipe, data, tensor);
    ManyRanksTest.train(
        ManyRanksTest.source(fixture, overrides(style, topology, zero, "kept")),
        topology,
        ExitCode.OK);
    Map<String, String> overrides = overrides(style, topology, zero, "again");
    overrides.put("checkpoint_activations", "true");
    ManyRanksTest.train(ManyRanksTest.source(fixture, overrides), topology, ExitCode.OK);
    assertSameBits("again", "kept");
  }

  private Map<String, String> overrides(String style, Topology topology, int zero, String name) {
    return ManyRanksTest.overrides(fixture, style, topology, zero, directory.resolve(name));
  }

  private void assertSameBits(String actual, String expected) throws IOException {
    assertThat(fixture.checkpoint(expected, STEPS)).hasSizeGreaterThan(2);
    fixture.assertSameCheckpoints(actual, expected, STEPS);
  }
}
