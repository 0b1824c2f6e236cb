package neox.wandb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import neox.base.UserException;
import neox.wandb.fixture.WandbFault;
import neox.wandb.fixture.WandbServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class OfflineTest {
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

  @Test
  void withoutAKeyARunIsKeptAndOneLineSaysHowToSendIt() throws Exception {
    trial.environment.remove("WANDB_API_KEY");
    trial.run(1, 5);
    assertThat(server.calls()).isEmpty();
    assertThat(trial.printed())
        .isEqualTo(
            "warning: W&B: neither WANDB_API_KEY nor netrc has a key for %s; the run is recorded, and neox-train sync %s sends it later\n"
                .formatted(server.address(), directory));
    assertThatThrownBy(trial::sync)
        .isInstanceOf(UserException.class)
        .hasMessageContaining("neither WANDB_API_KEY nor netrc has a key for");
    trial.environment.put("WANDB_API_KEY", WandbServer.KEY);
    SyncRun.Report report = trial.sync();
    assertThat(report.page()).isEqualTo(server.address() + "/alice/neox/runs/run0");
    assertThat(report.history()).isEqualTo(5);
    assertThat(report.going()).isFalse();
    assertThat(server.run().steps()).isEqualTo(WandbRunTest.steps(1, 5));
    assertThat(server.run().exitCode()).contains(0);
  }

  @Test
  void whatWasSentIsNotSentAgain() throws Exception {
    trial.environment.put("WANDB_MODE", "offline");
    trial.run(1, 5);
    trial.environment.remove("WANDB_MODE");
    trial.sync();
    int calls = server.calls().size();
    trial.sync();
    assertThat(server.calls()).hasSize(calls);
  }

  @Test
  void aRunThatEndedAndWentOnIsSentAsOne() throws Exception {
    trial.environment.put("WANDB_MODE", "offline");
    trial.run(1, 5);
    trial.run(6, 8);
    trial.environment.remove("WANDB_MODE");
    trial.sync();
    assertThat(server.run().steps()).isEqualTo(WandbRunTest.steps(1, 8));
    assertThat(server.run().exitCode()).contains(0);
  }

  @Test
  void aRunThatStillGoesOnIsSentAsFarAsItIs() throws Exception {
    trial.environment.put("WANDB_MODE", "offline");
    try (WandbRun run = trial.open()) {
      Trial.record(run, 1, 5);
      trial.environment.remove("WANDB_MODE");
      assertThat(trial.sync().going()).isTrue();
      assertThat(server.run().steps()).isEqualTo(WandbRunTest.steps(1, 4)); // 5 may get more
      Trial.record(run, 6, 6);
      run.ends(0, false);
    }
    trial.sync();
    assertThat(server.run().steps()).isEqualTo(WandbRunTest.steps(1, 6));
  }

  @Test
  void aDeadServerStopsNothingAndLosesNothing() throws Exception {
    server.always(new WandbFault.Drop());
    trial.pace = brief();
    trial.run(1, 200);
    assertThat(trial.printed())
        .contains("the run goes on, its record waits in")
        .contains("W&B has not got all of this run yet; send it with neox-train sync " + directory)
        .hasLineCount(2);
    server.always(null);
    trial.sync();
    assertThat(server.run().steps()).isEqualTo(WandbRunTest.steps(1, 200));
  }

  private static Pace brief() {
    return new Pace(
        Duration.ofMillis(5),
        Duration.ofSeconds(1),
        Duration.ofSeconds(9),
        Duration.ofMillis(2),
        Duration.ofMillis(20),
        Duration.ofMillis(300));
  }

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void aSlowServerIsNotWaitedForLongerThanTheEndAllows() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    server.always(new WandbFault.Held(ended));
    trial.pace = brief();
    try (WandbRun run = trial.open()) {
      Trial.record(run, 1, 50);
      server.awaitCall();
      run.ends(0, false);
    }
    server.always(null);
    ended.countDown();
    server.awaitNoCall(); // the call that was given up still has its effect
    trial.sync();
    assertThat(server.run().steps()).isEqualTo(WandbRunTest.steps(1, 50));
  }

  @Test
  void aServerThatDoesNotAnswerEndsTheSendingByHandInOneLine() throws Exception {
    trial.environment.put("WANDB_MODE", "offline");
    trial.run(1, 5);
    trial.environment.remove("WANDB_MODE");
    server.always(WandbFault.status(503));
    assertThatThrownBy(trial::sync)
        .isInstanceOf(IOException.class)
        .hasMessageMatching(
            "127\\.0\\.0\\.1:\\d+ failed \\(HTTP 503 while asking for the run\\): because the test says"
                + " so; nothing is lost: run the same command again later");
  }

  @Test
  void whatWasSentIsFoundOutWhereItsFileIsDamaged() throws Exception {
    trial.run(1, 5);
    Files.writeString(trial.onlyRun().resolve(Sent.FILE), "");
    trial.run(6, 8);
    assertThat(server.run().steps()).isEqualTo(WandbRunTest.steps(1, 8));
    assertThat(server.run().output()).hasSize(8);
  }

  @Test
  void aRunThatIsBeingSentByHandMayGoOnMeanwhile() throws Exception {
    trial.run(1, 5);
    try (WandbHttp http =
            new WandbHttp(
                URI.create(server.address()),
                ApiKey.of(WandbServer.KEY, "a test"),
                trial.environment,
                WandbHttp.Patience.USUAL);
        Delivery byHand = Delivery.open(trial.onlyRun(), new Server(http))) {
      trial.run(6, 7);
      assertThat(byHand.sent().next().history()).isEqualTo(5);
    }
    assertThat(trial.printed())
        .contains(
            "another process sends it to W&B at this moment; the run is recorded, and neox-train");
    trial.sync();
    assertThat(server.run().steps()).isEqualTo(WandbRunTest.steps(1, 7));
  }

  @Test
  void aDamagedLineIsPassedOverAndCounted() throws Exception {
    trial.environment.put("WANDB_MODE", "offline");
    trial.run(1, 5);
    Path journal = trial.onlyRun().resolve(Journal.FILE);
    String text = Files.readString(journal, StandardCharsets.UTF_8);
    Files.writeString(journal, text.replace("iteration 3", "iteration 4"));
    trial.environment.remove("WANDB_MODE");
    assertThat(trial.sync().unreadable()).isPositive();
    assertThat(server.run().output())
        .containsExactly("iteration 1", "iteration 2", "iteration 4", "iteration 5");
  }
}
