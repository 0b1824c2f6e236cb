package neox.hub.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import neox.base.UserException;
import neox.hub.fixture.Fault;
import neox.hub.fixture.Fault.Moment;
import neox.hub.fixture.HubServer;
import okio.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartsTest {
  private static final int PARTS = 6;
  private static final int PART_BYTES = 20_000;

  @TempDir Path work;
  private Path folder;
  private Path journals;
  private HubServer hub;

  @BeforeEach
  void start() throws IOException {
    hub = HubServer.start();
    hub.takeParts(PART_BYTES);
    journals = work.resolve("cache/uploads");
    folder = Files.createDirectory(work.resolve("tiny"));
    byte[] bytes = new byte[PARTS * PART_BYTES - 1];
    new Random(1).nextBytes(bytes);
    Files.write(folder.resolve("model.safetensors"), bytes);
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  /// Each of the first three parts waits for the other two to have come.
  @Test
  void sendsSeveralPartsAtATime() throws Exception {
    CountDownLatch underway = new CountDownLatch(3);
    Fault.Break midway = new Fault.Break(Moment.MIDWAY, () -> meet(underway));
    hub.fail("/storage/", midway, midway, midway);
    client(3).upload("alice/tiny");
    assertThat(underway.getCount()).isZero();
    assertUploaded();
  }

  @Test
  void sendsSeveralFilesAtATime() throws Exception {
    hub.takeParts(0);
    Files.write(folder.resolve("other.safetensors"), new byte[1000]);
    CountDownLatch underway = new CountDownLatch(2);
    Fault.Break midway = new Fault.Break(Moment.MIDWAY, () -> meet(underway));
    hub.fail("/storage/", midway, midway);
    client(2).upload("alice/tiny");
    assertUploaded();
  }

  @Test
  void remembersPartsForTheNextRunWhereOnlyTheOwnerCanReadThem() throws Exception {
    killAtPart(4);
    List<Path> left = journals();
    assertThat(left).hasSize(1);
    assertThat(Files.readString(left.getFirst())).doesNotContain(HubServer.TOKEN);
    assertThat(Files.getPosixFilePermissions(journals))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    int before = puts();
    client(1).upload("alice/tiny");
    assertThat(puts() - before).isEqualTo(PARTS - 3);
    assertUploaded();
    assertThat(journals()).isEmpty();
  }

  @Test
  void ignoresTheLineDuringWhichAProcessDied() throws Exception {
    killAtPart(4);
    Files.writeString(journals().getFirst(), "{\"part\":4,\"et", StandardOpenOption.APPEND);
    int before = puts();
    client(1).upload("alice/tiny");
    assertThat(puts() - before).isEqualTo(PARTS - 3);
    assertUploaded();
  }

  @Test
  void beginsAnewWithAJournalThatIsNone() throws Exception {
    killAtPart(4);
    Files.writeString(journals().getFirst(), "\0\0\0\n{\"part_bytes\":-1}\n");
    hub.beginNewUploadsAlways();
    client(1).upload("alice/tiny");
    assertUploaded();
  }

  @Test
  void beginsAnewWhenTheHubNowCutsFilesInAnotherWay() throws Exception {
    killAtPart(4);
    hub.takeParts(PART_BYTES * 2);
    client(1).upload("alice/tiny");
    assertUploaded();
  }

  @Test
  void keepsThePartsOfAnUploadWhoseAddressesAreRenewed() throws Exception {
    killAtPart(4);
    hub.expireAddresses();
    int before = puts();
    client(1).upload("alice/tiny");
    assertThat(puts() - before).isEqualTo(PARTS - 3);
    assertUploaded();
  }

  /// The hub has thrown the parts away, so this is no choice.
  @Test
  void beginsAnewWhenTheAddressesAreOverAndTheHubBeginsAnotherUpload() throws Exception {
    hub.beginNewUploadsAlways();
    killAtPart(4);
    hub.expireAddresses();
    TestClient client = client(1);
    client.upload("alice/tiny");
    assertThat(hub.repository("alice/tiny").commits("main")).hasSize(2);
    assertThat(hub.violations()).isEmpty();
    assertThat(client.warnings)
        .anySatisfy(line ->
            assertThat(line)
                .startsWith("the storage refused: AccessDenied: Request has expired (HTTP 403")
                .endsWith("; asking where to send it now"));
  }

  @Test
  void forgetsWhatAnotherProcessHasFinished() throws Exception {
    hub.beginNewUploadsAlways();
    killAtPart(4);
    new TestClient(hub, folder, new Sending(1, work.resolve("elsewhere"))).upload("alice/other");
    client(1).upload("alice/tiny");
    assertThat(journals()).isEmpty();
    assertThat(hub.violations()).isEmpty();
  }

  @Test
  void deletesJournalsThatNobodyHasGoneOnWith() throws Exception {
    killAtPart(4);
    Path left = journals().getFirst();
    Files.setLastModifiedTime(left, FileTime.from(Instant.now().minus(Duration.ofDays(15))));
    Files.write(folder.resolve("model.safetensors"), new byte[50_000]);
    client(1).upload("alice/tiny");
    assertThat(left).doesNotExist();
  }

  @Test
  void goesOnWithAWarningWhereNoJournalCanBeWritten() throws Exception {
    Path file = Files.writeString(work.resolve("file"), "");
    TestClient client = new TestClient(hub, folder, new Sending(2, file.resolve("uploads")));
    client.upload("alice/tiny");
    assertThat(client.warnings)
        .singleElement()
        .asString()
        .startsWith(
            file.resolve("uploads")
                + ": cannot be written, so that a broken-off upload will send its parts again: ");
    assertUploaded();
  }

  @Test
  void refusesWhatAnotherProcessIsSending() throws Exception {
    killAtPart(4);
    Path source = folder.resolve("model.safetensors");
    try (PartJournal taken = PartJournal.open(journals().getFirst(), source)) {
      assertThat(taken.tags()).hasSize(3);
      assertThatThrownBy(() -> client(1).upload("alice/tiny"))
          .isInstanceOf(UserException.class)
          .hasMessage(
              source
                  + ": another neox-upload is sending this file to the same repository; wait for"
                  + " its end");
    }
  }

  @Test
  void saysThatAStorageGivesNoTag() {
    hub.fail("/storage/", new Fault.Reply(200, Map.of(), ""));
    assertThatThrownBy(() -> client(1).upload("alice/tiny"))
        .isExactlyInstanceOf(IOException.class)
        .hasMessageMatching(
            "the storage gave no ETag \\(while uploading part 1 of model.safetensors, request id"
                + " fixture-\\d+\\); try again later, or check --endpoint and HF_ENDPOINT");
  }

  @Test
  void endsTheOtherPartsWhenOneIsRefusedForGood() {
    hub.fail(
        "/storage/", Fault.status(400), Fault.status(400), Fault.status(400), Fault.status(400));
    assertThatThrownBy(() -> client(1).upload("alice/tiny"))
        .isInstanceOf(IOException.class)
        .hasMessageMatching(
            "the storage refused \\(HTTP 400 while uploading part 1 of model.safetensors, request"
                + " id fixture-\\d+\\); ask the hub's support about the request id");
    assertThat(puts()).isEqualTo(2); // the hub was asked once more what is to be done
  }

  private static void meet(CountDownLatch underway) {
    underway.countDown();
    try {
      assertThat(underway.await(1, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void killAtPart(int number) throws Exception {
    hub.fail("/storage/", Stream.generate(Fault.Pass::new).limit(number - 1).toArray(Fault[]::new));
    hub.fail("/storage/", new Fault.Drop());
    try {
      client(1).killedByFailures().upload("alice/tiny");
    } catch (TestClient.Killed e) {
      return;
    }
    throw new IllegalStateException("not killed");
  }

  private TestClient client(int atOnce) {
    return new TestClient(hub, folder, new Sending(atOnce, journals));
  }

  private int puts() {
    return (int) hub.calls().stream().filter(call -> call.startsWith("PUT")).count();
  }

  private List<Path> journals() throws IOException {
    try (Stream<Path> files = Files.list(journals)) {
      return files.toList();
    }
  }

  private void assertUploaded() throws IOException {
    assertThat(hub.repository("alice/tiny").commits("main")).hasSize(2);
    assertThat(hub.repository("alice/tiny").head("main").file("model.safetensors").bytes())
        .isEqualTo(ByteString.of(Files.readAllBytes(folder.resolve("model.safetensors"))));
    assertThat(hub.violations()).isEmpty();
    assertThat(hub.sentTwice()).isZero();
  }
}
