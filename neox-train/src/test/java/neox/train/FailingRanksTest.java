package neox.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.StopRequest;
import neox.base.json.Json;
import neox.parallel.Topology;
import neox.tensor.NativeRuntime;
import neox.train.agent.Agent;
import neox.train.agent.AgentPlan;
import neox.train.agent.HostRanks;
import neox.train.agent.Limits;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Two ranks under an agent, one of which is killed or asked to stop, end in the bytes of a run
/// that nobody disturbed. All kinds of faults at all points: `benchmarks/faults-ranks.sh`.
@Tag("slow")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class FailingRanksTest {
  private static final String[] RUN = {
    "train_iters=80", "lr_decay_iters=80", "checkpoint_factor=5", "eval_interval=100"
  };

  @TempDir Path directory;
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private TrainFixture fixture;

  /// The undisturbed run is one of this process, and whoever computed in it before may have left
  /// another number of threads, which sum in another order.
  @BeforeEach
  void prepare() throws IOException {
    NativeRuntime.start(1);
    fixture = new TrainFixture(directory);
  }

  @Test
  void goesOnFromTheLastCheckpointAfterOneRankIsKilledAndStopsTogetherWhenOneIsAsked()
      throws Exception {
    ManyRanksTest.train(fixture.source("undisturbed", RUN), new Topology(1, 2, 1), ExitCode.OK);

    int stopped =
        run(
            "disturbed",
            1,
            ranks -> {
              ranks.await(beat -> beat.contains("\"iteration\":") && ranks.saved() >= 2);
              ranks.signal(1, "KILL");
              ranks.await(
                  beat -> beat.contains("\"restarts\":1") && beat.contains("\"phase\":\"step\""));
              ranks.signal(1, "TERM");
            });

    assertThat(stopped).as(printed()).isEqualTo(ExitCode.STOPPED);
    assertThat(printed())
        .containsPattern("warning: rank 1 \\(here\\) was killed by SIGKILL in .*starting all ranks")
        .doesNotContain("connection");
    assertThat(directory.resolve("disturbed/logs/rank-1.log"))
        .content()
        .contains("restart 1", "SIGTERM: stopping after this step");
    assertThat(run("disturbed", 0, _ -> {})).as(printed()).isEqualTo(ExitCode.OK);
    fixture.assertSameCheckpoints("disturbed", "undisturbed", 80);
  }

  private String printed() {
    return err.toString(StandardCharsets.UTF_8);
  }

  /// What happens to a job.
  private interface Fault {
    void strike(Job job) throws Exception;
  }

  /// A job as it looks from outside.
  private record Job(Path run) {
    void await(Predicate<String> moment) throws Exception {
      while (!moment.test(heartbeat())) {
        Thread.sleep(20);
      }
    }

    String heartbeat() throws IOException {
      Path file = run.resolve("logs/heartbeat.json");
      return Files.exists(file) ? Files.readString(file) : "";
    }

    long saved() {
      String[] names = run.toFile().list((_, name) -> name.startsWith("global_step"));
      return names == null ? 0 : names.length;
    }

    void signal(int rank, String signal) throws Exception {
      long pid = Json.parse(heartbeat(), "heartbeat").path("ranks").path(rank).path("pid").asLong();
      assertThat(pid).isPositive();
      assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start().waitFor())
          .isZero();
    }
  }

  private int run(String name, int restarts, Fault fault) throws Exception {
    Path logs = directory.resolve(name).resolve("logs");
    AgentPlan plan =
        new AgentPlan(
            HostRanks.alone("here", 2, List.of()),
            TrainProcess.command(fixture.arguments(name, RUN)),
            Optional.of(logs),
            Limits.USUAL,
            restarts);
    Console console =
        new Console(
            InputStream.nullInputStream(),
            new PrintStream(ByteArrayOutputStream.nullOutputStream()),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            false);
    Thread striker = Thread.ofVirtual().unstarted(() -> strike(fault, directory.resolve(name)));
    striker.start();
    try (StopRequest stop = StopRequest.listen(console.silent())) {
      return Agent.run(plan, console, stop);
    } finally {
      striker.interrupt();
      striker.join();
    }
  }

  private static void strike(Fault fault, Path run) {
    try {
      fault.strike(new Job(run));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
