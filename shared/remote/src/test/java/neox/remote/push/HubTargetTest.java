package neox.remote.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import neox.base.UserException;
import neox.hub.fixture.Fault;
import neox.hub.fixture.HubServer;
import neox.remote.Manifest;
import neox.remote.ObjectStore;
import neox.remote.StoreAddress;
import neox.remote.StoreOpener.Settings;
import neox.remote.StoredObject;
import neox.remote.Stores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubTargetTest {
  @TempDir Path directory;

  @Test
  void aCheckpointIsOneCommitAndReadsBack() throws Exception {
    Path step = Files.createDirectories(directory.resolve("global_step20"));
    byte[] weights = new byte[300_000];
    new Random(1).nextBytes(weights);
    Files.write(step.resolve("layer.pt"), weights);
    Files.writeString(step.resolve("state.json"), "{}");
    try (HubServer hub = HubServer.start()) {
      Settings settings =
          Settings.of(Map.of("HF_ENDPOINT", hub.endpoint(), "HF_TOKEN", HubServer.TOKEN));
      AtomicLong sent = new AtomicLong();
      String address = "hf://alice/tiny/runs";
      try (PushTarget target = PushTargets.open(address, settings, _ -> {})) {
        assertThat(target.address()).isEqualTo(address);
        target.check();
        target.push(step, Manifest.of(step), sent::addAndGet);
        target.push(step, Manifest.of(step), sent::addAndGet);
      }
      assertThat(hub.calls().stream().filter(call -> call.contains("/commit/"))).hasSize(1);

      try (ObjectStore store = Stores.open(StoreAddress.parse("hf://alice"), settings)) {
        String folder = "tiny/runs/global_step20/";
        StoredObject object = store.find(folder + "layer.pt").orElseThrow();
        ByteBuffer part = ByteBuffer.allocate(1000);
        store.read(object, 1234, part);
        assertThat(part.array()).isEqualTo(Arrays.copyOfRange(weights, 1234, 2234));
        assertThat(store.find(folder + Manifest.NAME)).isPresent();
        assertThat(store.find(folder + "nothing")).isEmpty();
        assertThat(store.find("tiny/runs/latest").orElseThrow().bytes()).isEqualTo(13);
        assertThat(store.lists()).isFalse();
      }
    }
  }

  private static Settings settings(HubServer hub, String token) {
    return Settings.of(Map.of("HF_ENDPOINT", hub.endpoint(), "HF_TOKEN", token));
  }

  @Test
  void aTokenThatIsNotValidIsRefusedBeforeThereIsSomethingToPush() throws Exception {
    try (HubServer hub = HubServer.start();
        PushTarget target =
            PushTargets.open("hf://alice/tiny", settings(hub, "hf_of_yesterday"), _ -> {})) {
      assertThatThrownBy(target::check)
          .isInstanceOf(UserException.class)
          .hasMessageStartingWith("the token from HF_TOKEN is not valid at " + hub.endpoint())
          .hasMessageContaining("(HTTP 401 while asking whose token it is")
          .hasMessageContaining("; make another one at ");
    }
  }

  @Test
  void aRepositoryThatDeniesAccessIsRefusedBeforeThereIsSomethingToPush() throws Exception {
    try (HubServer hub = HubServer.start();
        PushTarget target =
            PushTargets.open("hf://alice/tiny", settings(hub, HubServer.TOKEN), _ -> {})) {
      hub.fail("/api/models/alice/tiny", new Fault.Reply(403, Map.of("X-Request-Id", "rq-1"), ""));
      assertThatThrownBy(target::check)
          .isInstanceOf(UserException.class)
          .hasMessageContaining("does not have the right (HTTP 403 while looking for alice/tiny")
          .hasMessageContaining("request id rq-1");
      target.check();
    }
  }

  /// A run would take what it may not read for nothing, and begin anew.
  @Test
  void whatAHubDeniesIsNotTakenForNothing() throws Exception {
    try (HubServer hub = HubServer.start()) {
      hub.add("alice/tiny", "main", Map.of("latest", new byte[] {1}));
      StoreAddress address = StoreAddress.parse("hf://alice");
      try (ObjectStore store = Stores.open(address, settings(hub, "hf_of_yesterday"))) {
        assertThatThrownBy(() -> store.find("tiny/latest"))
            .isInstanceOf(UserException.class)
            .hasMessageContaining("is not valid at " + hub.endpoint())
            .hasMessageContaining("(HTTP 401 while reading " + hub.endpoint() + "/alice/tiny/");
      }
      try (ObjectStore store = Stores.open(address, settings(hub, HubServer.TOKEN))) {
        hub.fail(
            "/resolve/",
            new Fault.Reply(
                403,
                Map.of("X-Error-Code", "GatedRepo", "X-Request-Id", "rq-2"),
                "{\"error\":\"Ask first\"}"));
        assertThatThrownBy(() -> store.find("tiny/latest"))
            .isInstanceOf(UserException.class)
            .hasMessageContaining("must be asked for first: Ask first (HTTP 403 while reading")
            .hasMessageContaining("request id rq-2); ask for it on the repository's page");
        assertThat(store.find("tiny/latest")).isPresent();
        assertThat(store.find("other/latest")).isEmpty();
      }
    }
  }

  @Test
  void namesOfFilesInARepositoryAreWhatTheyAre() throws Exception {
    try (HubServer hub = HubServer.start()) {
      String[] names = {"100%", "a%20b", "a b", "grüße"};
      for (String name : names) {
        hub.add("alice/tiny", "main", Map.of(name, name.getBytes(StandardCharsets.UTF_8)));
      }
      try (ObjectStore store =
          Stores.open(StoreAddress.parse("hf://alice"), settings(hub, HubServer.TOKEN))) {
        for (String name : names) {
          StoredObject object = store.find("tiny/" + name).orElseThrow();
          ByteBuffer bytes = ByteBuffer.allocate((int) object.bytes());
          store.read(object, 0, bytes);
          assertThat(new String(bytes.array(), StandardCharsets.UTF_8)).isEqualTo(name);
        }
      }
    }
  }

  @Test
  void dataSetsAndRevisionsWithASlashAreRead() throws Exception {
    try (HubServer hub = HubServer.start()) {
      hub.add("datasets/alice/corpus", "main", Map.of("text/a.bin", new byte[2]));
      hub.add("datasets/alice/corpus", "refs/pr/3", Map.of("text/a.bin", new byte[3]));
      hub.add("alice/tiny", "more/weights", Map.of("a.bin", new byte[4]));
      Settings settings = settings(hub, HubServer.TOKEN);
      try (ObjectStore store = Stores.open(StoreAddress.parse("hf://datasets"), settings)) {
        assertThat(store.find("alice/corpus/text/a.bin").orElseThrow().bytes()).isEqualTo(2);
        assertThat(store.find("alice/corpus@refs%2Fpr%2F3/text/a.bin").orElseThrow().bytes())
            .isEqualTo(3);
        assertThat(store.find("alice/corpus/nothing")).isEmpty();
        assertThat(store.find("alice/corpus")).isEmpty();
        assertThat(store.find("alice")).isEmpty();
      }
      try (ObjectStore store = Stores.open(StoreAddress.parse("hf://alice"), settings)) {
        assertThat(store.find("tiny@more%2Fweights/a.bin").orElseThrow().bytes()).isEqualTo(4);
        assertThat(store.find("tiny")).isEmpty();
      }
    }
  }

  @Test
  void aRevisionWithASlashIsPushedTo() throws Exception {
    Path step = Files.createDirectories(directory.resolve("global_step1"));
    Files.writeString(step.resolve("state.json"), "{}");
    try (HubServer hub = HubServer.start();
        PushTarget target =
            PushTargets.open(
                "hf://alice/tiny@runs%2Fa/b", settings(hub, HubServer.TOKEN), _ -> {})) {
      target.check();
      target.push(step, Manifest.of(step), _ -> {});
      assertThat(hub.repository("alice/tiny").head("runs/a").files())
          .containsKey("b/global_step1/state.json");
    }
  }

  @Test
  void checkpointsGoToNoDataSet() throws Exception {
    try (HubServer hub = HubServer.start()) {
      Settings settings = settings(hub, HubServer.TOKEN);
      assertThatThrownBy(() -> PushTargets.open("hf://datasets/alice/corpus", settings, _ -> {}))
          .isInstanceOf(UserException.class)
          .hasMessage(
              "hf://datasets/alice/corpus: is a data set; checkpoints go to a model's repository,"
                  + " hf://owner/name");
    }
  }

  @Test
  void aCheckpointOfWhichTheRepositoryIgnoresAFileIsRefusedBeforeItIsSent() throws Exception {
    Path step = Files.createDirectories(directory.resolve("global_step20"));
    Files.write(step.resolve("layer.pt"), new byte[300_000]);
    Files.writeString(step.resolve("state.json"), "{}");
    String ignored = "runs/global_step20/layer.pt\nruns/latest\n";
    try (HubServer hub = HubServer.start();
        PushTarget target =
            PushTargets.open("hf://alice/tiny/runs", settings(hub, HubServer.TOKEN), _ -> {})) {
      hub.add("alice/tiny", "main", Map.of(".gitignore", ignored.getBytes(StandardCharsets.UTF_8)));
      AtomicLong sent = new AtomicLong();
      assertThatThrownBy(() -> target.push(step, Manifest.of(step), sent::addAndGet))
          .isInstanceOf(UserException.class)
          .hasMessage(
              "alice/tiny: its .gitignore excludes runs/global_step20/layer.pt and 1 more, so that"
                  + " nothing was sent; take the rule out of that file, or choose another"
                  + " repository");
      assertThat(sent).hasValue(0);
      assertThat(hub.calls())
          .noneMatch(call -> call.contains("/commit/") || call.contains("/info/lfs/"));
    }
  }
}
