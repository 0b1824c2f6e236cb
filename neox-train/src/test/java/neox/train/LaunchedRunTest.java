package neox.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import neox.base.ExitCode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One command that becomes a run of several ranks.
class LaunchedRunTest {
  private static final int PATIENCE_SECONDS = 120;

  @TempDir Path directory;
  private TrainFixture fixture;

  private record Ended(int code, String out, String err) {}

  @BeforeEach
  void makeFixture() throws IOException {
    fixture = new TrainFixture(directory);
  }

  private List<String> arguments(String... more) {
    List<String> arguments =
        fixture.arguments(
            "run", "train_iters=2", "hidden_dropout=0", "attention_dropout=0", "eval_iters=1");
    arguments.addAll(List.of(more));
    return arguments;
  }

  private Ended run(Map<String, String> environment, List<String> arguments)
      throws IOException, InterruptedException {
    Path out = directory.resolve("out.txt");
    Path err = directory.resolve("err.txt");
    ProcessBuilder builder = new ProcessBuilder(TrainProcess.command(arguments));
    builder.environment().putAll(environment);
    Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    try {
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
    } finally {
      process.destroyForcibly();
    }
  }

  @Tag("slow")
  @Test
  void startsAsManyRanksAsItIsAskedFor() throws Exception {
    Ended two = run(Map.of(), arguments("--num-gpus", "2"));
    assertThat(two.code()).as(two.err()).isZero();
    assertThat(two.out()).contains("iteration        2/       2");
    assertThat(directory.resolve("run/global_step2")).isDirectory();
  }

  /// Whoever has started the ranks, as Slurm does, may take them back before all have come.
  @Test
  void stopsAtOnceWhileItWaitsForTheOtherRanks() throws Exception {
    Path out = directory.resolve("out.txt");
    int port = RankProcesses.freePort();
    Process first = RankProcesses.start(0, 2, port, arguments(), out);
    try {
      while (!isServed(port)) {
        assertThat(first.isAlive()).as(Files.readString(out)).isTrue();
        Thread.sleep(20);
      }
      first.destroy(); // SIGTERM
      assertThat(first.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    } finally {
      first.destroyForcibly();
    }
    assertThat(first.exitValue()).as(Files.readString(out)).isEqualTo(ExitCode.STOPPED);
    assertThat(out)
        .content()
        .endsWith(
            """
            SIGTERM: stopping after this step (Ctrl-C twice: at once, unsaved)
            stopped before it took a step; run the same command again to continue
            """);
    assertThat(directory.resolve("run")).doesNotExist();
  }

  private static boolean isServed(int port) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (ConnectException e) {
      return false;
    }
  }

  /// A signal to the one process that the user knows of.
  @Test
  void savesOnAllRanksWhenItIsAskedToStop() throws Exception {
    List<String> arguments = arguments("--num-gpus", "2", "--set", "train_iters=100000");
    Path out = directory.resolve("out.txt");
    Process job =
        new ProcessBuilder(TrainProcess.command(arguments))
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    try {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
      while (!Files.isDirectory(directory.resolve("run/global_step1"))) {
        assertThat(job.isAlive()).as(Files.readString(out)).isTrue();
        assertThat(System.nanoTime()).isLessThan(end);
        Thread.sleep(50);
      }
      job.toHandle().destroy();
      assertThat(job.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(job.exitValue()).as(Files.readString(out)).isEqualTo(ExitCode.STOPPED);
    } finally {
      job.destroyForcibly();
    }
  }

  @Test
  void complainsOnceBeforeAnythingIsStarted() throws Exception {
    Ended failed = run(Map.of(), arguments("--num-gpus", "2", "--set", "pipe_parallel_size=4"));
    assertThat(failed.code()).isEqualTo(ExitCode.USAGE);
    assertThat(failed.err())
        .contains("= 4 ranks share the network, but the run has 2; start 4")
        .doesNotContain("rank 1");
  }

  /// What stands in for ssh: it runs the command here, as the host's shell would.
  private Path fakeSsh() throws IOException {
    Path bin = Files.createDirectories(directory.resolve("bin"));
    Path ssh = bin.resolve("ssh");
    Files.writeString(
        ssh,
        """
        #!/bin/sh
        while [ "$1" = -o ]; do shift 2; done
        host=$1
        shift
        [ "$host" != closed ] || { echo "ssh: connect to host closed: refused" >&2; exit 255; }
        case "$*" in
          hostname) echo "$host" ;;
          "hostname -I") echo 127.0.0.1 ;;
          *) exec sh -c "$*" ;;
        esac
        """);
    assertThat(ssh.toFile().setExecutable(true)).isTrue();
    return bin;
  }

  private Map<String, String> withFakeSsh() throws IOException {
    return Map.of("PATH", fakeSsh() + ":" + System.getenv("PATH"));
  }

  private List<String> overSsh(String... hosts) throws IOException {
    Path hostfile = directory.resolve("hosts");
    StringBuilder lines = new StringBuilder();
    for (String host : hosts) {
      lines.append(host).append(" slots=1\n");
    }
    Files.writeString(hostfile, lines, StandardCharsets.UTF_8);
    List<String> arguments = new ArrayList<>(arguments("--launcher", "ssh"));
    arguments.addAll(List.of("--hostfile", hostfile.toString()));
    arguments.addAll(List.of("--master-port", String.valueOf(RankProcesses.freePort())));
    return arguments;
  }

  @Tag("slow")
  @Test
  void startsAnAgentOnEachHostOverSsh() throws Exception {
    Ended job = run(withFakeSsh(), overSsh("worker-1", "worker-2"));
    assertThat(job.code()).as(job.err()).isZero();
    assertThat(job.out()).containsOnlyOnce("iteration        2/       2");
  }

  @Test
  void saysInOneLineWhichHostCannotBeReached() throws Exception {
    Ended job = run(withFakeSsh(), overSsh("worker-1", "closed"));
    assertThat(job.code()).isEqualTo(ExitCode.FAILED);
    assertThat(job.err())
        .contains(
            "neox-train: host closed: ssh has no connection: ssh: connect to host closed: refused;"
                + " see that 'ssh closed true' works without a password");
  }

  @Test
  void printsTheCommandsInsteadOfRunningThem() throws Exception {
    List<String> arguments = overSsh("worker-1", "worker-2");
    arguments.add("--print-launch");
    Ended printed = run(withFakeSsh(), arguments);
    assertThat(printed.code()).as(printed.err()).isZero();
    assertThat(printed.out().lines().toList())
        .hasSize(2)
        .allSatisfy(line ->
            assertThat(line)
                .startsWith("ssh -o BatchMode=yes -o ConnectTimeout=10 ")
                .contains(" agent --obey-stdin --world_info="));
    assertThat(directory.resolve("run")).doesNotExist();
  }
}
