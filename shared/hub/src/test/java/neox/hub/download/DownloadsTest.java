package neox.hub.download;

import static neox.hub.fixture.DownloadServer.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import neox.hub.HubSettings;
import neox.hub.RemoteFile;
import neox.hub.fixture.DownloadServer;
import neox.hub.fixture.DownloadServer.Fault;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloadsTest {
  private static final int FILES = 5;
  private static final int BYTES = 200_000;

  @TempDir Path directory;
  private final List<byte[]> contents = new ArrayList<>();
  private final List<String> progress = new ArrayList<>();
  private DownloadServer server;

  @BeforeEach
  void start() throws IOException {
    server = DownloadServer.start();
    for (int i = 0; i < FILES; i++) {
      byte[] bytes = new byte[BYTES];
      new Random(i).nextBytes(bytes);
      contents.add(bytes);
      server.put(path(i), bytes);
    }
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  /// Each of the first three waits, half done, for the other two to be as far.
  @Test
  void getsSeveralFilesAtATime() throws Exception {
    CountDownLatch underway = new CountDownLatch(3);
    for (int i = 0; i < 3; i++) {
      server.fail(path(i), new Fault.Cut(BYTES / 2, () -> meet(underway)));
    }
    downloads(3).all(works());
    assertThat(underway.getCount()).isZero();
    for (int i = 0; i < FILES; i++) {
      assertThat(place(i)).hasBinaryContent(contents.get(i));
    }
  }

  @Test
  void tellsOneProgressForAll() throws Exception {
    downloads(2).all(works());
    assertThat(progress).isNotEmpty().allMatch(line -> line.startsWith("5 files "));
    long[] done =
        progress.stream().mapToLong(line -> Long.parseLong(line.split(" ", -1)[2])).toArray();
    assertThat(done).isSorted();
    assertThat(progress.getLast()).endsWith("" + done[done.length - 1]); // of as many
  }

  @Test
  void endsWithTheFirstFailureAndKeepsWhatHasCome() throws Exception {
    server.fail(path(3), status(404));
    assertThatThrownBy(() -> downloads(2).all(works()))
        .hasMessageContaining("file3: it is not there (HTTP 404 from 127.0.0.1)");
    List<Integer> finished = IntStream.range(0, FILES).filter(this::isThere).boxed().toList();
    assertThat(finished).doesNotContain(3);
    downloads(2).all(works());
    for (int i = 0; i < FILES; i++) {
      assertThat(place(i)).hasBinaryContent(contents.get(i));
    }
    for (int file : finished) {
      assertThat(server.log()).containsOnlyOnce("GET " + path(file));
    }
  }

  @Test
  void getsOneAfterTheOtherWhenAskedTo() throws Exception {
    downloads(1).all(works());
    assertThat(server.log())
        .containsExactly("GET /file0", "GET /file1", "GET /file2", "GET /file3", "GET /file4");
    assertThat(progress.getFirst()).startsWith("file0 ");
  }

  private boolean isThere(int file) {
    return Files.exists(place(file));
  }

  private static void meet(CountDownLatch underway) {
    underway.countDown();
    try {
      assertThat(underway.await(1, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<Downloads.Work> works() {
    List<Downloads.Work> works = new ArrayList<>();
    for (int i = 0; i < FILES; i++) {
      RemoteFile file =
          new RemoteFile(
              "file" + i,
              URI.create(server.address(path(i))),
              OptionalLong.of(BYTES),
              Optional.empty());
      Path place = place(i);
      works.add(
          new Downloads.Work(
              file.size(),
              download -> {
                if (!Files.exists(place)) {
                  download.toFile(file, place);
                }
              }));
    }
    return works;
  }

  private Downloads downloads(int atOnce) {
    HubSettings settings =
        HubSettings.of("test", Map.of(), Optional.of("http://hub.example"), Optional.empty());
    Patience patience =
        new Patience(Duration.ofSeconds(10), Duration.ofMinutes(1), 5, duration -> {});
    DownloadObserver observer =
        new DownloadObserver() {
          @Override
          public void progress(String name, long doneBytes, OptionalLong totalBytes) {
            progress.add(name + " " + doneBytes + " " + totalBytes.orElse(-1));
          }

          @Override
          public void warn(String line) {
            // Cut connections are told; here they are meant.
          }
        };
    return new Downloads(settings, patience, observer, atOnce);
  }

  private Path place(int file) {
    return directory.resolve("file" + file);
  }

  private static String path(int file) {
    return "/file" + file;
  }
}
