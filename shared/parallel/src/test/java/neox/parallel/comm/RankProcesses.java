package neox.parallel.comm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Starts ranks as processes of their own, as a launcher does.
final class RankProcesses {
  private static final int SECONDS = 60;

  /// What a rank has left.
  record Result(int exitCode, String output, String error) {}

  /// Runs a program's main on every rank, and waits for all of them.
  static List<Result> run(
      Class<?> program,
      int worldSize,
      Map<String, String> environment,
      Path directory,
      String... arguments)
      throws Exception {
    int port = freePort();
    List<Process> processes = new ArrayList<>();
    try {
      for (int rank = 0; rank < worldSize; rank++) {
        ProcessBuilder builder = command(program, directory, arguments);
        builder.environment().putAll(environment);
        builder.environment().put("RANK", Integer.toString(rank));
        builder.environment().put("WORLD_SIZE", Integer.toString(worldSize));
        builder.environment().put("MASTER_ADDR", "localhost");
        builder.environment().put("MASTER_PORT", Integer.toString(port));
        processes.add(
            builder
                .redirectOutput(directory.resolve("out" + rank).toFile())
                .redirectError(directory.resolve("err" + rank).toFile())
                .start());
      }
      List<Result> results = new ArrayList<>();
      for (int rank = 0; rank < worldSize; rank++) {
        Process process = processes.get(rank);
        assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).as("rank %d ends", rank).isTrue();
        results.add(
            new Result(
                process.exitValue(),
                Files.readString(directory.resolve("out" + rank)),
                Files.readString(directory.resolve("err" + rank))));
      }
      return results;
    } finally {
      processes.forEach(Process::destroyForcibly);
    }
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static ProcessBuilder command(Class<?> program, Path directory, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", // starts sooner
                "-cp",
                System.getProperty("java.class.path"),
                program.getName(),
                directory.toString()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command);
  }

  private RankProcesses() {}
}
