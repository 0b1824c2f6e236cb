package neox.wandb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import neox.wandb.fixture.WandbFault;
import neox.wandb.fixture.WandbServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whatever happens to a call: every row once, in order.
class FaultsTest {
  /// Calls of a run: RunResumeStatus, UpsertBucket, CreateRunFiles, two files, a few requests.
  private static final int CALLS = 7;

  @TempDir Path directory;
  private int trials;

  private Trial trial(WandbServer server) throws IOException {
    return new Trial(Files.createDirectory(directory.resolve("trial" + trials++)), server);
  }

  private static void assertWhole(WandbServer server, Trial trial) {
    assertThat(server.violations()).as(trial.printed()).isEmpty();
    assertThat(server.run().steps()).as(trial.printed()).isEqualTo(WandbRunTest.steps(1, 9));
    assertThat(server.run().output()).hasSize(9);
    assertThat(server.run().exitCode()).contains(0);
    assertThat(trial.printed()).doesNotContain(WandbServer.KEY);
  }

  /// Three parts, so that there are several requests.
  private static void run(Trial trial) throws IOException {
    try (WandbRun run = trial.open()) {
      for (int part = 0; part < 3; part++) {
        Trial.record(run, 3 * part + 1, 3 * part + 3);
        pause(12);
      }
      run.ends(0, false);
    }
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void survives(WandbFault fault) throws IOException {
    for (int call = 1; call <= CALLS; call++) {
      try (WandbServer server = WandbServer.start()) {
        Trial trial = trial(server);
        server.failAt(call, fault);
        run(trial);
        assertWhole(server, trial);
      }
    }
  }

  @Test
  void aServerErrorAtEveryCall() throws IOException {
    survives(WandbFault.status(500));
  }

  @Test
  void tooManyCallsAtEveryCall() throws IOException {
    survives(new WandbFault.Answer(429, Map.of("Retry-After", "0"), ""));
  }

  @Test
  void aConnectionThatIsCutBeforeEveryCall() throws IOException {
    survives(new WandbFault.Drop());
  }

  @Test
  void anAnswerThatIsLostAtEveryCall() throws IOException {
    survives(new WandbFault.LoseAnswer());
  }

  @Test
  void anAnswerThatIsCutAtEveryCall() throws IOException {
    survives(new WandbFault.HalfAnswer());
  }

  @Test
  void aConflictWhileTheRunIsMadeIsTriedAgain() throws IOException {
    try (WandbServer server = WandbServer.start()) {
      Trial trial = trial(server);
      server.failAt(2, WandbFault.status(409));
      run(trial);
      assertWhole(server, trial);
    }
  }

  @Test
  void theServerSaysHowLongItWantsToBeLeftAlone() throws IOException {
    try (WandbServer server = WandbServer.start()) {
      Trial trial = trial(server);
      server.failAt(2, new WandbFault.Answer(429, Map.of("Retry-After", "1"), ""));
      long start = System.nanoTime();
      run(trial);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofSeconds(1));
      assertWhole(server, trial);
    }
  }

  @Test
  void aProcessThatIsKilledAtEveryCallHasLostAndDoubledNothing() throws Exception {
    for (int call = 1; call <= CALLS; call++) {
      killedAt(call, call % 2 == 1);
    }
  }

  private void killedAt(int call, boolean after) throws Exception {
    try (WandbServer server = WandbServer.start()) {
      Trial trial = trial(server);
      CountDownLatch reached = new CountDownLatch(1);
      server.failAt(call, new WandbFault.Then(after, reached::countDown));
      WandbRun killed = trial.open();
      Trial.record(killed, 1, 4);
      reached.await(100, TimeUnit.MILLISECONDS);
      killed.abandon();
      int calls = server.calls().size();
      trial.run(5, 7); // the run goes on, and is killed once more
      assertThat(server.calls().size()).isGreaterThan(calls);
      WandbRun last = trial.open();
      Trial.record(last, 8, 9);
      last.ends(0, false);
      last.close();
      assertWhole(server, trial);
    }
  }

  @Test
  void aKilledRunIsSentByHandFromWhereverItWas() throws Exception {
    for (int call = 1; call <= CALLS; call++) {
      try (WandbServer server = WandbServer.start()) {
        Trial trial = trial(server);
        CountDownLatch reached = new CountDownLatch(1);
        server.failAt(call, new WandbFault.Then(call % 2 == 0, reached::countDown));
        WandbRun killed = trial.open();
        Trial.record(killed, 1, 9);
        reached.await(100, TimeUnit.MILLISECONDS);
        killed.abandon();
        trial.sync();
        assertThat(server.violations()).isEmpty();
        assertThat(server.run().steps()).isEqualTo(WandbRunTest.steps(1, 9));
        assertThat(server.run().exitCode()).isEmpty(); // nobody knows
        SyncRun.Report again = trial.sync();
        assertThat(again.history()).isEqualTo(9);
        assertThat(server.run().steps()).hasSize(9);
      }
    }
  }

  /// An append stops at any byte when the process is killed.
  @Test
  void aJournalThatEndsAnywhereIsSentAsFarAsItGoesAndGoesOn() throws Exception {
    try (WandbServer server = WandbServer.start()) {
      Trial whole = trial(server);
      whole.environment.put("WANDB_MODE", "offline");
      try (WandbRun run = whole.open()) {
        Trial.record(run, 1, 3);
        run.ends(0, false);
      }
      byte[] journal = Files.readAllBytes(whole.onlyRun().resolve(Journal.FILE));
      int first = new String(journal, StandardCharsets.UTF_8).indexOf('\n') + 1;
      List<Integer> cuts = new ArrayList<>();
      for (int cut = first; cut <= journal.length; cut += 29) {
        cuts.add(cut);
      }
      for (int cut : cuts) {
        try (WandbServer another = WandbServer.start()) {
          Trial trial = trial(another);
          Path run = Files.createDirectories(trial.directory.resolve("wandb/run-run0"));
          Files.write(run.resolve(Journal.FILE), Arrays.copyOf(journal, cut));
          SyncRun.Report report = trial.sync();
          assertThat(report.unreadable()).isZero();
          int rows = another.run().steps().size();
          assertThat(another.run().steps()).isEqualTo(WandbRunTest.steps(1, rows));
          if (cut % 3 == 0) { // going on makes a process's worth of calls
            trial.run(3, 4);
            assertThat(another.run().steps()).endsWith(4L).doesNotHaveDuplicates().isSorted();
          }
          assertThat(another.violations()).as("cut at %d", cut).isEmpty();
        }
      }
    }
  }
}
