package neox.train.launch;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// Asks by running the command; one that does not answer in time is ended.
final class Programs implements HostProbe {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Path NOTHING = Path.of("/dev/null");
  private static final int NOT_FOUND = 127;
  private static final int TOO_LATE = 124;

  @Override
  public Answer ask(List<String> command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectInput(NOTHING.toFile())
              .start();
      return answer(command, process);
    } catch (IOException e) {
      return new Answer(NOT_FOUND, command.getFirst() + ": not installed");
    }
  }

  private static Answer answer(List<String> command, Process process) {
    CompletableFuture<String> output =
        CompletableFuture.supplyAsync(() -> text(process.getInputStream()));
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return new Answer(
            TOO_LATE,
            "no answer to '%s' within %d s".formatted(command.getFirst(), PATIENCE.toSeconds()));
      }
      return new Answer(process.exitValue(), output.join());
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      return new Answer(TOO_LATE, "interrupted");
    }
  }

  private static String text(InputStream in) {
    try (in) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
