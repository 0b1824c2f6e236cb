package neox.prepare;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.StoppedException;
import neox.hub.HubSettings;
import neox.hub.RemoteFile;
import neox.hub.download.ConsoleObserver;
import neox.hub.download.Download;
import neox.hub.download.Patience;
import neox.hub.fixture.DownloadServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoppableTest {
  private static final Patience SHORT =
      new Patience(Duration.ofMinutes(1), Duration.ofMinutes(1), 5, pause -> {});

  @TempDir Path directory;

  @Test
  void aStoppedDownloadGoesOnWhereItWas() throws Exception {
    byte[] bytes = new byte[300_000];
    Path target = directory.resolve("file.bin");
    AtomicInteger blocks = new AtomicInteger();
    try (DownloadServer server = DownloadServer.start()) {
      server.put("/file.bin", bytes);
      RemoteFile file = RemoteFile.at(URI.create(server.address("/file.bin")));
      assertThatThrownBy(() -> download(file, target, () -> blocks.incrementAndGet() > 2))
          .isInstanceOf(StoppedException.class);
      assertThat(target).doesNotExist();
      download(file, target, () -> false);
      assertThat(target).hasBinaryContent(bytes);
      assertThat(server.log().getLast()).startsWith("GET /file.bin bytes=");
    }
  }

  private static void download(RemoteFile file, Path target, BooleanSupplier stop)
      throws IOException {
    PrintStream err = new PrintStream(new ByteArrayOutputStream(), true, UTF_8);
    Console console = new Console(InputStream.nullInputStream(), err, err, false, false);
    HubSettings settings =
        HubSettings.of("neox-test", Map.of(), Optional.empty(), Optional.empty());
    try (ConsoleObserver observer = new ConsoleObserver(console, stop);
        Download download = Download.open(settings, SHORT, observer)) {
      download.toFile(file, target);
    }
  }

  @Test
  void aSignalSavesWhatHasComeAndTheSameCommandWithResumeEndsInTheSameBytes() throws Exception {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      rows.add("{\"text\": \"row " + i + " of many\"}\n");
    }
    CountDownLatch halfway = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/rows.jsonl",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          try (OutputStream out = exchange.getResponseBody()) {
            for (int i = 0; i < rows.size(); i++) {
              out.write(rows.get(i).getBytes(UTF_8));
              out.flush();
              if (i == 100) {
                halfway.countDown();
                await(stopped);
              }
            }
          }
        });
    server.start();
    try {
      String address = "http://127.0.0.1:" + server.getAddress().getPort() + "/rows.jsonl";
      Process process = prepare(address);
      assertThat(halfway.await(10, TimeUnit.MINUTES)).isTrue();
      process.destroy();
      assertThat(process.waitFor()).as(log()).isEqualTo(ExitCode.STOPPED);
      stopped.countDown();
      assertThat(prepare(address, "--resume").waitFor()).isZero();
    } finally {
      server.stop(0);
    }
    assertThat(Run.documents(directory.resolve("rows/rows_text_document"), -1)).hasSize(200);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String log() throws IOException {
    return Files.readString(directory.resolve("run.log"));
  }

  private Process prepare(String address, String... more) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                PrepareCommand.class.getName(),
                address,
                "-d",
                directory.toString(),
                "-t",
                "CharLevelTokenizer"));
    command.addAll(List.of(more));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("run.log").toFile())
        .start();
  }
}
