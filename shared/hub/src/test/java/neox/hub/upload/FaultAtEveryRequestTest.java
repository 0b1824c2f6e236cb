package neox.hub.upload;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import neox.base.UserException;
import neox.hub.LocalFile;
import neox.hub.fixture.Fault;
import neox.hub.fixture.Fault.Moment;
import neox.hub.fixture.HubServer;
import neox.hub.fixture.Repository;
import okio.ByteString;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Whatever goes wrong with whichever call, the same command makes one commit of the right files,
/// does nothing that the protocol forbids, and sends nothing again that it knows to have arrived.
class FaultAtEveryRequestTest {
  private static final int PART_BYTES = 30_000;
  private static final int MOST_CALLS = 60;

  @TempDir Path work;
  private Path folder;

  /// How the hub takes large files.
  enum Storage {
    WHOLE,
    PARTS,
    /// In parts, which count for nothing once the hub has been asked again.
    PARTS_OF_NEW_UPLOADS
  }

  private static final class Trial implements AutoCloseable {
    final HubServer hub = HubServer.start();
    final TestClient client;

    Trial(Path folder, Path journals, Storage storage) throws IOException {
      if (storage != Storage.WHOLE) {
        hub.takeParts(PART_BYTES);
      }
      if (storage == Storage.PARTS_OF_NEW_UPLOADS) {
        hub.beginNewUploadsAlways();
      }
      client = new TestClient(hub, folder, new Sending(1, journals));
    }

    @Override
    public void close() {
      hub.close();
    }
  }

  @BeforeEach
  void write() throws IOException {
    folder = Files.createDirectory(work.resolve("tiny"));
    Files.writeString(folder.resolve("config.json"), "{}");
    Files.writeString(folder.resolve("README.md"), "---\nlicense: mit\n---\n");
    write("model-00001-of-00002.safetensors", 100_000, 1);
    write("model-00002-of-00002.safetensors", 40_000, 2);
  }

  private void write(String name, int size, long seed) throws IOException {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    Files.write(folder.resolve(name), bytes);
  }

  @ParameterizedTest
  @CsvSource({
    "WHOLE, MIDWAY",
    "WHOLE, BEFORE_EFFECT",
    "WHOLE, AFTER_EFFECT",
    "PARTS, MIDWAY",
    "PARTS, BEFORE_EFFECT",
    "PARTS, AFTER_EFFECT",
    "PARTS_OF_NEW_UPLOADS, AFTER_EFFECT"
  })
  void goesOnAfterBeingKilledDuringAnyCall(Storage storage, Moment moment) throws Exception {
    int hits = 0;
    for (int call = 1; call < MOST_CALLS; call++) {
      try (Trial trial = new Trial(folder, work.resolve("journals"), storage)) {
        trial.hub.failAt(call, new Fault.Break(moment, () -> {}));
        boolean died = dies(trial.client.killedByFailures());
        hits += died ? 1 : 0;
        trial.client.patient().upload("alice/tiny");
        assertWhole(trial.hub);
        assertThat(trial.hub.sentAgain())
            .as("call %d", call)
            .isLessThanOrEqualTo(died && storage != Storage.WHOLE ? 1 : 0);
        if (!died) {
          break;
        }
      }
    }
    assertThat(hits).isGreaterThanOrEqualTo(storage == Storage.WHOLE ? 9 : 15);
  }

  private static boolean dies(TestClient client) throws Exception {
    try {
      client.upload("alice/tiny");
      return false;
    } catch (TestClient.Killed e) {
      return true;
    }
  }

  enum Trouble {
    RESET,
    LOST_ANSWER,
    BUSY,
    TOO_MANY,
    EXPIRED;

    Fault fault() {
      return switch (this) {
        case RESET -> new Fault.Drop();
        case LOST_ANSWER -> new Fault.LoseAnswer();
        case BUSY -> Fault.status(503);
        case TOO_MANY -> new Fault.Reply(429, Map.of("Retry-After", "3"), "");
        case EXPIRED -> new Fault.Expire();
      };
    }
  }

  @ParameterizedTest
  @EnumSource(Trouble.class)
  void getsOverTroubleWithAnyCallInTheSameRun(Trouble trouble) throws Exception {
    for (Storage storage : List.of(Storage.WHOLE, Storage.PARTS)) {
      int calls = forEveryCall(storage, trouble::fault);
      assertThat(calls).isGreaterThanOrEqualTo(storage == Storage.WHOLE ? 9 : 15);
    }
  }

  /// Gives the number of calls that were troubled.
  private int forEveryCall(Storage storage, Supplier<Fault> fault) throws Exception {
    for (int call = 1; call < MOST_CALLS; call++) {
      try (Trial trial = new Trial(folder, work.resolve("journals"), storage)) {
        trial.hub.failAt(call, fault.get());
        trial.client.upload("alice/tiny");
        assertWhole(trial.hub);
        if (trial.hub.arrived() < call) {
          return call - 1;
        }
      }
    }
    throw new IllegalStateException("no end of calls");
  }

  @ParameterizedTest
  @EnumSource(
      value = Storage.class,
      names = {"WHOLE", "PARTS"})
  void showsTheTokenToNobodyWhoeverItIsSentOnTo(Storage storage) throws Exception {
    int refused = 0;
    for (int call = 1; call < MOST_CALLS; call++) {
      try (Trial trial = new Trial(folder, work.resolve("journals"), storage)) {
        trial.hub.failAt(call, new Fault.Elsewhere());
        try {
          trial.client.upload("alice/tiny");
        } catch (UserException e) {
          assertThat(e).hasMessageContaining("the hub has moved this to http://localhost:");
          refused++;
          trial.client.upload("alice/tiny");
        }
        assertWhole(trial.hub);
        if (trial.hub.arrived() < call) {
          break;
        }
      }
    }
    assertThat(refused).isGreaterThanOrEqualTo(5); // the calls that carry the token
  }

  private void assertWhole(HubServer hub) throws IOException {
    assertThat(hub.violations()).isEmpty();
    assertThat(hub.sentTwice()).isZero();
    Repository repository = hub.repository("alice/tiny");
    assertThat(repository.commits("main")).hasSize(2); // the first is the hub's own
    for (LocalFile file : LocalFolder.scan(folder).files()) {
      ByteString bytes = ByteString.of(Files.readAllBytes(file.source()));
      assertThat(repository.head("main").file(file.path()).bytes().sha256())
          .isEqualTo(bytes.sha256());
    }
    assertThat(work.resolve("journals"))
        .satisfiesAnyOf(
            journals -> assertThat(journals).doesNotExist(),
            journals -> assertThat(journals).isEmptyDirectory());
  }
}
