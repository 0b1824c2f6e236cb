package neox.hub.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import neox.base.UserException;
import neox.hub.HubSettings;
import neox.hub.LocalFile;
import neox.hub.Pause;
import neox.hub.RepoId;
import neox.hub.Token;
import neox.hub.UploadObserver;
import neox.hub.Visibility;
import neox.hub.fixture.Fault;
import neox.hub.fixture.HubServer;
import neox.hub.fixture.Repository;
import neox.hub.fixture.Repository.StoredFile;
import neox.hub.upload.UploadResult.Outcome;
import okio.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderUploadTest {
  @TempDir Path folder;
  @TempDir Path journals;

  private final List<String> warnings = Collections.synchronizedList(new ArrayList<>());
  private final List<Long> pausesSeconds = Collections.synchronizedList(new ArrayList<>());
  private Interference whileSending = () -> {};
  private HubServer hub;

  @BeforeEach
  void start() throws IOException {
    hub = HubServer.start();
    write("config.json", "{\"hidden_size\": 64}");
    write("README.md", "---\nlicense: apache-2.0\n---\n# tiny\n");
    write("model.safetensors", random(300_000, 1));
  }

  @AfterEach
  void stop() {
    hub.close();
    assertThat(hub.violations()).isEmpty();
    assertThat(hub.sentTwice()).isZero();
  }

  @Test
  void putsAllFilesIntoOneCommit() throws Exception {
    write("sub/merges.txt", "a b\n");
    write("empty.bin", "");

    UploadResult result = upload("alice/tiny");

    Repository repository = hub.repository("alice/tiny");
    assertThat(repository.commits("main")).hasSize(2);
    Repository.Commit commit = repository.head("main");
    assertThat(commit.summary()).isEqualTo("Upload tiny");
    assertThat(commit.files())
        .containsOnlyKeys(
            ".gitattributes",
            "README.md",
            "config.json",
            "empty.bin",
            "model.safetensors",
            "sub/merges.txt");
    for (LocalFile file : LocalFolder.scan(folder).files()) {
      StoredFile stored = commit.file(file.path());
      assertThat(stored.bytes().toByteArray()).isEqualTo(Files.readAllBytes(file.source()));
      assertThat(stored.large()).isEqualTo(file.path().equals("model.safetensors"));
    }
    assertThat(result.outcome())
        .isEqualTo(new Outcome.Committed(hub.endpoint() + "/alice/tiny/commit/" + commit.oid(), 1));
    assertThat(result.changed()).hasSize(5);
    assertThat(warnings).isEmpty();
  }

  @Test
  void callsTheHubInTheOrderOfTheProtocol() throws Exception {
    upload("alice/tiny");

    assertThat(hub.calls())
        .containsExactly(
            "POST /api/repos/create",
            "POST /api/validate-yaml",
            "POST /api/models/alice/tiny/preupload/main",
            "POST /alice/tiny.git/info/lfs/objects/batch",
            "PUT /storage/…",
            "POST /alice/tiny.git/info/lfs/verify",
            "POST /api/models/alice/tiny/commit/main");
  }

  @Test
  void neverShowsTheTokenToTheStorage() throws Exception {
    upload("alice/tiny");

    assertThat(hub.exchanges())
        .allSatisfy(exchange -> {
          boolean storage = exchange.path().startsWith("/storage/");
          assertThat(exchange.headers().containsKey("Authorization")).isEqualTo(!storage);
        });
  }

  @Test
  void joinsTheNameOfTheTokensAccountWhenTheRepositoryHasNoOwner() throws Exception {
    assertThat(upload("tiny").repo()).isEqualTo(RepoId.parse("alice/tiny"));
    write("config.json", "{}");
    assertThat(upload("tiny").repo()).isEqualTo(RepoId.parse("alice/tiny"));
    assertThat(hub.repository("alice/tiny").commits("main")).hasSize(3);
  }

  @Test
  void createsABranchWhoseNameHasASlash() throws Exception {
    upload("alice/tiny", "step/2000");
    assertThat(hub.repository("alice/tiny").commits("step/2000")).hasSize(2);
    assertThat(hub.repository("alice/tiny").commits("main")).hasSize(1);
    assertThat(hub.calls()).contains("POST /api/models/alice/tiny/branch/step%2F2000");

    write("config.json", "{}");
    upload("alice/tiny", "step/2000");
    assertThat(hub.repository("alice/tiny").commits("step/2000")).hasSize(3);
  }

  @Test
  void makesNoCommitWhenNothingChanged() throws Exception {
    upload("alice/tiny");
    UploadResult second = upload("alice/tiny");

    Repository repository = hub.repository("alice/tiny");
    assertThat(repository.commits("main")).hasSize(2);
    assertThat(second.changed()).isEmpty();
    assertThat(second.outcome())
        .isEqualTo(
            new Outcome.UpToDate(
                hub.endpoint() + "/alice/tiny/commit/" + repository.head("main").oid()));
  }

  @Test
  void sendsOnlyWhatChanged() throws Exception {
    upload("alice/tiny");
    write("config.json", "{\"hidden_size\": 128}");
    int before = hub.calls().size();

    UploadResult second = upload("alice/tiny");

    assertThat(second.changed()).extracting(p -> p.file().path()).containsExactly("config.json");
    assertThat(hub.calls().subList(before, hub.calls().size()))
        .noneMatch(call -> call.startsWith("PUT"));
  }

  @Test
  void sendsEqualLargeFilesOnce() throws Exception {
    write("copy.safetensors", random(300_000, 1));
    upload("alice/tiny");
    assertThat(hub.calls().stream().filter(call -> call.startsWith("PUT"))).hasSize(1);
    assertThat(hub.repository("alice/tiny").head("main").files())
        .containsKeys("copy.safetensors", "model.safetensors");
  }

  @Test
  void asksAboutManyFilesInPortions() throws Exception {
    for (int i = 0; i < 300; i++) {
      write("part/%03d.bin".formatted(i), random(100, i));
    }
    upload("alice/tiny");
    assertThat(hub.calls().stream().filter(call -> call.contains("preupload"))).hasSize(2);
    assertThat(hub.calls().stream().filter(call -> call.contains("batch"))).hasSize(2);
    assertThat(hub.repository("alice/tiny").head("main").files()).hasSize(304);
  }

  @Test
  void sendsALargeFileInPartsWhenTheHubWantsIt() throws Exception {
    hub.takeParts(70_000);
    upload("alice/tiny");

    StoredFile stored = hub.repository("alice/tiny").head("main").file("model.safetensors");
    assertThat(stored.bytes()).isEqualTo(random(300_000, 1));
    assertThat(hub.exchanges().stream().filter(e -> e.method().equals("PUT")))
        .extracting(e -> e.body().size())
        .containsExactlyInAnyOrder(70_000, 70_000, 70_000, 70_000, 20_000);
  }

  @Test
  void putsAThousandSmallFilesIntoOneCommit() throws Exception {
    for (int i = 0; i < 1000; i++) {
      write("part/%03d.json".formatted(i), "{\"number\": " + i + "}");
    }
    upload("alice/tiny");
    Repository repository = hub.repository("alice/tiny");
    assertThat(repository.commits("main")).hasSize(2);
    assertThat(repository.head("main").files()).hasSize(1004);
    assertThat(hub.calls().stream().filter(call -> call.contains("preupload"))).hasSize(4);
    assertThat(upload("alice/tiny").outcome()).isInstanceOf(Outcome.UpToDate.class);
  }

  @Test
  void cutsVeryManyFilesIntoSeveralCommitsOfWhichTheLastMayBeMissing() throws Exception {
    write(".gitattributes", "*.safetensors filter=lfs diff=lfs merge=lfs -text\n");
    for (int i = 0; i < 7; i++) {
      write("part/%03d.json".formatted(i), "{\"number\": " + i + "}");
    }
    TestClient client =
        new TestClient(hub, folder, sending()).withPortions(new Portions(4, 1 << 20));
    hub.fail("/commit/", new Fault.Pass(), new Fault.Pass(), new Fault.Drop());
    assertThatThrownBy(() -> client.killedByFailures().upload("alice/tiny"))
        .isInstanceOf(TestClient.Killed.class);
    Repository repository = hub.repository("alice/tiny");
    assertThat(repository.commits("main")).hasSize(3);
    assertThat(repository.commits("main").get(1).files())
        .containsOnlyKeys(".gitattributes", "README.md", "config.json", "model.safetensors");
    client.patient().upload("alice/tiny");
    assertThat(repository.commits("main"))
        .extracting(Repository.Commit::summary)
        .containsExactly(
            "initial commit",
            "Upload tiny (part 1 of 3)",
            "Upload tiny (part 2 of 3)",
            "Upload tiny");
    assertThat(repository.head("main").files()).hasSize(11);
  }

  @Test
  void sendsToTheStorageWhatTheFoldersOwnRulesSay() throws Exception {
    write(".gitattributes", "*.txt filter=lfs diff=lfs merge=lfs -text\n");
    write("notes.txt", "large by decree");
    upload("alice/tiny");
    Repository.Commit head = hub.repository("alice/tiny").head("main");
    assertThat(head.file("notes.txt").large()).isTrue();
    assertThat(head.file(".gitattributes").bytes().utf8()).startsWith("*.txt");
    assertThat(warnings)
        .containsExactly(
            folder.resolve(".gitattributes")
                + ": no rule sends model.safetensors to the large file storage, where it goes;"
                + " whoever clones with git needs '*.safetensors filter=lfs diff=lfs merge=lfs"
                + " -text' there");
  }

  @Test
  void namesARuleThatGitUnderstandsForAnyName() throws Exception {
    write(".gitattributes", "caf\u00e9 text\n[ filter=lfs\n[[:space:]x].y filter=lfs\n");
    Files.delete(folder.resolve("model.safetensors"));
    write("my weights [1]", random(100_000, 4));
    upload("alice/tiny");
    assertThat(warnings)
        .singleElement()
        .asString()
        .endsWith(
            "needs 'my[[:space:]]weights[[:space:]]\\[1] filter=lfs diff=lfs merge=lfs -text'"
                + " there");
  }

  @Test
  void followsARepositoryToItsNewName() throws Exception {
    upload("alice/tiny");
    hub.rename("alice/tiny", "alice/small");
    write("config.json", "{}");
    hub.fail("/api/repos/create", new Fault.Reply(409, Map.of(), "{\"error\":\"it exists\"}"));
    upload("alice/tiny");
    assertThat(hub.repository("alice/small").commits("main")).hasSize(3);
  }

  @Test
  void saysWhatTheHubDidNotSay() {
    hub.fail("/preupload/", new Fault.Reply(200, Map.of(), "{\"files\":[]}"));
    assertBroken("the hub did not say how it wants README.md", "asking alice/tiny what to upload");
    hub.fail("/objects/batch", new Fault.Reply(200, Map.of(), "{\"objects\":[]}"));
    assertBroken(
        "the hub did not say where to upload model.safetensors",
        "asking alice/tiny where to upload");
    String oid = random(300_000, 1).sha256().hex();
    String upload = "{\"objects\":[{\"oid\":\"" + oid + "\",\"actions\":{\"upload\":%s}}]}";
    hub.fail(
        "/objects/batch",
        new Fault.Reply(200, Map.of(), upload.formatted("{\"href\":\"nowhere\"}")));
    assertBroken(
        "the hub gave no usable address for model.safetensors",
        "asking alice/tiny where to upload");
    String parts =
        "{\"href\":\"http://h/j\",\"header\":{\"chunk_size\":\"100000\",\"1\":\"http://h/1\"}}";
    hub.fail("/objects/batch", new Fault.Reply(200, Map.of(), upload.formatted(parts)));
    assertBroken(
        "the hub offers 1 parts of 100000 bytes for the 300000 bytes of model.safetensors",
        "asking alice/tiny where to upload");
  }

  private void assertBroken(String what, String action) {
    assertThatThrownBy(() -> upload("alice/tiny"))
        .isExactlyInstanceOf(IOException.class)
        .hasMessageMatching(
            Pattern.quote(what + " (while " + action + ", request id fixture-")
                + "\\d+\\); try again later, or check --endpoint and HF_ENDPOINT");
  }

  @Test
  void saysWhichFileTheHubDoesNotTake() {
    String oid = random(300_000, 1).sha256().hex();
    String error =
        "{\"objects\":[{\"oid\":\""
            + oid
            + "\",\"error\":{\"code\":422,\"message\":\"too big\"}}]}";
    hub.fail("/objects/batch", new Fault.Reply(200, Map.of(), error));
    assertThatThrownBy(() -> upload("alice/tiny"))
        .isInstanceOf(UserException.class)
        .hasMessageMatching(
            "the hub refused model.safetensors: too big \\(code 422, request id fixture-\\d+\\);"
                + " mend what it names");
  }

  @Test
  void saysThatTheHubStaysBusy() {
    String busy =
        "{\"error\":\"Cannot create repo: another conflicting operation is in progress\"}";
    Fault conflict = new Fault.Reply(409, Map.of(), busy);
    hub.fail("/repos/create", conflict, conflict, conflict, conflict, conflict, conflict);
    assertThatThrownBy(() -> upload("alice/tiny"))
        .isExactlyInstanceOf(IOException.class)
        .hasMessageMatching(
            "the hub is still busy with another change after 6 attempts at creating alice/tiny"
                + " \\(request id fixture-\\d+\\); try again later");
  }

  @Test
  void leavesOutWhatTheRepositoryIgnores() throws Exception {
    write(".gitignore", "notes.txt\n");
    write("notes.txt", "private");
    UploadResult result = upload("alice/tiny");
    assertThat(result.files())
        .contains(new PlannedFile.Ignored(LocalFolder.scan(folder).find("notes.txt").get()));
    assertThat(hub.repository("alice/tiny").head("main").files()).doesNotContainKey("notes.txt");
  }

  @Test
  void createsAPrivateRepositoryOnRequestOnly() throws Exception {
    upload("alice/open");
    run(UploadRequest.toBranch(RepoId.parse("alice/closed"), "main", "x", Visibility.PRIVATE));
    assertThat(hub.repository("alice/open").visibility()).isEqualTo("default");
    assertThat(hub.repository("alice/closed").visibility()).isEqualTo("private");
  }

  @Test
  void dryRunChangesNothingAndTellsWhatWouldHappen() throws Exception {
    UploadResult before = dryRun("tiny");
    assertThat(before.outcome()).isEqualTo(new Outcome.Planned(false));
    assertThat(before.files()).hasOnlyElementsOfType(PlannedFile.New.class);
    assertThat(hub.hasRepository("alice/tiny")).isFalse();

    upload("alice/tiny");
    write("config.json", "{}");
    UploadResult after = dryRun("tiny");
    assertThat(after.outcome()).isEqualTo(new Outcome.Planned(true));
    assertThat(after.changed()).extracting(p -> p.file().path()).containsExactly("config.json");
    assertThat(hub.repository("alice/tiny").commits("main")).hasSize(2);
  }

  @Test
  void passesOnTheHubsWarningsOncePerTopic() throws Exception {
    write("README.md", "# no metadata\n");
    Map<String, String> warning = Map.of("X-HF-Warning", "Rate limit; log in to raise it");
    hub.fail("/preupload/", new Fault.Reply(503, warning, ""), new Fault.Reply(503, warning, ""));
    upload("alice/tiny");
    assertThat(warnings)
        .contains(
            "README.md: empty or missing yaml metadata in repo card",
            "the hub says: log in to raise it")
        .doesNotHaveDuplicates();
  }

  @Test
  void refusesAModelCardWithInvalidMetadataBeforeSendingAnything() throws IOException {
    write("README.md", "---\nlicense: [1]\n---\n");
    assertThatThrownBy(() -> upload("alice/tiny"))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(
            folder.resolve("README.md")
                + ": the hub finds the metadata invalid: \"license\" must be a string (request id");
    assertThat(hub.calls()).noneMatch(call -> call.contains("preupload"));
  }

  @Test
  void triesBusyCallsAgainWithGrowingPauses() throws Exception {
    hub.fail("/preupload/", Fault.status(503), Fault.status(500), new Fault.Drop());
    hub.fail("/objects/batch", Fault.status(502));
    hub.fail("/storage/", Fault.status(504), new Fault.Drop());
    upload("alice/tiny");
    assertThat(pausesSeconds).containsExactly(1L, 2L, 4L, 1L, 1L, 2L);
    assertThat(hub.repository("alice/tiny").commits("main")).hasSize(2);
  }

  @Test
  void waitsAsLongAsARateLimitAsks() throws Exception {
    hub.fail(
        "/preupload/",
        new Fault.Reply(429, Map.of("RateLimit", "\"api\";r=0;t=55"), ""),
        new Fault.Reply(429, Map.of("Retry-After", "7"), ""),
        new Fault.Reply(429, Map.of("Retry-After", "Sat, 21 Nov 2026 00:00:00 GMT"), ""),
        new Fault.Reply(429, Map.of("Retry-After", "999999"), ""));
    upload("alice/tiny");
    assertThat(pausesSeconds).containsExactly(56L, 8L, 4L, 330L);
  }

  @Test
  void givesUpAfterSixAttempts() {
    Fault busy = Fault.status(503);
    hub.fail("/preupload/", busy, busy, busy, busy, busy, busy);
    assertThatThrownBy(() -> upload("alice/tiny"))
        .isInstanceOf(IOException.class)
        .hasMessageMatching(
            "the hub failed \\(HTTP 503 while asking alice/tiny what to upload,"
                + " request id fixture-\\d+\\); try again later");
    assertThat(pausesSeconds).containsExactly(1L, 2L, 4L, 8L, 8L);
  }

  @Test
  void doesNotRepeatACommitThatWasMadeAlthoughItsAnswerWasLost() throws Exception {
    hub.fail("/commit/", new Fault.LoseAnswer());
    UploadResult result = upload("alice/tiny");
    Repository repository = hub.repository("alice/tiny");
    assertThat(repository.commits("main")).hasSize(2);
    assertThat(result.outcome())
        .isEqualTo(
            new Outcome.Committed(
                hub.endpoint() + "/alice/tiny/commit/" + repository.head("main").oid(), 1));
  }

  @Test
  void repeatsACommitThatWasNotMade() throws Exception {
    hub.fail("/commit/", new Fault.Drop(), Fault.status(503));
    upload("alice/tiny");
    assertThat(hub.repository("alice/tiny").commits("main")).hasSize(2);
    assertThat(hub.exchanges().getLast().text()).contains("\"parentCommit\"");
  }

  @Test
  void doesNotCommitTwiceWhenTheFirstCommitComesThroughLate() throws Exception {
    hub.fail("/commit/", new Fault.HeldBack(), new Fault.Overtaken());
    upload("alice/tiny");
    assertThat(hub.repository("alice/tiny").commits("main")).hasSize(2);
    assertThat(hub.calls().stream().filter(call -> call.contains("/commit/"))).hasSize(2);
  }

  @Test
  void asksForANewAddressWhenTheStorageSaysThatItsTimeIsOver() throws Exception {
    hub.fail("/storage/", Fault.status(403));
    upload("alice/tiny");
    assertThat(hub.calls().stream().filter(call -> call.contains("batch"))).hasSize(2);
  }

  @Test
  void saysWhatTheStorageRefused() {
    String xml = "<Error><Code>EntityTooLarge</Code><Message>Too\nlarge</Message></Error>";
    hub.fail("/storage/", new Fault.Reply(400, Map.of(), xml));
    assertThatThrownBy(() -> upload("alice/tiny"))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(
            "the storage refused: EntityTooLarge: Too large (HTTP 400 while uploading"
                + " model.safetensors, request id");
  }

  @Test
  void waitsWhileTheHubIsBusyWithAnotherChange() throws Exception {
    String busy =
        "{\"error\":\"Cannot create repo: another conflicting operation is in progress\"}";
    hub.fail("/repos/create", new Fault.Reply(409, Map.of(), busy));
    upload("alice/tiny");
    assertThat(pausesSeconds).containsExactly(1L);
    assertThat(hub.repository("alice/tiny").commits("main")).hasSize(2);
  }

  @Test
  void doesNotFollowARedirectToAnotherPlace() {
    hub.fail(
        "/preupload/",
        new Fault.Reply(307, Map.of("Location", "https://elsewhere.example/api"), ""));
    assertThatThrownBy(() -> upload("alice/tiny"))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("the hub has moved this to https://elsewhere.example/api");
  }

  @Test
  void refusesAnAnswerThatIsNotJson() {
    hub.fail("/preupload/", new Fault.Reply(200, Map.of(), "<html>"));
    assertThatThrownBy(() -> upload("alice/tiny"))
        .isInstanceOf(IOException.class)
        .hasMessageMatching(
            "127.0.0.1 gave an answer that is not JSON \\(while asking alice/tiny what to upload,"
                + " request id fixture-\\d+\\); try again later, or check --endpoint and"
                + " HF_ENDPOINT");
  }

  @Test
  void commitsNothingWhenAFileChangesMeanwhile() throws Exception {
    LocalFolder scanned = LocalFolder.scan(folder);
    write("config.json", "{\"hidden_size\": 65}");
    write("model.safetensors", random(300_001, 1));
    assertThatThrownBy(() -> open().run(scanned, request("alice/tiny", "main")))
        .isInstanceOf(IOException.class)
        .hasMessage(
            folder.resolve("model.safetensors")
                + ": changed while it was being uploaded; run the same command again");
    assertThat(hub.repository("alice/tiny").commits("main")).hasSize(1);
    assertThat(pausesSeconds).isEmpty();
  }

  @Test
  void commitsNothingWhenAFileChangesAfterItWasHashed() {
    whileSending = () -> write("config.json", "{\"hidden_size\": 65}");
    assertThatThrownBy(() -> upload("alice/tiny"))
        .isInstanceOf(IOException.class)
        .hasMessage(
            folder.resolve("config.json")
                + ": changed while it was being uploaded; run the same command again");
    assertThat(hub.repository("alice/tiny").commits("main")).hasSize(1);
  }

  @Test
  void saysWhichFileVanished() {
    whileSending = () -> Files.deleteIfExists(folder.resolve("config.json"));
    assertThatThrownBy(() -> upload("alice/tiny"))
        .isInstanceOf(IOException.class)
        .hasMessage(folder.resolve("config.json") + ": no longer there");
    assertThat(pausesSeconds).isEmpty();
  }

  @Test
  void makesNoCallWhenTheEnvironmentForbidsIt() {
    HubSettings offline =
        HubSettings.of(
            "neox-upload",
            Map.of("HF_HUB_OFFLINE", "1"),
            Optional.of(hub.endpoint()),
            Optional.of(Token.of(HubServer.TOKEN, "HF_TOKEN")));
    FolderUpload upload = FolderUpload.open(offline, new Recorder(), pause(), sending());
    assertThatThrownBy(() -> upload.run(LocalFolder.scan(folder), request("a/b", "main")))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("HF_HUB_OFFLINE is set");
    assertThat(hub.calls()).isEmpty();
  }

  private UploadResult upload(String repo) throws Exception {
    return upload(repo, "main");
  }

  private UploadResult upload(String repo, String branch) throws Exception {
    return run(request(repo, branch));
  }

  private static UploadRequest request(String repo, String branch) {
    return UploadRequest.toBranch(
        RepoId.parse(repo), branch, "Upload tiny", Visibility.ACCOUNT_DEFAULT);
  }

  private UploadResult run(UploadRequest request) throws Exception {
    try (FolderUpload upload = open()) {
      return upload.run(LocalFolder.scan(folder), request);
    }
  }

  private UploadResult dryRun(String repo) throws Exception {
    try (FolderUpload upload = open()) {
      return upload.dryRun(LocalFolder.scan(folder), request(repo, "main"));
    }
  }

  private FolderUpload open() {
    HubSettings settings =
        HubSettings.of(
            "neox-upload",
            Map.of("HF_ENDPOINT", hub.endpoint() + "/"),
            Optional.empty(),
            Optional.of(Token.of(HubServer.TOKEN, "HF_TOKEN")));
    return FolderUpload.open(settings, new Recorder(), pause(), sending());
  }

  private Sending sending() {
    return new Sending(3, journals);
  }

  private Pause pause() {
    return (Duration duration) -> pausesSeconds.add(duration.toSeconds());
  }

  private void write(String path, String text) throws IOException {
    write(path, ByteString.encodeUtf8(text));
  }

  private void write(String path, ByteString bytes) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.write(file, bytes.toByteArray());
  }

  private static ByteString random(int size, long seed) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return ByteString.of(bytes);
  }

  /// What happens to the folder in the middle of an upload.
  private interface Interference {
    void run() throws IOException;
  }

  private final class Recorder implements UploadObserver {
    @Override
    public void progress(Phase phase, long doneBytes, long totalBytes, String path) {
      assertThat(doneBytes).isBetween(0L, totalBytes);
      if (phase == Phase.SENDING) {
        try {
          whileSending.run();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }

    @Override
    public void warn(String line) {
      warnings.add(line);
    }
  }
}
