package neox.train.agent;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.StopRequest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The ranks are scripts of the shell.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class AgentTest {
  /// Ranks write their process ids here, one each.
  private static final String HELLO = "echo $$ > pid-$RANK; ";

  /// The same, and each waits for the others: otherwise one may be gone before another has begun.
  private static final String HELLO_ALL =
      HELLO + "until [ $(cat pid-* | wc -l) = $WORLD_SIZE ]; do sleep 0.01; done; ";

  private static final Limits SHORT =
      new Limits(
          Duration.ofSeconds(1), Optional.empty(), Duration.ofMillis(300), Duration.ofMillis(500));

  @TempDir Path directory;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void tellsEachRankWhichItIsAndLetsTheFirstSpeak() throws Exception {
    int code = run(3, "echo $RANK $LOCAL_RANK of $WORLD_SIZE at $MASTER_ADDR; echo note $RANK >&2");

    assertThat(code).isEqualTo(ExitCode.OK);
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("0 0 of 3 at 127.0.0.1\n");
    assertThat(err.toString(StandardCharsets.UTF_8).lines())
        .containsExactlyInAnyOrder("note 0", "rank 1 (here): note 1", "rank 2 (here): note 2");
    assertThat(directory.resolve("logs/rank-2.log"))
        .content()
        .contains("--- rank 2 of 3 on here, restart 0", "2 2 of 3 at 127.0.0.1", "note 2");
  }

  @Test
  void allRanksMeetAtOnePort() throws Exception {
    run(2, "echo $MASTER_PORT > port-$RANK");

    assertThat(directory.resolve("port-0")).hasSameTextualContentAs(directory.resolve("port-1"));
  }

  @Test
  void takesAllDownWhenOneDies() throws Exception {
    long startedAtNanos = System.nanoTime();
    int code = run(3, HELLO_ALL + "[ $RANK = 1 ] && kill -9 $$; exec sleep 50");

    assertThat(code).isEqualTo(ExitCode.FAILED);
    assertThat(Duration.ofNanos(System.nanoTime() - startedAtNanos))
        .as("the others would sleep for 50 s")
        .isLessThan(Duration.ofSeconds(40));
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            "neox-train: rank 1 (here) was killed by SIGKILL: somebody killed it, or the kernel did"
                + " for want of memory (its log, dmesg, says so)\n");
    assertNobodyIsLeft(3);
  }

  @Test
  void reportsOneFailureOnceAndNotThoseThatFollowFromIt() throws Exception {
    int code =
        run(
            3,
            "case $RANK in 1) echo 'neox-train: a disk: is full' >&2; exit 1;;"
                + " *) echo 'neox-train: rank 1 is gone' >&2; exit 76;; esac");

    assertThat(code).isEqualTo(ExitCode.FAILED);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("neox-train: rank 1 (here) failed with exit code 1: a disk: is full\n");
  }

  @Test
  void saysOnceWhatAllRanksSay() throws Exception {
    int code = run(3, "echo 'neox-train: a.yml:3: no such key' >&2; echo 'nor this' >&2; exit 2");

    assertThat(code).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("neox-train: a.yml:3: no such key\nnor this\n");
  }

  @Test
  void handsARequestToStopOnToAllRanks() throws Exception {
    Thread.ofVirtual().start(() -> requestWhenAllAreThere(2));
    int code =
        run(
            2,
            "trap 'echo saved > saved-$RANK; exit 75' TERM; "
                + HELLO
                + "while :; do sleep 0.05; done");

    assertThat(code).isEqualTo(ExitCode.STOPPED);
    assertThat(directory.resolve("saved-0")).exists();
    assertThat(directory.resolve("saved-1")).exists();
    assertNobodyIsLeft(2);
  }

  @Test
  void stopsAllWhenOneRankEndsByTheSignalBeforeItCouldListen() throws Exception {
    int code = run(2, HELLO_ALL + "[ $RANK = 1 ] && kill -TERM $$; exec sleep 50");

    assertThat(code).isEqualTo(ExitCode.STOPPED);
    assertNobodyIsLeft(2);
  }

  @Test
  void killsARankThatIsStoppedByASignal() throws Exception {
    int code = run(2, HELLO_ALL + "[ $RANK = 1 ] && kill -STOP $$; exec sleep 50");

    assertThat(code).isEqualTo(ExitCode.FAILED);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .startsWith(
            "neox-train: rank 1 (here) gives no sign of life for 1 s: its process was stopped");
    assertNobodyIsLeft(2);
  }

  @Test
  void doesNotWaitForEverForOneThatDoesNotEnd() throws Exception {
    int code = run(2, HELLO_ALL + "[ $RANK = 1 ] && exec sleep 50; exit 0");

    assertThat(code).isEqualTo(ExitCode.FAILED);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("rank 1 (here) has not ended");
    assertNobodyIsLeft(2);
  }

  @Test
  void ranksSeeTheEndOfStandardInputWhenTheirAgentIsGone() throws Exception {
    assertThat(run(1, "read -t 0.3 line; [ $? -gt 128 ] && echo open")).isZero();

    assertThat(out.toString(StandardCharsets.UTF_8)).as("while it is there").isEqualTo("open\n");
  }

  @Test
  void startsAllRanksAgainAndSaysSo() throws Exception {
    int code =
        run(
            2,
            1,
            "echo $NEOX_RESTARTS; [ $RANK$NEOX_RESTARTS = 10 ] && exit 3; [ $NEOX_RESTARTS = 1 ] || exec sleep 50");

    assertThat(code).isEqualTo(ExitCode.OK);
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("0\n1\n");
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            "warning: rank 1 (here) failed with exit code 3; starting all ranks again from the last"
                + " complete checkpoint (1 of at most 1)\n");
    assertThat(directory.resolve("logs/heartbeat.json"))
        .content()
        .contains("\"state\":\"ended\"", "\"restarts\":1", "\"rank\":1,\"host\":\"here\"");
  }

  @Test
  void startsNothingAgainThatTheCallerMustMend() throws Exception {
    assertThat(run(2, 5, "echo $NEOX_RESTARTS; echo 'neox-train: no such key' >&2; exit 2"))
        .isEqualTo(ExitCode.USAGE);

    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("0\n");
  }

  @Test
  void agentsOfSeveralHostsTakeTheirRanksDownAndStartThemAgainTogether() throws Exception {
    String script =
        HELLO
            + "echo $RANK-$NEOX_RESTARTS at $MASTER_PORT >> said-$RANK;"
            + " [ $RANK$NEOX_RESTARTS = 30 ] && { until [ $(ls said-* | wc -l) = 4 ]; do sleep 0.01; done;"
            + " echo 'neox-train: oops' >&2; exit 3; };"
            + " [ $NEOX_RESTARTS = 1 ] || exec sleep 50";
    int port = freePort();

    List<Integer> codes = onHosts(plan(2, 4, port, 0, 1, script), plan(2, 4, port, 2, 1, script));

    assertThat(codes).containsExactly(ExitCode.OK, ExitCode.OK);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            "warning: rank 3 (host2) failed with exit code 3: oops; starting all ranks again from"
                + " the last complete checkpoint (1 of at most 1)\n");
    List<String> first = Files.readAllLines(directory.resolve("said-0"));
    List<String> last = Files.readAllLines(directory.resolve("said-3"));
    assertThat(first).hasSize(2);
    assertThat(ports(last)).as("the ranks of an attempt meet").isEqualTo(ports(first));
    assertNobodyIsLeft(4);
  }

  @Test
  void theFirstHostNamesAHostWhoseAgentIsGone() throws Exception {
    int port = freePort();
    String script = HELLO + "exec sleep 50";
    Thread visitor = Thread.ofPlatform().start(() -> comeAndGo(port));

    int code;
    try (StopRequest request = StopRequest.listen(console().silent())) {
      code = Agent.run(plan(2, 3, port, 0, 5, script), console(), request);
    }
    visitor.join();

    assertThat(code).isEqualTo(ExitCode.FAILED);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("neox-train: host far is lost: the connection to its agent is closed\n");
    assertNobodyIsLeft(2);
  }

  /// An agent that ends once its ranks are to begin.
  private void comeAndGo(int port) {
    while (true) {
      try (Link link = new Link(new Socket(InetAddress.getLoopbackAddress(), port))) {
        link.say(new Message.Hello("far", 2, 1, 3));
        while (link.next(1000).isEmpty()) {
          // The others come.
        }
        while (pids().size() < 2) {
          Thread.sleep(10);
        }
        return;
      } catch (IOException | InterruptedException e) {
        // Not yet.
      }
    }
  }

  private List<Integer> onHosts(AgentPlan first, AgentPlan second) throws Exception {
    try (StopRequest request = StopRequest.listen(console().silent())) {
      FutureTask<Integer> other = new FutureTask<>(() -> Agent.run(second, console(), request));
      Thread.ofPlatform().name("second host").start(other);
      int code = Agent.run(first, console(), request);
      return List.of(code, other.get());
    }
  }

  private static List<String> ports(List<String> lines) {
    return lines.stream().map(line -> line.substring(line.indexOf(" at "))).toList();
  }

  private AgentPlan plan(int here, int world, int port, int first, int maxRestarts, String script) {
    return new AgentPlan(
        new HostRanks("host" + first, first, here, world, "127.0.0.1", port, List.of()),
        List.of("bash", "-c", "cd '%s'; %s".formatted(directory, script)),
        Optional.empty(),
        SHORT,
        maxRestarts);
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  private int run(int ranks, String script) throws Exception {
    return run(ranks, 0, script);
  }

  private int run(int ranks, int maxRestarts, String script) throws Exception {
    AgentPlan plan =
        new AgentPlan(
            HostRanks.alone("here", ranks, List.of()),
            List.of("bash", "-c", "cd '%s'; %s".formatted(directory, script)),
            Optional.of(directory.resolve("logs")),
            SHORT,
            maxRestarts);
    try (StopRequest request = StopRequest.listen(console().silent())) {
      stop = request;
      return Agent.run(plan, console(), request);
    }
  }

  private volatile @Nullable StopRequest stop;

  private void requestWhenAllAreThere(int ranks) {
    try {
      while (pids().size() < ranks) {
        Thread.sleep(10);
      }
      requireNonNull(stop).request();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private Console console() {
    return new Console(
        InputStream.nullInputStream(),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        false,
        false);
  }

  private void assertNobodyIsLeft(int ranks) throws IOException {
    List<Long> pids = pids();
    assertThat(pids).hasSize(ranks);
    assertThat(pids.stream().flatMap(pid -> ProcessHandle.of(pid).stream()))
        .noneMatch(ProcessHandle::isAlive);
  }

  private List<Long> pids() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      List<Long> pids = new ArrayList<>();
      for (Path file : files.filter(f -> f.getFileName().toString().startsWith("pid-")).toList()) {
        String text = Files.readString(file).strip();
        if (!text.isEmpty()) {
          pids.add(Long.parseLong(text));
        }
      }
      return pids;
    }
  }
}
