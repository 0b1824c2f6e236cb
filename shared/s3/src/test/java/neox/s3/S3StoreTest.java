package neox.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import neox.base.UserException;
import neox.hub.RunningHash;
import neox.remote.Listing;
import neox.remote.ObjectStore;
import neox.remote.ObjectStore.LocalContent;
import neox.remote.StoreAddress;
import neox.remote.StoreOpener.Settings;
import neox.remote.StoredObject;
import neox.remote.Stores;
import neox.s3.fixture.S3Server;
import neox.s3.fixture.S3Server.Fault;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class S3StoreTest {
  private static final int CHUNK = 1000;

  @TempDir Path directory;
  private S3Server server;
  private ObjectStore store;

  @BeforeEach
  void open() throws IOException {
    server = S3Server.start();
    server.createBucket("weights");
    store = open("s3://weights", server.environment());
  }

  @AfterEach
  void close() {
    store.close();
    server.close();
  }

  private static ObjectStore open(String address, Map<String, String> environment) {
    return Stores.open(StoreAddress.parse(address), new Settings(environment, CHUNK));
  }

  private LocalContent file(int bytes) throws IOException {
    byte[] content = new byte[bytes];
    new Random(bytes).nextBytes(content);
    Path file = Files.write(directory.resolve("file-" + bytes), content);
    RunningHash sum = RunningHash.start();
    sum.update(content, 0, bytes);
    return new LocalContent(file, bytes, sum.sha256());
  }

  private void put(String key, LocalContent content) throws IOException {
    AtomicLong sent = new AtomicLong();
    store.put(key, content, sent::addAndGet);
    assertThat(sent).hasValue(content.bytes());
  }

  @Test
  void storesAndReadsFilesOfAnyLength() throws IOException {
    for (int bytes : new int[] {0, 1, 999, 1000, 1001, 5000, 12345}) {
      LocalContent content = file(bytes);
      put("a folder/über " + bytes, content);
      byte[] expected = Files.readAllBytes(content.file());
      assertThat(server.objects("weights").get("a folder/über " + bytes)).isEqualTo(expected);
      StoredObject object = store.find("a folder/über " + bytes).orElseThrow();
      assertThat(object.bytes()).isEqualTo(bytes);
      assertThat(object.sha256()).contains(content.sha256());
      ByteBuffer all = ByteBuffer.allocate(bytes);
      store.read(object, 0, all);
      assertThat(all.array()).isEqualTo(expected);
    }
    assertThat(server.openUploads("weights")).isZero();
  }

  @Test
  void readsRanges() throws IOException {
    server.put("weights", "x", "0123456789".getBytes(StandardCharsets.UTF_8));
    ByteBuffer some = ByteBuffer.allocate(4);
    store.read(store.find("x").orElseThrow(), 3, some);
    assertThat(some.array()).isEqualTo("3456".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void listsFoldersPageByPage() throws IOException {
    for (int i = 0; i < 10; i++) {
      server.put("weights", "run/global_step" + i + "/layer.pt", new byte[] {1});
      server.put("weights", "run/file" + i, new byte[i]);
    }
    server.put("weights", "running", new byte[1]);
    Listing listing = store.list("run");
    assertThat(listing.folders()).hasSize(10).contains("global_step0", "global_step9");
    assertThat(listing.objects())
        .extracting(StoredObject::key, StoredObject::bytes)
        .hasSize(10)
        .contains(tuple("run/file7", 7L));
    assertThat(store.list("nothing").isEmpty()).isTrue();
    assertThat(store.list("").folders()).containsExactly("run");
  }

  @Test
  void findsNothingWhereNothingIs() throws IOException {
    assertThat(store.find("missing")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"INTERNAL", "SLOW_DOWN", "RESET", "LOST_ANSWER", "TRUNCATED"})
  void troubleIsBorneAndNothingIsWrong(Fault fault) throws IOException {
    server.onCall(once(fault));
    LocalContent content = file(5500);
    put("large", content);
    put("small", file(10));
    StoredObject large = store.find("large").orElseThrow();
    ByteBuffer all = ByteBuffer.allocate(5500);
    store.read(large, 0, all);
    assertThat(all.array()).isEqualTo(Files.readAllBytes(content.file()));
    assertThat(store.list("").objects()).hasSize(2);
  }

  /// Every call fails the first time that it is made.
  private static Function<String, Optional<Fault>> once(Fault fault) {
    Map<String, Integer> seen = new HashMap<>();
    return call -> {
      synchronized (seen) {
        return seen.merge(call, 1, Integer::sum) == 1 ? Optional.of(fault) : Optional.empty();
      }
    };
  }

  @Test
  void goesOnWithAnUploadThatWasBrokenOff() throws IOException {
    LocalContent content = file(5500);
    server.onCall(call -> call.contains("?part=4") ? Optional.of(Fault.DENIED) : Optional.empty());
    assertThatThrownBy(() -> store.put("large", content, _ -> {}))
        .isInstanceOf(UserException.class);
    assertThat(server.openUploads("weights")).isEqualTo(1);
    assertThat(store.find("large")).isEmpty();

    server.onCall(_ -> Optional.empty());
    server.forgetCalls();
    put("large", content);
    List<String> sent = server.calls().stream().filter(call -> call.startsWith("PUT")).toList();
    assertThat(sent).contains("PUT weights/large?part=4").hasSizeLessThanOrEqualTo(6);
    assertThat(server.calls()).doesNotContain("POST weights/large?uploads");
    assertThat(server.objects("weights").get("large"))
        .isEqualTo(Files.readAllBytes(content.file()));
    assertThat(server.openUploads("weights")).isZero();
  }

  @Test
  void partsOfAnotherContentAreSentAgain() throws IOException {
    LocalContent before = file(5500);
    server.onCall(call -> call.contains("?part=6") ? Optional.of(Fault.DENIED) : Optional.empty());
    assertThatThrownBy(() -> store.put("large", before, _ -> {})).isInstanceOf(UserException.class);
    server.onCall(_ -> Optional.empty());
    LocalContent now = file(4200);
    put("large", now);
    assertThat(server.objects("weights").get("large")).isEqualTo(Files.readAllBytes(now.file()));
    assertThat(store.find("large").orElseThrow().sha256()).contains(now.sha256());
  }

  @Test
  void partsAreAtLeastAsLongAsAsked() throws IOException {
    server.createBucket("strict", CHUNK);
    try (ObjectStore strict = open("s3://strict", server.environment())) {
      strict.put("x", file(12345), _ -> {});
    }
    assertThat(server.calls()).contains("PUT strict/x?part=13").doesNotContain("PUT strict/x");
  }

  @Test
  void saysThatAnObjectChangedWhileItWasRead() throws IOException {
    server.put("weights", "x", new byte[10]);
    StoredObject before = store.find("x").orElseThrow();
    server.put("weights", "x", new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
    assertThatThrownBy(() -> store.read(before, 0, ByteBuffer.allocate(10)))
        .isInstanceOf(UserException.class)
        .hasMessage("s3://weights/x: changed while it was being read; run it again");
    server.delete("weights", "x");
    assertThatThrownBy(() -> store.read(before, 0, ByteBuffer.allocate(10)))
        .hasMessage("s3://weights/x: changed while it was being read; run it again");
  }

  @Test
  void saysThatThereIsNoSuchBucket() {
    try (ObjectStore other = open("s3://elsewhere", server.environment())) {
      assertThatThrownBy(() -> other.list("run"))
          .isInstanceOf(UserException.class)
          .hasMessageStartingWith(
              "s3://elsewhere/run: there is no such bucket (HTTP 404 NoSuchBucket: The specified"
                  + " bucket does not exist; request REQ");
    }
  }

  @Test
  void saysThatAccessIsDeniedAndShowsNoSecret() {
    Map<String, String> wrong = new HashMap<>(server.environment());
    wrong.put("AWS_SECRET_ACCESS_KEY", "wrong-and-secret");
    try (ObjectStore other = open("s3://weights", wrong)) {
      assertThatThrownBy(() -> other.list("run"))
          .isInstanceOf(UserException.class)
          .hasMessageStartingWith(
              "s3://weights/run: access is denied (HTTP 403 SignatureDoesNotMatch: The signature is"
                  + " not ours; request REQ")
          .hasMessageEndingWith(
              "); check the credentials (AWS_ACCESS_KEY_ID, AWS_PROFILE) and what they may do"
                  + " there: s3:GetObject, s3:PutObject, s3:ListBucket")
          .hasMessageNotContaining("wrong-and-secret");
    }
  }

  @Test
  void troubleThatDoesNotEndNamesTheObject() {
    AtomicInteger calls = new AtomicInteger();
    server.onCall(_ -> {
      calls.incrementAndGet();
      return Optional.of(Fault.INTERNAL);
    });
    assertThatThrownBy(() -> store.list("run"))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(
            "s3://weights/run: HTTP 500 InternalError: We encountered an internal error.; request");
    assertThat(calls).hasValue(6);
  }

  @Test
  void refusesAnEndpointThatIsNone() {
    Map<String, String> wrong = new HashMap<>(server.environment());
    wrong.put("AWS_ENDPOINT_URL", "minio.local:9000");
    assertThatThrownBy(() -> open("s3://weights", wrong))
        .isInstanceOf(UserException.class)
        .hasMessage("AWS_ENDPOINT_URL is not an address: expected http(s)://host[:port]");
  }
}
