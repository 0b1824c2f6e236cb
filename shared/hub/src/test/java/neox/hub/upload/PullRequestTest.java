package neox.hub.upload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import neox.base.UserException;
import neox.hub.Destination;
import neox.hub.RepoId;
import neox.hub.Visibility;
import neox.hub.fixture.Fault;
import neox.hub.fixture.HubServer;
import neox.hub.fixture.Repository;
import neox.hub.upload.UploadResult.Outcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Of a repository that somebody else owns.
class PullRequestTest {
  private static final UploadRequest REQUEST =
      new UploadRequest(
          RepoId.parse("bob/tiny"),
          new Destination.NewPullRequest(),
          new CommitText("Better weights", "After 2000 steps."),
          Visibility.ACCOUNT_DEFAULT);

  @TempDir Path folder;
  @TempDir Path journals;
  private HubServer hub;

  @BeforeEach
  void start() throws IOException {
    hub = HubServer.start();
    hub.add("bob/tiny", "main", Map.of("config.json", "{}".getBytes(UTF_8)));
    Files.writeString(folder.resolve("config.json"), "{\"hidden_size\": 64}");
    Files.writeString(folder.resolve("README.md"), "---\n---\n");
    Files.write(folder.resolve("model.safetensors"), new byte[1000]);
  }

  @AfterEach
  void stop() {
    hub.close();
    assertThat(hub.violations()).isEmpty();
  }

  @Test
  void proposesTheFilesToWhoMayNotWrite() throws Exception {
    UploadResult result = client().upload(REQUEST);
    assertThat(result.outcome())
        .isEqualTo(new Outcome.Proposed(hub.endpoint() + "/bob/tiny/discussions/1", "refs/pr/1"));
    Repository repository = hub.repository("bob/tiny");
    assertThat(repository.pullRequests())
        .containsExactly(
            new Repository.PullRequest(1, "Better weights", "After 2000 steps.", "refs/pr/1"));
    assertThat(repository.head("refs/pr/1").files())
        .containsKeys("README.md", "config.json", "model.safetensors");
    assertThat(repository.commits("main")).hasSize(2);
  }

  @Test
  void proposesTheSameOnlyOnce() throws Exception {
    client().upload(REQUEST);
    assertThat(client().upload(REQUEST).outcome())
        .isEqualTo(new Outcome.Proposed(hub.endpoint() + "/bob/tiny/discussions/1", "refs/pr/1"));
    Files.writeString(folder.resolve("config.json"), "{\"hidden_size\": 128}");
    assertThat(client().upload(REQUEST).outcome())
        .isEqualTo(new Outcome.Proposed(hub.endpoint() + "/bob/tiny/discussions/2", "refs/pr/2"));
  }

  @Test
  void opensOneWhateverCallItIsKilledIn() throws Exception {
    int hits = 0;
    boolean died = true;
    for (int call = 1; died; call++) {
      try (HubServer fresh = HubServer.start()) {
        fresh.add("bob/tiny", "main", Map.of("config.json", "{}".getBytes(UTF_8)));
        fresh.failAt(call, new Fault.LoseAnswer());
        TestClient client = new TestClient(fresh, folder, new Sending(1, journals));
        died = dies(client.killedByFailures());
        hits += died ? 1 : 0;
        client.patient().upload(REQUEST);
        assertThat(fresh.repository("bob/tiny").pullRequests()).hasSize(1);
        assertThat(fresh.violations()).isEmpty();
      }
    }
    assertThat(hits).isGreaterThanOrEqualTo(7);
  }

  @Test
  void opensOneWhoseAnswerIsLost() throws Exception {
    hub.fail("/commit/", new Fault.LoseAnswer());
    TestClient client = client();
    client.upload(REQUEST);
    assertThat(hub.repository("bob/tiny").pullRequests()).hasSize(1);
    assertThat(client.warnings)
        .singleElement()
        .asString()
        .endsWith(
            " while committing to bob/tiny: the connection was dropped; looking whether the pull"
                + " request was opened");
    hub.fail("/commit/", Fault.status(503), Fault.status(504));
    Files.writeString(folder.resolve("config.json"), "{\"hidden_size\": 128}");
    client.upload(REQUEST);
    assertThat(hub.repository("bob/tiny").pullRequests()).hasSize(2);
  }

  @Test
  void addsTheRestOfVeryManyFilesToTheSameOne() throws Exception {
    TestClient client = client().withPortions(new Portions(1, 1 << 20));
    hub.fail("/commit/", new Fault.Pass(), new Fault.Pass(), new Fault.Drop());
    assertThatThrownBy(() -> client.killedByFailures().upload(REQUEST))
        .isInstanceOf(TestClient.Killed.class);
    client.patient().upload(REQUEST);
    Repository repository = hub.repository("bob/tiny");
    assertThat(repository.pullRequests()).hasSize(1);
    assertThat(repository.commits("refs/pr/1"))
        .extracting(Repository.Commit::summary)
        .endsWith(
            "Better weights (part 1 of 3)",
            "Better weights (part 2 of 3)",
            "Better weights (part 3 of 3)");
  }

  @Test
  void opensNoneWhenNothingDiffers() throws Exception {
    hub.add(
        "bob/tiny",
        "main",
        Map.of(
            "config.json", Files.readAllBytes(folder.resolve("config.json")),
            "README.md", Files.readAllBytes(folder.resolve("README.md")),
            "model.safetensors", Files.readAllBytes(folder.resolve("model.safetensors"))));
    assertThat(client().upload(REQUEST).outcome()).isInstanceOf(Outcome.UpToDate.class);
    assertThat(hub.repository("bob/tiny").pullRequests()).isEmpty();
  }

  @Test
  void needsARepositoryThatExists() {
    UploadRequest request =
        new UploadRequest(
            RepoId.parse("bob/none"),
            REQUEST.destination(),
            REQUEST.text(),
            Visibility.ACCOUNT_DEFAULT);
    assertThatThrownBy(() -> client().upload(request))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("the repository does not exist, or the token from HF_TOKEN may not")
        .hasMessageEndingWith("; check the name, and whose token it is");
  }

  @Test
  void saysThatTheHubDidNotNameThePullRequest() {
    hub.fail("/commit/", new Fault.Reply(200, Map.of(), "{\"success\":true}"));
    assertThatThrownBy(() -> client().upload(REQUEST))
        .isExactlyInstanceOf(IOException.class)
        .hasMessageStartingWith(
            "the hub did not say which pull request it opened (while committing to bob/tiny");
  }

  @Test
  void addsToAPullRequestThatIsNamed() throws Exception {
    client().upload(REQUEST);
    Files.writeString(folder.resolve("config.json"), "{\"hidden_size\": 128}");
    client()
        .upload(
            UploadRequest.toBranch(
                RepoId.parse("bob/tiny"), "refs/pr/1", "More", Visibility.ACCOUNT_DEFAULT));
    assertThat(hub.repository("bob/tiny").head("refs/pr/1").summary()).isEqualTo("More");
    assertThat(hub.repository("bob/tiny").pullRequests()).hasSize(1);
  }

  private static boolean dies(TestClient client) throws Exception {
    try {
      client.upload(REQUEST);
      return false;
    } catch (TestClient.Killed e) {
      return true;
    }
  }

  private TestClient client() {
    return new TestClient(hub, folder, new Sending(2, journals));
  }
}
