package neox.wandb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import neox.wandb.fixture.WandbFault;
import neox.wandb.fixture.WandbServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Processes that are killed with SIGKILL in the middle of a call, one after the other; each begins
/// a few steps before the one before it was killed, as from a checkpoint.
class KilledProcessTest {
  private static final int LAST_STEP = 40;

  @TempDir Path directory;

  /// Records steps from `args[0]` on, as training does, a few milliseconds each.
  public static void main(String[] args) throws IOException, InterruptedException {
    Map<String, String> environment = System.getenv();
    Trial trial = new Trial(Path.of(args[1]), environment);
    try (WandbRun run = trial.open()) {
      for (long step = Long.parseLong(args[0]); step <= LAST_STEP; step++) {
        Trial.record(run, step, step);
        System.out.println(step);
        Thread.sleep(10);
      }
      run.ends(0, false);
    }
  }

  @Test
  void everyStepIsThereOnceAndInOrder() throws Exception {
    try (WandbServer server = WandbServer.start()) {
      AtomicReference<Process> process = new AtomicReference<>();
      long first = 1;
      for (int call : new int[] {2, 6}) {
        boolean afterItsEffect = call == 6;
        server.failAt(
            call, new WandbFault.Then(afterItsEffect, () -> process.get().destroyForcibly()));
        process.set(start(first, server));
        List<String> steps = process.get().inputReader().readAllLines();
        assertThat(process.get().waitFor()).isEqualTo(128 + 9);
        first = Math.max(1, Long.parseLong(steps.getLast()) - 3);
      }
      process.set(start(first, server));
      assertThat(process.get().waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.get().exitValue()).isZero();
      assertThat(server.violations()).isEmpty();
      assertThat(server.run().steps()).isEqualTo(WandbRunTest.steps(1, LAST_STEP));
      assertThat(server.run().exitCode()).contains(0);
    }
  }

  private Process start(long first, WandbServer server) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(KilledProcessTest.class.getName());
    command.add(Long.toString(first));
    command.add(directory.toString());
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("WANDB_BASE_URL", server.address());
    builder.environment().put("WANDB_API_KEY", WandbServer.KEY);
    return builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }
}
