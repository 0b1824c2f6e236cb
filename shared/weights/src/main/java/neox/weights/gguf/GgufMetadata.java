package neox.weights.gguf;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// Keys and values at the head of a file, in order. Filled, then read.
final class GgufMetadata {
  private final Map<String, GgufValue> values = new LinkedHashMap<>();

  GgufMetadata put(String key, GgufValue value) {
    if (values.put(key, value) != null) {
      throw new IllegalStateException("two values for " + key);
    }
    return this;
  }

  GgufMetadata put(String key, long value) {
    return put(key, new GgufValue.Whole(value));
  }

  GgufMetadata put(String key, double value) {
    return put(key, new GgufValue.Real((float) value));
  }

  GgufMetadata put(String key, String value) {
    return put(key, new GgufValue.Text(value));
  }

  GgufMetadata flag(String key, boolean value) {
    return put(key, new GgufValue.Flag(value));
  }

  Map<String, GgufValue> values() {
    return Collections.unmodifiableMap(values);
  }
}
