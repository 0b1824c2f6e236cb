package neox.remote.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import neox.base.UserException;
import neox.remote.DirectoryStore;
import neox.remote.Listing;
import neox.remote.Manifest;
import neox.remote.ObjectStore;
import neox.remote.StoreOpener.Settings;
import neox.remote.StoredObject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreTargetTest {
  @TempDir Path directory;
  private Path step;
  private Recorder store;
  private StoreTarget target;

  /// A directory whose calls are noted, and which knows sums as an object store does.
  private static final class Recorder implements ObjectStore {
    private final DirectoryStore store;
    private final List<String> puts = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, String> sums = Collections.synchronizedMap(new HashMap<>());
    private Optional<String> broken = Optional.empty();

    Recorder(Path root) {
      store = new DirectoryStore(root);
    }

    @Override
    public Optional<StoredObject> find(String key) throws IOException {
      return store
          .find(key)
          .map(object ->
              new StoredObject(
                  key, object.bytes(), object.tag(), Optional.ofNullable(sums.get(key))));
    }

    @Override
    public Listing list(String folder) throws IOException {
      return store.list(folder);
    }

    @Override
    public void read(StoredObject object, long from, ByteBuffer into) throws IOException {
      store.read(
          new StoredObject(object.key(), object.bytes(), object.tag(), Optional.empty()),
          from,
          into);
    }

    @Override
    public void put(String key, LocalContent content, LongConsumer sent) throws IOException {
      if (broken.equals(Optional.of(key))) {
        throw new IOException(key + ": the network is down");
      }
      puts.add(key);
      store.put(key, content, sent);
      sums.put(key, content.sha256());
    }

    @Override
    public void put(String key, byte[] bytes) throws IOException {
      puts.add(key);
      store.put(key, bytes);
    }

    @Override
    public void close() {}
  }

  @BeforeEach
  void prepare() throws IOException {
    step = directory.resolve("save/global_step20");
    Files.createDirectories(step.resolve("configs"));
    Files.writeString(step.resolve("layer.pt"), "weights");
    Files.writeString(step.resolve("configs/a.yml"), "config");
    store = new Recorder(directory.resolve("there"));
    target = new StoreTarget(store, "there", "runs/a");
  }

  private long push() throws IOException, InterruptedException {
    AtomicLong sent = new AtomicLong();
    target.push(step, Manifest.of(step), sent::addAndGet);
    return sent.get();
  }

  @Test
  void storesTheManifestAfterTheFilesAndThenPointsAtIt() throws Exception {
    target.check();
    assertThat(push()).isEqualTo(13);
    assertThat(store.puts).hasSize(5);
    assertThat(store.puts.getFirst()).isEqualTo("runs/a/global_step20/neox-upload.json");
    assertThat(store.puts.subList(1, 3))
        .containsExactlyInAnyOrder(
            "runs/a/global_step20/configs/a.yml", "runs/a/global_step20/layer.pt");
    assertThat(store.puts.subList(3, 5))
        .containsExactly("runs/a/global_step20/neox-manifest.json", "runs/a/latest");
    Path there = directory.resolve("there/runs/a");
    assertThat(there.resolve("global_step20/layer.pt")).hasContent("weights");
    assertThat(there.resolve("latest")).hasContent("global_step20");
  }

  @Test
  void sendsNothingTwice() throws Exception {
    store.broken = Optional.of("runs/a/global_step20/layer.pt");
    assertThatThrownBy(this::push).hasMessageEndingWith("the network is down");
    assertThat(directory.resolve("there/runs/a/latest")).doesNotExist();
    store.broken = Optional.empty();
    store.puts.clear();
    assertThat(push()).isEqualTo(13);
    assertThat(store.puts)
        .doesNotContain("runs/a/global_step20/configs/a.yml")
        .contains("runs/a/global_step20/layer.pt");
    store.puts.clear();
    push();
    assertThat(store.puts).containsExactly("runs/a/latest");
  }

  @Test
  void replacesACheckpointOfItsName() throws Exception {
    push();
    Files.writeString(step.resolve("layer.pt"), "others!");
    store.puts.clear();
    push();
    assertThat(store.puts)
        .containsExactly(
            "runs/a/global_step20/neox-upload.json",
            "runs/a/global_step20/layer.pt",
            "runs/a/global_step20/neox-manifest.json",
            "runs/a/latest");
    assertThat(directory.resolve("there/runs/a/global_step20/layer.pt")).hasContent("others!");
  }

  @Test
  void nothingIsPushedToAWebServerOrWithoutAToken() {
    Settings settings = Settings.of(Map.of("HOME", "/nowhere", "HF_HOME", "/nowhere"));
    assertThatThrownBy(() -> PushTargets.open("https://host/x", settings, _ -> {}))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "https://host/x: nothing can be stored at a web server; expected a directory, s3:// or"
                + " hf://");
    assertThatThrownBy(() -> PushTargets.open("hf://me/tiny", settings, _ -> {}))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "hf://me/tiny: no token for the hub; set HF_TOKEN, or log in with the hub's own tools");
    Settings token = Settings.of(Map.of("HF_TOKEN", "hf_x"));
    assertThatThrownBy(() -> PushTargets.open("hf://me", token, _ -> {}))
        .isInstanceOf(UserException.class)
        .hasMessage("hf://me: expected hf://owner/name");
  }
}
