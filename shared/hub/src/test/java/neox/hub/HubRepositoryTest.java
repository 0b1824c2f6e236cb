package neox.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import neox.base.UserException;
import neox.hub.download.Download;
import neox.hub.download.DownloadObserver;
import neox.hub.download.Patience;
import neox.hub.fixture.Fault;
import neox.hub.fixture.HubServer;
import neox.hub.fixture.Repository.Commit;
import okio.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubRepositoryTest {
  @TempDir Path directory;
  private final List<String> warnings = new ArrayList<>();
  private final byte[] weights = new byte[100_000];
  private Optional<Token> token = Optional.of(Token.of(HubServer.TOKEN, "HF_TOKEN"));
  private HubServer hub;

  @BeforeEach
  void start() throws IOException {
    hub = HubServer.start();
    new Random(1).nextBytes(weights);
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  @Test
  void listsTheFilesOfACommitWithTheirSizesAndSums() throws Exception {
    Commit commit =
        hub.add(
            "datasets/alice/texts",
            "v1",
            Map.of("data/a b.jsonl", "{}\n".getBytes(UTF_8), "data/x.bin", weights));
    hub.card("datasets/alice/texts", "{\"configs\": []}");
    hub.listPagesOf(2);
    Snapshot snapshot = snapshot(RepoKind.DATASET, "alice/texts", "v1");
    assertThat(snapshot.commit()).isEqualTo(commit.oid());
    assertThat(snapshot.card().path("configs").isArray()).isTrue();
    assertThat(snapshot.files())
        .extracting(RemoteFile::name)
        .containsExactly(".gitattributes", "data/a b.jsonl", "data/x.bin");
    RemoteFile small = snapshot.files().get(1);
    assertThat(small.size()).hasValue(3);
    assertThat(small.checksum().orElseThrow().kind()).isEqualTo(Checksum.Kind.GIT_BLOB);
    assertThat(small.address())
        .hasToString(
            hub.endpoint() + "/datasets/alice/texts/resolve/" + commit.oid() + "/data/a%20b.jsonl");
    RemoteFile large = snapshot.files().get(2);
    assertThat(large.checksum()).contains(Checksum.sha256(ByteString.of(weights).sha256().hex()));
  }

  @Test
  void listsOneFolderOnly() throws Exception {
    hub.add("alice/tiny", "main", Map.of("a b/c/m.bin", weights, "d/e.bin", weights));
    assertThat(snapshot(RepoKind.MODEL, "alice/tiny", "main", "a b/c").files())
        .extracting(RemoteFile::name)
        .containsExactly("a b/c/m.bin");
  }

  @Test
  void downloadsSmallAndLargeFilesAndShowsTheTokenToTheHubOnly() throws Exception {
    hub.add("alice/tiny", "step1", Map.of("config.json", "{}".getBytes(UTF_8), "m.bin", weights));
    hub.fail("/cdn/", Fault.status(403), new Fault.Drop());
    for (RemoteFile file : snapshot(RepoKind.MODEL, "alice/tiny", "step1").files()) {
      try (Download download = download()) {
        download.toFile(file, directory.resolve(file.name()));
      }
    }
    assertThat(Files.readAllBytes(directory.resolve("m.bin"))).isEqualTo(weights);
    assertThat(directory.resolve("config.json")).hasContent("{}");
    assertThat(hub.exchanges())
        .allSatisfy(exchange ->
            assertThat(exchange.header("Authorization") != null)
                .isEqualTo(!exchange.path().startsWith("/cdn/")));
    assertThat(hub.calls()).filteredOn(call -> call.startsWith("GET /cdn/")).hasSize(3);
  }

  @Test
  void readsWhatIsPublicWithoutAToken() throws Exception {
    token = Optional.empty();
    hub.add("alice/tiny", "main", Map.of("m.bin", weights));
    RemoteFile file = snapshot(RepoKind.MODEL, "alice/tiny", "main").files().getLast();
    try (Download download = download()) {
      download.toFile(file, directory.resolve("m.bin"));
    }
    assertThat(directory.resolve("m.bin")).hasBinaryContent(weights);
  }

  @Test
  void saysWhatIsNotThere() {
    token = Optional.empty();
    hub.add("alice/tiny", "main", Map.of("m.bin", weights));
    assertThatThrownBy(() -> snapshot(RepoKind.MODEL, "alice/tiny", "step3"))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(
            "the repository has no such branch: Invalid rev id: step3 (HTTP 404 while looking for"
                + " alice/tiny at step3, request id fixture-");
    assertThatThrownBy(() -> snapshot(RepoKind.DATASET, "alice/none", "main"))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("the repository does not exist, or no token may not see it");
  }

  private Snapshot snapshot(RepoKind kind, String repo, String revision)
      throws IOException, InterruptedException {
    return snapshot(kind, repo, revision, "");
  }

  private Snapshot snapshot(RepoKind kind, String repo, String revision, String folder)
      throws IOException, InterruptedException {
    try (HubRepository repository = HubRepository.open(settings(), pause -> {}, warnings::add)) {
      return repository.snapshot(kind, RepoId.parse(repo), revision, folder);
    }
  }

  private HubSettings settings() {
    return HubSettings.of("neox-test", Map.of(), Optional.of(hub.endpoint()), token);
  }

  private Download download() {
    Patience patience = new Patience(Duration.ofMinutes(1), Duration.ofMinutes(1), 5, pause -> {});
    return Download.open(
        settings(),
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
}
