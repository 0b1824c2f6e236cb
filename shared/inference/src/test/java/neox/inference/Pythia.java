package neox.inference;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalLong;
import neox.base.json.Json;
import neox.model.Network;
import neox.model.NetworkOptions;
import neox.tensor.Placement;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.spec.NetworkSpec;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The tiny trained network under `golden/pythia`.
final class Pythia {
  static Path golden(String name) {
    try {
      var url = Pythia.class.getResource("/golden/" + name);
      if (url == null) {
        throw new IllegalArgumentException("no golden file " + name);
      }
      return Path.of(url.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static Path checkpoint() {
    return golden("pythia/checkpoint");
  }

  static Network network(ScalarType dtype) {
    try (NeoxCheckpoint store = NeoxCheckpoint.open(checkpoint(), OptionalLong.empty())) {
      Network network =
          Network.build(
              NetworkSpec.of(store.config(), store.paddedVocab()),
              NetworkOptions.inference(Placement.cpu(dtype)));
      network.load(store);
      return network;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static int[] expected(String name) {
    try {
      JsonNode file = Json.read(golden("pythia/expected.json"));
      return Json.mapper().convertValue(file.get(name), int[].class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// `[64][512]` logits for the tokens `row0`.
  static float[][] logits() {
    try {
      float[] all =
          MemorySegment.ofArray(Files.readAllBytes(golden("pythia/row0.logits.f32")))
              .toArray(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN));
      float[][] rows = new float[64][];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = Arrays.copyOfRange(all, i * 512, (i + 1) * 512);
      }
      return rows;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Pythia() {}
}
