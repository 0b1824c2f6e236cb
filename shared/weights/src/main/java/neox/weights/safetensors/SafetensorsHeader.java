package neox.weights.safetensors;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.base.UserException;
import neox.weights.DType;
import neox.weights.Shape;

/// The checked header of one file: the tensors tile the data section without gap or overlap.
record SafetensorsHeader(Map<String, Entry> entries, Map<String, String> metadata) {
  private static final String METADATA = "__metadata__";

  /// One tensor; offsets count from the start of the data section.
  record Entry(DType dtype, Shape shape, long begin, long end) {}

  static SafetensorsHeader parse(Path file, JsonNode json, long dataBytes) {
    if (!json.isObject()) {
      throw new UserException(file + ": its safetensors header is not a JSON object");
    }
    Map<String, Entry> entries = new LinkedHashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : json.properties()) {
      if (field.getKey().equals(METADATA)) {
        field.getValue().properties().forEach(e -> metadata.put(e.getKey(), e.getValue().asText()));
      } else {
        entries.put(field.getKey(), entry(file, field.getKey(), field.getValue()));
      }
    }
    checkTiling(file, entries, dataBytes);
    return new SafetensorsHeader(entries, metadata);
  }

  private static Entry entry(Path file, String name, JsonNode json) {
    JsonNode offsets = json.path("data_offsets");
    if (!json.path("shape").isArray() || !offsets.isArray() || offsets.size() != 2) {
      throw new UserException(
          file + ": tensor " + name + " needs dtype, shape and data_offsets in the header");
    }
    String dtypeName = json.path("dtype").asText();
    DType dtype =
        dtype(dtypeName)
            .orElseThrow(() ->
                new UserException(
                    file
                        + ": tensor "
                        + name
                        + " has dtype "
                        + dtypeName
                        + ", which is not supported"));
    long[] sizes = new long[json.path("shape").size()];
    for (int dim = 0; dim < sizes.length; dim++) {
      sizes[dim] = json.path("shape").get(dim).asLong(-1);
    }
    long begin = offsets.get(0).asLong(-1);
    long end = offsets.get(1).asLong(-1);
    try {
      Shape shape = Shape.of(sizes);
      long expected = Math.multiplyExact(shape.count(), dtype.bytes());
      if (begin < 0 || end - begin != expected) {
        throw new UserException(
            file
                + ": tensor "
                + name
                + " of "
                + dtypeName
                + " "
                + shape
                + " needs "
                + expected
                + " bytes, but its offsets are ["
                + begin
                + ", "
                + end
                + "]");
      }
      return new Entry(dtype, shape, begin, end);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new UserException(file + ": tensor " + name + " has an impossible shape", e);
    }
  }

  private static void checkTiling(Path file, Map<String, Entry> entries, long dataBytes) {
    List<String> names = new ArrayList<>(entries.keySet());
    names.sort(
        Comparator.comparingLong((String name) -> at(entries, name).begin())
            .thenComparingLong(name -> at(entries, name).end()));
    long position = 0;
    for (String name : names) {
      Entry entry = at(entries, name);
      if (entry.begin() != position) {
        throw new UserException(
            file
                + ": tensor "
                + name
                + " starts at byte "
                + entry.begin()
                + (entry.begin() < position ? ", inside the tensor before it" : ", after a gap")
                + "; expected "
                + position);
      }
      position = entry.end();
    }
    if (position > dataBytes) {
      throw new UserException(
          file
              + ": truncated: the header promises "
              + position
              + " bytes of tensors, the file has "
              + dataBytes);
    }
    if (position < dataBytes) {
      throw new UserException(
          file + ": " + (dataBytes - position) + " bytes follow the last tensor; expected none");
    }
  }

  private static Entry at(Map<String, Entry> entries, String name) {
    return Optional.ofNullable(entries.get(name)).orElseThrow();
  }

  private static Optional<DType> dtype(String name) {
    for (DType dtype : DType.values()) {
      if (dtype.safetensorsName().equals(name)) {
        return Optional.of(dtype);
      }
    }
    return Optional.empty();
  }
}
