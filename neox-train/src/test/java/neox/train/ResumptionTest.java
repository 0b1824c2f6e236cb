package neox.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;
import neox.base.ExitCode;
import neox.config.ConfigSource;
import neox.config.NeoxConfig;
import neox.parallel.Topology;
import neox.tensor.NativeRuntime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A run whose ranks are started again after a failure ends in the bytes of one that was left
/// alone, however it began. Runs that compare with a model: [PostTrainingTest].
class ResumptionTest {
  private static final Topology ONE = new Topology(1, 1, 1);
  private static final long LONG_AGO = 0;

  @TempDir Path directory;
  private TrainFixture fixture;

  @BeforeEach
  void prepare() throws IOException {
    NativeRuntime.start(1);
    fixture = new TrainFixture(directory);
  }

  /// What a restarted run is configured as, after a first attempt that began at `start`.
  static ConfigSource restarted(ConfigSource source, long start) throws IOException {
    NeoxConfig config = RunPlan.read(source, 1, _ -> {}).loaded().config();
    return Resumption.of(source, config, OptionalLong.of(start)).orElse(source);
  }

  /// A first attempt that ends after a step.
  static ConfigSource until(ConfigSource source, int step) {
    return source.with("--set", "exit_interval", String.valueOf(step));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "load=BASE no_load_optim=true no_load_rng=true",
        "load=BASE finetune=true",
        "load=BASE iteration=1",
        "init_from=BASE",
        "init_from=BASE/global_step2 lora.rank=2 lora.dropout=0.1"
      })
  void aRestartGoesOnBitForBit(String settings) throws IOException {
    ManyRanksTest.train(fixture.source("base", "train_iters=2"), ONE, ExitCode.OK);
    String[] all =
        (settings.replace("BASE", directory.resolve("base").toString()) + " train_iters=5")
            .split(" ", -1);
    ManyRanksTest.train(fixture.source("whole", all), ONE, ExitCode.OK);
    ConfigSource parts = fixture.source("parts", all);
    ManyRanksTest.train(until(parts, 3), ONE, ExitCode.STOPPED);
    ManyRanksTest.train(until(restarted(parts, LONG_AGO), 4), ONE, ExitCode.STOPPED);
    ManyRanksTest.train(restarted(parts, LONG_AGO), ONE, ExitCode.OK);
    fixture.assertSameCheckpoints("parts", "whole", 5);
  }

  /// The run begins afresh where it says so, but not once more where it is started again.
  @Test
  void whatACheckpointHoldsIsLoadedFromTheRunsOwn() throws IOException {
    ManyRanksTest.train(fixture.source("base", "train_iters=2"), ONE, ExitCode.OK);
    String own = directory.resolve("base").toString();
    ConfigSource source =
        fixture.source("base", "load=" + own, "no_load_optim=true", "no_load_rng=true");
    NeoxConfig resumed = RunPlan.read(restarted(source, LONG_AGO), 1, _ -> {}).loaded().config();
    assertThat(resumed.checkpoint().loadOptimizer()).isTrue();
    assertThat(resumed.checkpoint().loadRandomState()).isTrue();
    assertThat(restarted(source, Long.MAX_VALUE)).as("nothing saved yet").isEqualTo(source);
    ConfigSource plain = fixture.source("base", "load=" + own);
    assertThat(restarted(plain, LONG_AGO)).as("goes on anyway").isEqualTo(plain);
  }
}
