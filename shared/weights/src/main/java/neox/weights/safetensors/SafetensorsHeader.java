package neox.weights.safetensors;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import neox.base.UserException;
import neox.weights.DType;
import neox.weights.Shape;

/// The checked header of one file: the tensors tile the data section without gap or overlap.
record SafetensorsHeader(Map<String, Entry> entries, Map<String, String> metadata) {

  /// One tensor; offsets count from the start of the data section.
  record Entry(DType dtype, Shape shape, long begin, long end) {}

  static SafetensorsHeader parse(Path file, byte[] json, long dataBytes) {
    SafetensorsHeader header = new HeaderReader(file).read(json);
    header.checkTiling(file, dataBytes);
    return header;
  }

  private void checkTiling(Path file, long dataBytes) {
    List<Map.Entry<String, Entry>> inOrder = new ArrayList<>(entries.entrySet());
    inOrder.sort(
        Comparator.comparingLong((Map.Entry<String, Entry> e) -> e.getValue().begin())
            .thenComparingLong(e -> e.getValue().end()));
    long position = 0;
    for (Map.Entry<String, Entry> named : inOrder) {
      Entry entry = named.getValue();
      if (entry.begin() != position) {
        throw UserException.of(
            "%s: tensor %s starts at byte %d, %s; expected %d",
            file,
            named.getKey(),
            entry.begin(),
            entry.begin() < position ? "inside the tensor before it" : "after a gap",
            position);
      }
      position = entry.end();
    }
    if (position > dataBytes) {
      throw UserException.of(
          "%s: truncated: the header promises %d bytes of tensors, the file has %d; copy or"
              + " download it again",
          file, position, dataBytes);
    }
    if (position < dataBytes) {
      throw UserException.of(
          "%s: %d bytes follow the last tensor; expected none", file, dataBytes - position);
    }
  }
}
