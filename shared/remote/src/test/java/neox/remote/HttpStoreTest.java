package neox.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import neox.base.UserException;
import neox.hub.fixture.HubServer;
import neox.remote.fixture.RangeServer;
import neox.remote.fixture.RangeServer.Fault;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpStoreTest {
  private final List<Duration> pauses = new ArrayList<>();
  private RangeServer server;
  private HttpStore store;

  @BeforeEach
  void open() throws IOException {
    server = RangeServer.start();
    server.put("/a folder/x.bin", new byte[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
    store =
        HttpStore.open(
            StoreAddress.parse(server.address() + "/a folder"),
            Map.of("HF_HOME", "/nowhere", "HOME", "/nowhere"),
            pauses::add);
  }

  @AfterEach
  void close() {
    store.close();
    server.close();
  }

  private byte[] read(int from, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    store.read(store.find("a folder/x.bin").orElseThrow(), from, bytes);
    return bytes.array();
  }

  @Test
  void findsAFileAndReadsARange() throws IOException {
    StoredObject object = store.find("a folder/x.bin").orElseThrow();
    assertThat(object.bytes()).isEqualTo(10);
    assertThat(object.tag()).isNotEmpty();
    assertThat(read(3, 4)).containsExactly(3, 4, 5, 6);
    assertThat(store.find("a folder/y.bin")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "1"})
  void aHubSeesTheTokenUnlessItIsToStayAtHome(String atHome) throws IOException {
    try (HubServer hub = HubServer.start()) {
      hub.add("alice/tiny", "main", Map.of("config.json", new byte[] {1}));
      Map<String, String> environment =
          Map.of(
              "HF_ENDPOINT",
              hub.endpoint(),
              "HF_TOKEN",
              HubServer.TOKEN,
              "HF_HUB_DISABLE_IMPLICIT_TOKEN",
              atHome);
      try (HttpStore reader =
          HttpStore.open(StoreAddress.parse(hub.endpoint()), environment, pauses::add)) {
        assertThat(reader.find("alice/tiny/resolve/main/config.json")).isPresent();
      }
      assertThat(hub.exchanges())
          .isNotEmpty()
          .allSatisfy(exchange ->
              assertThat(exchange.header("Authorization") == null).isEqualTo(atHome.equals("1")));
    }
  }

  /// As they stand in the address line of a browser, and as people write them.
  @ParameterizedTest
  @CsvSource({
    "my%20corpus/x, /my corpus/x",
    "my corpus/x, /my corpus/x",
    "gr%C3%BC%c3%9fe/x, /grüße/x",
    "grüße/x, /grüße/x",
    "100%/x, /100%/x",
    "100%25/x, /100%/x",
    "50%zz/x, /50%zz/x",
    "a%2Bb+c/x, /a+b+c/x",
    "a%3Fb/x, /a?b/x"
  })
  void escapedAddressesAreThoseOfTheSameFile(String key, String file) throws IOException {
    server.put(file, new byte[] {7});
    assertThat(store.find(key).orElseThrow().bytes()).isEqualTo(1);
    assertThat(server.calls()).containsExactly(file + " bytes=0-0");
  }

  @Test
  void findsAnEmptyFile() throws IOException {
    server.put("/empty", new byte[0]);
    assertThat(store.find("empty").orElseThrow().bytes()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 503, 429, 0})
  void troubleIsBorne(int status) throws IOException {
    AtomicInteger calls = new AtomicInteger();
    Fault fault = status == 0 ? new Fault.Cut() : new Fault.Status(status);
    server.onCall(_ -> calls.incrementAndGet() % 3 == 0 ? Optional.empty() : Optional.of(fault));
    assertThat(read(2, 5)).containsExactly(2, 3, 4, 5, 6);
    assertThat(pauses).isNotEmpty();
  }

  @Test
  void troubleThatDoesNotEndNamesTheFile() {
    server.onCall(_ -> Optional.of(new Fault.Status(503)));
    assertThatThrownBy(() -> store.find("a folder/x.bin"))
        .isInstanceOf(IOException.class)
        .hasMessage(server.address() + "/a folder/x.bin: HTTP 503 from 127.0.0.1");
    assertThat(pauses).hasSize(5);
  }

  @Test
  void saysThatAFileChangedWhileItWasRead() throws IOException {
    StoredObject before = store.find("a folder/x.bin").orElseThrow();
    server.put("/a folder/x.bin", new byte[10]);
    assertThatThrownBy(() -> store.read(before, 0, ByteBuffer.allocate(4)))
        .isInstanceOf(UserException.class)
        .hasMessage(
            server.address() + "/a folder/x.bin: changed while it was being read; run it again");
  }

  @Test
  void refusesAServerWithoutRanges() {
    server.onCall(_ -> Optional.of(new Fault.NoRanges()));
    assertThatThrownBy(() -> store.find("a folder/x.bin"))
        .isInstanceOf(UserException.class)
        .hasMessage(
            server.address()
                + "/a folder/x.bin: the server serves no ranges of bytes; expected one that does (or"
                + " download the file and give its path)");
  }

  /// Web servers that list nothing deny what is not there.
  @ParameterizedTest
  @ValueSource(ints = {401, 403, 404, 410})
  void whatAWebServerDeniesIsNotThere(int status) throws IOException {
    server.onCall(_ -> Optional.of(new Fault.Status(status)));
    assertThat(store.find("a folder/x.bin")).isEmpty();
  }

  @Test
  void saysWhatAServerRefuses() throws IOException {
    StoredObject object = store.find("a folder/x.bin").orElseThrow();
    server.onCall(_ -> Optional.of(new Fault.Status(403)));
    assertThatThrownBy(() -> store.read(object, 0, ByteBuffer.allocate(4)))
        .isInstanceOf(UserException.class)
        .hasMessage(
            server.address() + "/a folder/x.bin: access is denied (HTTP 403 from 127.0.0.1)");
  }

  @Test
  void listsNothingAndStoresNothing() {
    assertThatThrownBy(() -> store.list("a folder"))
        .isInstanceOf(UserException.class)
        .hasMessage(
            server.address()
                + "/a folder: a web server does not say which files lie in a folder; expected"
                + " neox-manifest.json there, which neox writes where it pushes checkpoints to, or"
                + " the address of an object store (s3://)");
    assertThatThrownBy(() -> store.put("x", new byte[1]))
        .isInstanceOf(UserException.class)
        .hasMessage(
            server.address()
                + "/x: nothing can be stored at a web server; expected a directory, s3:// or hf://");
  }
}
