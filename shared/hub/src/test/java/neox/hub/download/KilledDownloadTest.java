package neox.hub.download;

import static neox.hub.fixture.DownloadServer.stall;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import neox.hub.HubSettings;
import neox.hub.RemoteFile;
import neox.hub.fixture.DownloadServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class KilledDownloadTest {
  private static final String FILE = "/corpus.bin";

  @TempDir Path directory;

  /// Downloads to a file: what the test starts as a process of its own, to kill it.
  static final class Downloading {
    public static void main(String[] args) throws IOException {
      fetch(args[0], Path.of(args[1]));
    }
  }

  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void goesOnWhereAKilledProcessStopped() throws Exception {
    byte[] bytes = new byte[300_000];
    new Random(1).nextBytes(bytes);
    Path target = directory.resolve("corpus.bin");
    try (DownloadServer server = DownloadServer.start()) {
      server.put(FILE, bytes);
      server.fail(FILE, stall(100_000));
      Process process = start(server.address(FILE), target);
      Path part = directory.resolve("corpus.bin.part");
      while (process.isAlive() && (!Files.exists(part) || Files.size(part) < 100_000)) {
        Thread.sleep(20);
      }
      process.destroyForcibly().waitFor();
      assertThat(target).doesNotExist();

      fetch(server.address(FILE), target);

      assertThat(Files.readAllBytes(target)).isEqualTo(bytes);
      assertThat(directory).isDirectoryNotContaining("glob:**.part*");
      assertThat(server.log()).containsExactly("GET " + FILE, "GET " + FILE + " bytes=100000-");
    }
  }

  private static Process start(String address, Path target) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return new ProcessBuilder(
            java,
            "-cp",
            System.getProperty("java.class.path"),
            "-XX:TieredStopAtLevel=1",
            Downloading.class.getName(),
            address,
            target.toString())
        .inheritIO()
        .start();
  }

  private static void fetch(String address, Path target) throws IOException {
    HubSettings settings =
        HubSettings.of("neox-test", Map.of(), Optional.empty(), Optional.empty());
    DownloadObserver silent =
        new DownloadObserver() {
          @Override
          public void progress(String name, long doneBytes, OptionalLong totalBytes) {}

          @Override
          public void warn(String line) {}
        };
    try (Download download = Download.open(settings, Patience.usual(), silent)) {
      download.toFile(RemoteFile.at(URI.create(address)), target);
    }
  }
}
