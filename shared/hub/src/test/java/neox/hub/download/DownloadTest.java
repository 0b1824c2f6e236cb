package neox.hub.download;

import static java.nio.charset.StandardCharsets.UTF_8;
import static neox.hub.fixture.DownloadServer.cut;
import static neox.hub.fixture.DownloadServer.stall;
import static neox.hub.fixture.DownloadServer.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import neox.base.UserException;
import neox.hub.Checksum;
import neox.hub.HubSettings;
import neox.hub.RemoteFile;
import neox.hub.Token;
import neox.hub.fixture.DownloadServer;
import neox.hub.fixture.DownloadServer.Fault;
import neox.hub.fixture.DownloadServer.Served;
import okio.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DownloadTest {
  private static final String FILE = "/data/corpus.bin";
  private static final byte[] BYTES = random(300_000, 1);
  private static final byte[] OTHER = random(300_000, 2);

  /// How long a download waits for a byte that will not come.
  private static final Duration SHORT = Duration.ofSeconds(1);

  private static final String SUM = ByteString.of(BYTES).sha256().hex();

  @TempDir Path directory;
  private final List<String> warnings = new ArrayList<>();
  private final List<Long> pausesSeconds = new ArrayList<>();
  private DownloadServer server;
  private Optional<Token> token = Optional.empty();
  private String hub = "http://hub.example";
  private Duration idle = Duration.ofMinutes(1);

  @BeforeEach
  void start() throws IOException {
    server = DownloadServer.start();
    server.put(FILE, BYTES);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  @Test
  void downloadsAFile() throws Exception {
    get();
    assertWhole();
    assertThat(server.log()).containsExactly("GET " + FILE);
    assertThat(server.calls().getFirst().header("Accept-Encoding")).isEqualTo("identity");
    assertThat(warnings).isEmpty();
  }

  @Test
  void asksForTheRestOfWhatACutConnectionLeft() throws Exception {
    server.fail(FILE, cut(100_000), cut(0), cut(50_000));
    get();
    assertWhole();
    assertThat(server.log())
        .containsExactly(
            "GET " + FILE,
            "GET " + FILE + " bytes=100000-",
            "GET " + FILE + " bytes=100000-",
            "GET " + FILE + " bytes=150000-");
    assertThat(server.calls().get(1).header("If-Range"))
        .isEqualTo("\"" + ByteString.of(BYTES).md5().hex() + "\"");
    assertThat(pausesSeconds).containsExactly(1L, 2L, 1L); // a byte that came starts them anew
    assertThat(warnings.getFirst())
        .isEqualTo("corpus.bin: the connection was dropped after 0.1 MB; trying again in 1 s");
  }

  @Test
  void givesUpAfterAttemptsThatBringNothingAndKeepsWhatCame() throws Exception {
    server.fail(FILE, cut(100_000), cut(0), cut(0), cut(0), cut(0), cut(0));
    assertThatThrownBy(this::get)
        .isInstanceOf(IOException.class)
        .hasMessage("corpus.bin: the connection was dropped after 0.1 MB (tried 6 times)");
    assertThat(pausesSeconds).containsExactly(1L, 2L, 4L, 8L, 8L);
    assertThat(names()).containsExactly("corpus.bin.part", "corpus.bin.part.json");

    get();
    assertWhole();
    assertThat(server.log()).last().isEqualTo("GET " + FILE + " bytes=100000-");
  }

  @Test
  void givesUpAtOnceWhenNobodyKnowsTheHost() {
    assertThatThrownBy(() -> get(RemoteFile.at(URI.create("http://nosuch.invalid/corpus.bin"))))
        .isInstanceOf(IOException.class)
        .hasMessage("corpus.bin: unknown host nosuch.invalid");
    assertThat(pausesSeconds).isEmpty();
    assertThat(warnings).isEmpty();
  }

  @Test
  void goesOnAfterAStall() throws Exception {
    idle = SHORT;
    server.fail(FILE, stall(1000));
    get();
    assertWhole();
    assertThat(server.log()).containsExactly("GET " + FILE, "GET " + FILE + " bytes=1000-");
    assertThat(warnings.getFirst()).startsWith("corpus.bin: it took too long after 0.0 MB; ");
  }

  @Test
  void waitsAsLongAsABusyServerAsks() throws Exception {
    String date =
        DateTimeFormatter.RFC_1123_DATE_TIME.format(
            Instant.now().plusSeconds(100).atOffset(ZoneOffset.UTC));
    server.fail(
        FILE,
        status(503, "Retry-After", "7"),
        status(429, "Retry-After", date),
        status(429, "RateLimit", "\"api\";r=0;t=55"),
        status(500),
        status(503, "Retry-After", "99999"));
    get();
    assertWhole();
    assertThat(pausesSeconds.get(1)).isBetween(95L, 100L);
    assertThat(pausesSeconds.set(1, 0L)).isNotNull();
    assertThat(pausesSeconds).containsExactly(7L, 0L, 56L, 8L, 330L);
    assertThat(warnings.getFirst())
        .isEqualTo("corpus.bin: HTTP 503 from 127.0.0.1; trying again in 7 s");
  }

  @Test
  void failsAtOnceWhereAnotherAttemptWouldFailToo() {
    server.fail(FILE, status(404), status(403), status(410), status(400));
    assertThatThrownBy(this::get)
        .isInstanceOf(UserException.class)
        .hasMessage("corpus.bin: it is not there (HTTP 404 from 127.0.0.1)");
    assertThatThrownBy(this::get)
        .hasMessage("corpus.bin: access is denied (HTTP 403 from 127.0.0.1)");
    assertThatThrownBy(this::get)
        .hasMessage("corpus.bin: it is not there (HTTP 410 from 127.0.0.1)");
    assertThatThrownBy(this::get)
        .hasMessage("corpus.bin: the server refused (HTTP 400 from 127.0.0.1)");
    assertThat(pausesSeconds).isEmpty();
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void comparesTheBeginningWhenTheServerKnowsNoRanges() throws Exception {
    server.put(FILE, server.put(FILE, BYTES).withoutRanges());
    server.fail(FILE, cut(100_000));
    get();
    assertWhole();
    assertThat(server.log()).containsExactly("GET " + FILE, "GET " + FILE + " bytes=100000-");
  }

  @Test
  void neverJoinsARestToABeginningOfWhichNothingIsKnown() throws Exception {
    server.put(FILE, server.put(FILE, BYTES).withTag(""));
    server.fail(FILE, cut(100_000), cut(150_000));
    get();
    assertWhole();
    assertThat(server.log()).containsExactly("GET " + FILE, "GET " + FILE, "GET " + FILE);

    server.put(FILE, server.put(FILE, OTHER).withTag("W/\"weak\""));
    server.fail(FILE, cut(100_000));
    get();
    assertThat(server.log()).last().isEqualTo("GET " + FILE);
  }

  @Test
  void resumesByDateWhereThereIsNoTag() throws Exception {
    String date = "Sat, 21 Nov 2026 00:00:00 GMT";
    server.put(FILE, server.put(FILE, BYTES).withTag("").withLastModified(date));
    server.fail(FILE, cut(100_000));
    get();
    assertWhole();
    assertThat(server.calls().getLast().header("If-Range")).isEqualTo(date);
  }

  @Test
  void beginsAgainWhenTheFileChangesMidway() throws Exception {
    server.put(FILE, OTHER);
    server.fail(FILE, cut(100_000, () -> server.put(FILE, BYTES)));
    get();
    assertWhole();
    assertThat(warnings).last().asString().endsWith("has changed at its source; beginning again");
    assertThat(server.log())
        .containsExactly("GET " + FILE, "GET " + FILE + " bytes=100000-", "GET " + FILE);
  }

  @Test
  void noticesAChangeWithoutAnyTag() throws Exception {
    server.put(FILE, server.put(FILE, OTHER).withTag(""));
    Served after = server.put("/x", BYTES).withTag("");
    server.fail(FILE, cut(100_000, () -> server.put(FILE, after)));
    server.put(FILE, server.put(FILE, OTHER).withTag(""));
    get();
    assertWhole();
    assertThat(warnings).last().asString().endsWith("has changed at its source; beginning again");
  }

  @Test
  void givesUpOnAFileThatChangesAllTheTime() {
    server.fail(
        FILE,
        cut(1000, () -> server.put(FILE, OTHER)),
        cut(1000),
        cut(1000, () -> server.put(FILE, BYTES)),
        cut(1000),
        cut(1000, () -> server.put(FILE, OTHER)));
    assertThatThrownBy(this::get)
        .isInstanceOf(IOException.class)
        .hasMessage("corpus.bin: has changed at its source (begun 3 times)");
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void refusesARestThatIsNotTheOneAskedFor() throws Exception {
    server.fail(FILE, cut(100_000), new Fault.ContentRange("bytes 5-299999/300000"));
    get();
    assertWhole();
    assertThat(server.log())
        .containsExactly("GET " + FILE, "GET " + FILE + " bytes=100000-", "GET " + FILE);

    Files.delete(target());
    server.fail(FILE, cut(100_000), new Fault.ContentRange("bytes 100000-299999/400000"));
    get();
    assertWhole();
    assertThat(warnings).last().asString().endsWith("has changed at its source; beginning again");
  }

  @Test
  void survivesALengthThatIsALie() throws Exception {
    server.fail(FILE, new Fault.AnnounceLength(400_000));
    get();
    assertWhole();
    assertThat(warnings).last().asString().endsWith("beginning again");

    Files.delete(target());
    server.fail(FILE, new Fault.AnnounceLength(200_000));
    get(known(OptionalLong.of(300_000), Optional.empty()));
    assertWhole();
    assertThat(warnings)
        .last()
        .isEqualTo("corpus.bin: the server has 200000 bytes, expected are 300000; beginning again");
  }

  @Test
  void endsInOneErrorWhenTheLengthIsALieForEver() {
    for (int i = 0; i < 30; i++) {
      server.fail(FILE, new Fault.AnnounceLength(400_000));
    }
    assertThatThrownBy(this::get).isInstanceOf(IOException.class).hasNoCause();
    assertThat(directory.resolve("corpus.bin")).doesNotExist();
    assertThatThrownBy(() -> get(known(OptionalLong.of(299_999), Optional.empty())))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("corpus.bin: the server has ");
    assertThat(directory.resolve("corpus.bin")).doesNotExist();
  }

  @Test
  void refusesBytesWithTheWrongSum() throws Exception {
    Checksum sum = Checksum.sha256(SUM);
    server.put(FILE, OTHER);
    assertThatThrownBy(() -> get(known(OptionalLong.empty(), Optional.of(sum))))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "corpus.bin: its sum is wrong: expected sha256 %s, found %s (begun 3 times)"
                .formatted(SUM, ByteString.of(OTHER).sha256().hex()));
    assertThat(directory).isEmptyDirectory();

    server.put(FILE, BYTES);
    get(known(OptionalLong.empty(), Optional.of(sum)));
    assertWhole();
  }

  @Test
  void resumesWithoutConditionWhenTheSumIsKnown() throws Exception {
    server.put(FILE, server.put(FILE, BYTES).withTag(""));
    server.fail(FILE, cut(100_000));
    get(known(OptionalLong.empty(), Optional.of(Checksum.sha256(SUM))));
    assertWhole();
    assertThat(server.log()).last().isEqualTo("GET " + FILE + " bytes=100000-");
  }

  @Test
  void tellsWhenAFileMayHaveBeenCutUnnoticed() throws Exception {
    server.put(FILE, server.put(FILE, BYTES).withoutLength());
    get();
    assertWhole();
    assertThat(warnings)
        .containsExactly(
            "corpus.bin: the server does not say how long it is, so it may have been cut short");
    Files.delete(target());
    get(known(OptionalLong.of(300_000), Optional.empty()));
    assertThat(warnings).hasSize(1);
  }

  @Test
  void asksNothingWhenEverythingIsThereAlready() throws Exception {
    server.fail(FILE, cut(100_000), cut(0), cut(0), cut(0), cut(0), cut(0));
    assertThatThrownBy(this::get).isInstanceOf(IOException.class);
    Files.write(directory.resolve("corpus.bin.part"), BYTES);
    int calls = server.calls().size();
    get();
    assertWhole();
    assertThat(server.calls()).hasSize(calls);
  }

  @Test
  void begunFilesOfOtherAddressesAreOfNoUse() throws Exception {
    server.put("/other/corpus.bin", OTHER);
    server.fail("/other/corpus.bin", cut(100_000), cut(0), cut(0), cut(0), cut(0), cut(0));
    RemoteFile other = RemoteFile.at(URI.create(server.address("/other/corpus.bin")));
    assertThatThrownBy(() -> get(other)).isInstanceOf(IOException.class);
    get();
    assertWhole();
    assertThat(server.log()).last().isEqualTo("GET " + FILE);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void goesOnAtAnotherAddressWhereTheSumIsKnown(boolean lies) throws Exception {
    String first = "/mirror/corpus.bin";
    server.put(first, server.put(first, lies ? OTHER : BYTES).withTag("\"its own\""));
    server.fail(first, cut(100_000), cut(0), cut(0), cut(0), cut(0), cut(0));
    RemoteFile begun =
        new RemoteFile(
            "corpus.bin",
            URI.create(server.address(first)),
            OptionalLong.of(BYTES.length),
            Optional.of(Checksum.sha256(SUM)));
    assertThatThrownBy(() -> get(begun)).isInstanceOf(IOException.class);
    int calls = server.calls().size();
    get(known(OptionalLong.of(BYTES.length), Optional.of(Checksum.sha256(SUM))));
    assertWhole();
    assertThat(server.calls().get(calls)).hasToString("GET " + FILE + " bytes=100000-");
    assertThat(server.calls()).hasSize(calls + (lies ? 2 : 1));
  }

  @Test
  void beginsAgainWhenTheFileShrankSinceTheLastRun() throws Exception {
    server.put(FILE, random(500_000, 3));
    server.fail(FILE, cut(400_000), cut(0), cut(0), cut(0), cut(0), cut(0));
    assertThatThrownBy(this::get).isInstanceOf(IOException.class);
    server.put(FILE, server.put(FILE, BYTES).withTag("\"same\""));
    server.fail(FILE, new Fault.Reply(416, Map.of("Content-Range", "bytes */300000"), ""));
    get();
    assertWhole();
    assertThat(warnings)
        .last()
        .isEqualTo("corpus.bin: has only 300000 bytes now, 400000 had come; beginning again");
  }

  @Test
  void readsTheWholeFileAgainWhenTheServerRefusesEveryRange() throws Exception {
    server.fail(FILE, cut(100_000), status(416));
    get();
    assertWhole();
    assertThat(server.log())
        .containsExactly("GET " + FILE, "GET " + FILE + " bytes=100000-", "GET " + FILE);
  }

  @Test
  void takesTheTokenToItsHubOnly() throws Exception {
    token = Optional.of(Token.of("hf_secret", "HF_TOKEN"));
    hub = server.address("");
    server.fail("/hub", status(302, "Location", server.otherHost("/storage?sig=1")));
    server.put("/storage?sig=1", BYTES);
    get(RemoteFile.at(URI.create(server.address("/hub"))));
    assertThat(server.log()).containsExactly("GET /hub", "GET /storage?sig=1");
    assertThat(server.calls().get(0).header("Authorization")).isEqualTo("Bearer hf_secret");
    assertThat(server.calls().get(1).header("Authorization")).isEmpty();

    hub = "http://hub.example";
    get();
    assertThat(server.calls().getLast().header("Authorization")).isEmpty();
  }

  @Test
  void resolvesAnAddressAnewWhenItsSignatureHasExpired() throws Exception {
    server.fail(
        "/hub",
        new Fault.Reply(302, linked("/old"), ""),
        new Fault.Reply(302, linked("/old"), ""),
        new Fault.Reply(302, linked("/new"), ""));
    server.put("/old", BYTES);
    server.put("/new", BYTES);
    server.fail("/old", cut(100_000), status(403));
    get(RemoteFile.at(URI.create(server.address("/hub"))));
    assertWhole();
    assertThat(server.log())
        .containsExactly(
            "GET /hub",
            "GET /old",
            "GET /hub bytes=100000-",
            "GET /old bytes=100000-",
            "GET /hub bytes=100000-",
            "GET /new bytes=100000-");
    assertThat(server.calls().getLast().header("If-Range")).isEmpty(); // the hub's tag is the sum
  }

  @Test
  void checksTheSumThatTheHubGives() {
    server.fail("/hub", new Fault.Reply(302, linked("/file"), ""));
    server.fail("/hub", new Fault.Reply(302, linked("/file"), ""));
    server.fail("/hub", new Fault.Reply(302, linked("/file"), ""));
    server.put("/file", OTHER);
    assertThatThrownBy(() -> get(RemoteFile.at(URI.create(server.address("/hub")))))
        .hasMessageStartingWith("hub: its sum is wrong: expected sha256 " + SUM);
  }

  private Map<String, String> linked(String to) {
    return Map.of(
        "Location",
        server.otherHost(to),
        "X-Linked-ETag",
        "\"" + SUM + "\"",
        "X-Linked-Size",
        "300000");
  }

  @Test
  void refusesRedirectsThatLeadNowhere() {
    for (int i = 0; i < 25; i++) {
      server.fail(FILE, status(302, "Location", FILE));
    }
    assertThatThrownBy(this::get).hasMessage("corpus.bin: redirected in a circle");
    server.fail("/none", status(302));
    assertThatThrownBy(() -> get(RemoteFile.at(URI.create(server.address("/none")))))
        .hasMessage("none: 127.0.0.1 redirects to no usable address");
  }

  @Test
  void refusesWhatIsPackedForTheJourney() {
    server.fail(FILE, new Fault.Reply(200, Map.of("Content-Encoding", "gzip"), "x"));
    assertThatThrownBy(this::get)
        .hasMessage(
            "corpus.bin: 127.0.0.1 sends it with Content-Encoding gzip, although asked not to");
  }

  @Test
  void saysWhenTheDiskIsTooSmallBeforeWritingToIt() {
    server.fail(FILE, new Fault.AnnounceLength(1L << 59));
    assertThatThrownBy(this::get)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("corpus.bin: needs 576,460,752,303.4 MB more, the disk has ");
    assertThat(directory.resolve("corpus.bin")).doesNotExist();
  }

  @Test
  void keepsASecondDownloadOutOfTheSameFile() throws Exception {
    try (PartFile first = PartFile.open(target())) {
      assertThatThrownBy(this::get)
          .isInstanceOf(UserException.class)
          .hasMessage(target() + ".part: another download is writing this file");
      assertThat(first).isNotNull();
    }
    get();
    assertWhole();
  }

  @Test
  void takesTheNextMirrorWhenOneIsGone() throws Exception {
    server.fail("/gone", status(404));
    RemoteFile gone = RemoteFile.at(URI.create(server.address("/gone")));
    try (Download download = download()) {
      download.toFile(List.of(gone, file()), target());
    }
    assertWhole();
    assertThat(warnings)
        .containsExactly("gone: it is not there (HTTP 404 from 127.0.0.1); trying the next mirror");
  }

  @Test
  void streamsAFileOverBrokenConnections() throws Exception {
    idle = SHORT;
    server.fail(FILE, status(503), cut(100_000), stall(50_000));
    try (Download download = download();
        Download.Source source = download.toStream(file())) {
      assertThat(source.length()).hasValue(300_000);
      assertThat(source.stream().readAllBytes()).isEqualTo(BYTES);
    }
    assertThat(server.log())
        .containsExactly(
            "GET " + FILE,
            "GET " + FILE,
            "GET " + FILE + " bytes=100000-",
            "GET " + FILE + " bytes=150000-");
  }

  @Test
  void endsAStreamWithAnErrorWhenTheFileChangesOrIsWrong() throws Exception {
    server.fail(FILE, cut(100_000, () -> server.put(FILE, OTHER)));
    try (Download download = download();
        Download.Source source = download.toStream(file())) {
      assertThatThrownBy(() -> source.stream().readAllBytes())
          .isInstanceOf(IOException.class)
          .hasMessage("corpus.bin: has changed at its source");
    }
    RemoteFile wrong = known(OptionalLong.empty(), Optional.of(Checksum.sha256(SUM)));
    try (Download download = download();
        Download.Source source = download.toStream(wrong)) {
      assertThat(source.stream().readNBytes(1000)).hasSize(1000);
      assertThatThrownBy(source::finish)
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("corpus.bin: its sum is wrong: expected sha256 " + SUM);
    }
  }

  @Test
  void endsAReadThatWaitsWhenAnotherThreadCloses() throws Exception {
    server.fail(FILE, stall(1000));
    try (Download download = download()) {
      Download.Source source = download.toStream(file());
      assertThat(source.stream().readNBytes(1000)).hasSize(1000);
      FutureTask<Integer> read = new FutureTask<>(() -> source.stream().read());
      Thread reader = Thread.ofPlatform().start(read);
      while (reader.getState() != Thread.State.RUNNABLE
          && reader.getState() != Thread.State.TERMINATED) {
        Thread.onSpinWait();
      }
      source.close();
      assertThatThrownBy(read::get)
          .cause()
          .isInstanceOf(InterruptedIOException.class)
          .hasMessage("corpus.bin: interrupted");
    }
    assertThat(warnings).isEmpty();
  }

  @Test
  void probesWithoutDownloading() {
    server.fail("/busy", status(503));
    try (Download download = download()) {
      assertThat(download.probe(file()))
          .isEqualTo(new Download.Liveness(true, "HTTP 200", OptionalLong.of(300_000)));
      RemoteFile busy = RemoteFile.at(URI.create(server.address("/busy")));
      assertThat(download.probe(busy).alive()).isFalse();
      RemoteFile none = RemoteFile.at(URI.create("http://127.0.0.1:1/none"));
      assertThat(download.probe(none))
          .isEqualTo(
              new Download.Liveness(
                  false, "connection refused by 127.0.0.1:1", OptionalLong.empty()));
    }
    assertThat(server.log()).containsExactly("HEAD " + FILE, "HEAD /busy");
  }

  @Test
  void keepsSecretsOfAddressesOutOfFilesAndMessages() throws Exception {
    assertThatThrownBy(() -> RemoteFile.at(URI.create("http://me:secret@host/x")))
        .isInstanceOf(UserException.class)
        .message()
        .doesNotContain("secret");
    String query = FILE + "?key=secret";
    server.put(query, BYTES);
    server.fail(query, cut(1000), cut(0), cut(0), cut(0), cut(0), cut(0));
    assertThatThrownBy(() -> get(RemoteFile.at(URI.create(server.address(query)))))
        .message()
        .doesNotContain("secret");
    assertThat(Files.readString(directory.resolve("corpus.bin.part.json"), UTF_8))
        .doesNotContain("secret");
  }

  private void get() throws IOException {
    get(file());
  }

  private void get(RemoteFile file) throws IOException {
    try (Download download = download()) {
      download.toFile(file, target());
    }
  }

  private RemoteFile file() {
    return RemoteFile.at(URI.create(server.address(FILE)));
  }

  private RemoteFile known(OptionalLong size, Optional<Checksum> sum) {
    return new RemoteFile("corpus.bin", file().address(), size, sum);
  }

  private Path target() {
    return directory.resolve("corpus.bin");
  }

  private Download download() {
    Patience patience =
        new Patience(Duration.ofMinutes(1), idle, 5, pause -> pausesSeconds.add(pause.toSeconds()));
    HubSettings settings = HubSettings.of("neox-test", Map.of(), Optional.of(hub), token);
    return Download.open(
        settings,
        patience,
        new DownloadObserver() {
          @Override
          public void progress(String name, long doneBytes, OptionalLong totalBytes) {}

          @Override
          public void warn(String line) {
            warnings.add(line);
          }
        });
  }

  /// The file is right and nothing else is left.
  private void assertWhole() throws IOException {
    assertThat(Files.readAllBytes(target())).isEqualTo(BYTES);
    assertThat(names()).containsExactly("corpus.bin");
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static byte[] random(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
