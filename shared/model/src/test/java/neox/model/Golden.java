package neox.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import neox.base.json.Json;
import neox.weights.DType;
import neox.weights.Shape;
import neox.weights.TensorStore;
import neox.weights.TensorView;

/// The files under `golden/network`.
final class Golden {
  static byte[] bytes(String name) {
    try (var in = Golden.class.getResourceAsStream("/golden/network/" + name)) {
      if (in == null) {
        throw new IllegalArgumentException("no golden file " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static JsonNode json(String name) {
    return Json.parse(new String(bytes(name), StandardCharsets.UTF_8), name);
  }

  static float[] floats(String name) {
    return MemorySegment.ofArray(bytes(name))
        .toArray(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN));
  }

  static int[][] rows(JsonNode node) {
    return Json.mapper().convertValue(node, int[][].class);
  }

  /// A store in memory over a safetensors file.
  static TensorStore weights(String name) {
    MemorySegment file = MemorySegment.ofArray(bytes(name));
    int header = (int) file.get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
    String text =
        new String(file.asSlice(8, header).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    Map<String, TensorView> views = new LinkedHashMap<>();
    Json.parse(text, name)
        .properties()
        .forEach(entry -> {
          JsonNode tensor = entry.getValue();
          if (!tensor.has("dtype")) {
            return;
          }
          long[] sizes = Json.mapper().convertValue(tensor.get("shape"), long[].class);
          long from = tensor.get("data_offsets").get(0).asLong();
          long to = tensor.get("data_offsets").get(1).asLong();
          views.put(
              entry.getKey(),
              new TensorView(
                  DType.FLOAT32, Shape.of(sizes), file.asSlice(8L + header + from, to - from)));
        });
    return store(views);
  }

  static TensorStore store(Map<String, TensorView> views) {
    return new TensorStore() {
      @Override
      public Set<String> names() {
        return views.keySet();
      }

      @Override
      public TensorView view(String name) {
        TensorView view = views.get(name);
        if (view == null) {
          throw new IllegalArgumentException("no tensor " + name);
        }
        return view;
      }

      @Override
      public void close() {}
    };
  }

  private Golden() {}
}
