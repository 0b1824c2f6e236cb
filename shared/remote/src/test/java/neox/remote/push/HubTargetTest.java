package neox.remote.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
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
}
