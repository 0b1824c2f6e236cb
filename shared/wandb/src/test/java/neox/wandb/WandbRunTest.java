package neox.wandb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import neox.base.UserException;
import neox.wandb.fixture.StoredRun;
import neox.wandb.fixture.WandbFault;
import neox.wandb.fixture.WandbServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WandbRunTest {
  /// For what comes within moments, unless the machine has no time.
  private static final int PATIENCE_LOOKS = 12_000;

  @TempDir Path directory;
  private WandbServer server;
  private Trial trial;

  @BeforeEach
  void start() throws IOException {
    server = WandbServer.start();
    trial = new Trial(directory, server);
  }

  @AfterEach
  void noCallBreaksTheProtocol() {
    server.close();
    assertThat(server.violations()).isEmpty();
  }

  static List<Long> steps(long first, long last) {
    return LongStream.rangeClosed(first, last).boxed().toList();
  }

  @Test
  void aFreshRunArrivesWholeAndOnce() throws IOException {
    trial.run(1, 20);
    StoredRun run = server.run();
    assertThat(run.steps()).isEqualTo(steps(1, 20));
    assertThat(run.history().get(3)).contains("\"train/lm_loss\":2.5", "\"_step\":4");
    assertThat(run.output()).hasSize(20).startsWith("iteration 1").endsWith("iteration 20");
    assertThat(run.summary().path("train/lm_loss").asDouble()).isEqualTo(0.5);
    assertThat(run.summary().path("_step").asLong()).isEqualTo(20);
    assertThat(run.exitCode()).contains(0);
    assertThat(run.config().path("lr").path("value").asDouble()).isEqualTo(6e-4);
    assertThat(run.config().path("optimizer").path("value").path("type").asText())
        .isEqualTo("Adam");
    assertThat(run.upsert().path("displayName").asText()).isEqualTo("first");
    assertThat(run.upsert().path("groupName").asText()).isEqualTo("trials");
    assertThat(run.files()).containsOnlyKeys("wandb-metadata.json", "config.yaml");
    assertThat(run.files().get("config.yaml")).contains("\"lr\":\n    value: 6.0E-4\n");
    assertThat(trial.printed())
        .contains("W&B: " + server.address() + "/alice/neox/runs/run0\n")
        .doesNotContain("warning");
  }

  @Test
  void allNumbersOfAStepAreOneRow() throws IOException {
    trial.run(1, 2);
    assertThat(server.run().history())
        .hasSize(2)
        .allSatisfy(row -> assertThat(row).contains("train/lm_loss", "runtime/steps_per_sec"));
  }

  @Test
  void whatIsNoNumberIsABareWordAndATextInTheSummary() throws IOException {
    try (WandbRun run = trial.open()) {
      run.scalar("a", Double.NaN, 1);
      run.scalar("b", Double.POSITIVE_INFINITY, 1);
      run.scalar("c", Double.NEGATIVE_INFINITY, 1);
      run.ends(0, false);
    }
    assertThat(server.run().history().getFirst())
        .startsWith("{\"a\":NaN,\"b\":Infinity,\"c\":-Infinity,");
    assertThat(server.run().summary().toString())
        .startsWith("{\"a\":\"NaN\",\"b\":\"Infinity\",\"c\":\"-Infinity\",");
  }

  @Test
  void aRunThatIsClosedWithoutAnEndHasFailed() throws IOException {
    try (WandbRun run = trial.open()) {
      run.scalar("a", 1, 1);
    }
    assertThat(server.run().exitCode()).contains(1);
    assertThat(server.run().steps()).isEqualTo(steps(1, 1));
  }

  @Test
  void aRunThatIsToGoOnIsPreempted() throws IOException {
    try (WandbRun run = trial.open()) {
      run.ends(75, true);
    }
    assertThat(server.run().exitCode()).contains(75);
    assertThat(server.run().preempting()).isTrue();
  }

  @Test
  void aRunGoesOnWhereItWas() throws IOException {
    trial.run(1, 10);
    trial.config = Map.of("lr", 1e-5);
    trial.run(11, 15);
    StoredRun run = server.run();
    assertThat(run.steps()).isEqualTo(steps(1, 15));
    assertThat(run.exitCode()).contains(0);
    assertThat(run.config().path("lr").path("value").asDouble()).isEqualTo(1e-5);
    assertThat(run.config().has("optimizer")).isTrue();
  }

  @Test
  void stepsThatAreTakenAgainKeepTheirFirstRow() throws IOException {
    trial.run(1, 10);
    trial.run(6, 12);
    assertThat(server.run().steps()).isEqualTo(steps(1, 12));
    assertThat(trial.printed()).contains("it has steps from 6 on already");
  }

  @Test
  void aRunOfAnotherMachineGoesOnWithItsOffsetsAndItsTime() throws IOException {
    trial.run(1, 10);
    double runtime = server.run().summary().path("_runtime").asDouble();
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    Trial other = new Trial(elsewhere, server);
    other.run(8, 12);
    assertThat(server.run().steps()).isEqualTo(steps(1, 12));
    assertThat(server.run().output()).hasSize(15);
    assertThat(server.run().summary().path("_runtime").asDouble()).isGreaterThanOrEqualTo(runtime);
  }

  @Test
  void resumeMustFindTheRunAndNeverMustNot() throws IOException {
    trial.environment.put("WANDB_RESUME", "must");
    trial.run(1, 2);
    assertThat(server.runs()).isEmpty();
    assertThat(trial.printed())
        .contains("WANDB_RESUME is must, and the server does not know this run; the run goes on");
    trial.environment.put("WANDB_RESUME", "allow");
    Trial fresh = new Trial(Files.createDirectory(directory.resolve("b")), server);
    fresh.run(1, 2);
    Trial never = new Trial(Files.createDirectory(directory.resolve("c")), server);
    never.environment.put("WANDB_RESUME", "never");
    never.run(3, 4);
    assertThat(never.printed()).contains("WANDB_RESUME is never, and the server knows this run");
    assertThat(server.run().steps()).isEqualTo(steps(1, 2));
  }

  @Test
  void theMachineIsWatchedAndSilenceIsFilledWithHeartbeats() throws Exception {
    trial.pace =
        new Pace(
            Duration.ofMillis(5),
            Duration.ofMillis(30),
            Duration.ofMillis(200),
            Duration.ofMillis(2),
            Duration.ofMillis(20),
            Duration.ofSeconds(20));
    try (WandbRun run = trial.open()) {
      for (int i = 0;
          i < PATIENCE_LOOKS && (server.runs().isEmpty() || isQuiet(server.run()));
          i++) {
        Thread.sleep(10);
      }
      run.ends(0, false);
    }
    assertThat(server.run().heartbeats()).isPositive();
    assertThat(server.run().events())
        .isNotEmpty()
        .first()
        .asString()
        .startsWith("{\"_wandb\":true,")
        .contains("\"_timestamp\":", "\"_runtime\":");
  }

  private static boolean isQuiet(StoredRun run) {
    return run.heartbeats() == 0 || run.events().isEmpty();
  }

  @Test
  void somebodyAtTheServerStopsTheRun() throws Exception {
    server.stopRuns();
    try (WandbRun run = trial.open()) {
      for (int i = 0; i < PATIENCE_LOOKS && trial.stops.get() == 0; i++) {
        run.printed(false, "a line");
        Thread.sleep(5);
      }
      run.ends(75, true);
    }
    assertThat(trial.stops).hasValue(1);
  }

  @Test
  void aRefusalIsToldOnceAndStopsNothing() throws IOException, InterruptedException {
    trial.environment.put("WANDB_API_KEY", "f".repeat(40));
    try (WandbRun run = trial.open()) {
      Trial.record(run, 1, 5);
      run.ends(0, false);
    }
    assertThat(trial.printed().lines().toList())
        .singleElement()
        .asString()
        .contains(
            "warning: W&B: the key from WANDB_API_KEY is not valid at 127.0.0.1:",
            "user is not logged in; the run goes on, and its record is kept: send it with"
                + " neox-train sync "
                + directory);
    assertThat(server.violations()).isNotEmpty().allMatch(line -> line.contains("not logged in"));
    trial.environment.put("WANDB_API_KEY", WandbServer.KEY);
    server.close();
    server = WandbServer.start();
    trial.environment.put("WANDB_BASE_URL", server.address());
    trial.sync();
    assertThat(server.run().steps()).isEqualTo(steps(1, 5));
  }

  @Test
  void theKeyIsInNoFileAndInNoMessage() throws IOException, InterruptedException {
    String echo = "{\"error\":\"no user has " + WandbServer.KEY + "\"}";
    server.always(new WandbFault.Answer(403, Map.of(), echo));
    trial.run(1, 3);
    assertThat(trial.printed()).contains("no user has ***").doesNotContain(WandbServer.KEY);
    assertThatThrownBy(trial::sync)
        .isInstanceOf(UserException.class)
        .hasMessageContaining("no user has ***")
        .hasMessageNotContaining(WandbServer.KEY);
    server.always(null);
    trial.sync();
    assertThat(ApiKey.of(WandbServer.KEY, "a test").toString()).isEqualTo("key from a test");
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file)).doesNotContain(WandbServer.KEY);
      }
    }
  }

  @Test
  void twoProcessesDoNotWriteOneRun() throws IOException {
    try (WandbRun run = trial.open()) {
      assertThatThrownBy(trial::open)
          .isInstanceOf(UserException.class)
          .hasMessageContaining("another process writes it");
      run.ends(0, false);
    }
  }
}
