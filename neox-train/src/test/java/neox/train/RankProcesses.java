package neox.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// neox-train as several processes on this machine, started as a user would start them: the same
/// command once for each rank.
final class RankProcesses {
  private static final int PATIENCE_SECONDS = 120;

  /// Runs the command on all ranks to its end.
  ///
  /// @param directory for what the ranks print
  static void run(int ranks, List<String> arguments, Path directory)
      throws IOException, InterruptedException {
    int port = freePort();
    List<Process> processes = new ArrayList<>();
    List<Path> printed = new ArrayList<>();
    try {
      for (int rank = 0; rank < ranks; rank++) {
        Path output = directory.resolve("rank" + rank + ".txt");
        printed.add(output);
        processes.add(start(rank, ranks, port, arguments, output));
      }
      for (int rank = 0; rank < ranks; rank++) {
        assertThat(processes.get(rank).waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
            .as("rank %d has ended", rank)
            .isTrue();
        assertThat(processes.get(rank).exitValue())
            .as(Files.readString(printed.get(rank)))
            .isZero();
      }
      for (Path other : printed.subList(1, ranks)) {
        assertThat(other).as("the first rank speaks for all").content().isEmpty();
      }
    } finally {
      processes.forEach(Process::destroyForcibly);
    }
  }

  /// Starts one of the ranks.
  static Process start(int rank, int ranks, int port, List<String> arguments, Path output)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(TrainProcess.command(arguments));
    builder.environment().put("RANK", String.valueOf(rank));
    builder.environment().put("WORLD_SIZE", String.valueOf(ranks));
    builder.environment().put("MASTER_ADDR", InetAddress.getLoopbackAddress().getHostAddress());
    builder.environment().put("MASTER_PORT", String.valueOf(port));
    builder.environment().put("OMP_NUM_THREADS", "1");
    return builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private RankProcesses() {}
}
