package neox.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import neox.base.ExitCode;
import neox.base.slow.SlowRows;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Checkpoints that are written while the run goes on are those that are written while it waits.
class AsyncSaveTest {
  private static final String ASYNC = "async_save=true";

  @TempDir Path directory;
  private TrainFixture fixture;

  @BeforeEach
  void prepare() throws IOException {
    fixture = new TrainFixture(directory);
  }

  @ParameterizedTest
  @ValueSource(strings = {"optimizer.type=muon", "precision=fp16"})
  @SlowRows({"precision=fp32", "precision=bfloat16", "optimizer.type=sm3"})
  void everyCheckpointHasTheSameBytes(String override) throws IOException {
    run("waiting", ExitCode.OK, override, "train_iters=6");
    TrainFixture.Result async = run("async", ExitCode.OK, override, "train_iters=6", ASYNC);
    for (int step = 1; step <= 6; step++) {
      assertThat(async.err())
          .containsOnlyOnce("saved " + directory.resolve("async/global_step" + step));
      assertSame("waiting", "async", step);
    }
  }

  @Test
  void aRunThatIsStoppedGoesOnBitForBit() throws IOException {
    run("whole", ExitCode.OK);
    run("part", ExitCode.STOPPED, ASYNC, "exit_interval=5", "checkpoint_factor=3");
    run("part", ExitCode.STOPPED, ASYNC, "exit_interval=5", "checkpoint_factor=3");
    run("part", ExitCode.OK, ASYNC, "exit_interval=5", "checkpoint_factor=3");
    assertSame("whole", "part", 12);
  }

  @Test
  void deletesOldCheckpointsButNoExtraOnes() throws IOException {
    run("run", ExitCode.OK, ASYNC, "keep_last_n_checkpoints=2", "extra_save_iters=[0, 4]");
    try (var entries = Files.list(directory.resolve("run"))) {
      assertThat(
              entries
                  .map(entry -> entry.getFileName().toString())
                  .filter(name -> name.startsWith("global")))
          .containsExactlyInAnyOrder(
              "global_step0", "global_step4", "global_step11", "global_step12");
    }
  }

  private TrainFixture.Result run(String name, int code, String... overrides) {
    TrainFixture.Result result = fixture.run(name, overrides);
    assertThat(result.code()).as(result.err()).isEqualTo(code);
    return result;
  }

  private void assertSame(String expectedRun, String actualRun, long step) throws IOException {
    assertThat(fixture.checkpoint(expectedRun, step)).containsKey("neox_optimizer.safetensors");
    fixture.assertSameCheckpoints(actualRun, expectedRun, step);
  }
}
