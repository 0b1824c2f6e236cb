package neox.weights.safetensors;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongConsumer;
import neox.base.AtomicFile;
import neox.base.Durability;
import neox.base.json.Json;
import neox.weights.NamedTensor;
import neox.weights.Segments;
import neox.weights.TensorCopier;

/// Writes safetensors files; tensors pass through, see [TensorCopier].
public final class SafetensorsWriter {
  /// What transformers writes, and what its loader asks for.
  public static final Map<String, String> PYTORCH = Map.of("format", "pt");

  private static final int ALIGNMENT = 8;

  /// How a file is written.
  ///
  /// @param progress is told how many bytes were written since the last time
  private record Manner(
      Map<String, String> metadata, Durability durability, LongConsumer progress) {}

  /// Writes one file atomically.
  public static void writeFile(Path file, List<NamedTensor> tensors, Map<String, String> metadata)
      throws IOException {
    writeFile(file, tensors, new Manner(metadata, Durability.FORCED, bytes -> {}));
  }

  /// Writes `model.safetensors` into `directory`, or numbered shards of at most `maxShardBytes`
  /// each and their index. A tensor larger than that gets a shard of its own. For what follows from
  /// other files: the bytes are handed over to the system, see [Durability].
  ///
  /// @param progress is told how many bytes were written since the last time
  public static void writeDirectory(
      Path directory, List<NamedTensor> tensors, long maxShardBytes, LongConsumer progress)
      throws IOException {
    Manner manner = new Manner(PYTORCH, Durability.HANDED_OVER, progress);
    List<List<NamedTensor>> shards = shards(tensors, maxShardBytes);
    if (shards.size() == 1) {
      writeFile(directory.resolve(SafetensorsDirectory.SINGLE), shards.getFirst(), manner);
      return;
    }
    Map<String, String> weightMap = new LinkedHashMap<>();
    for (int i = 0; i < shards.size(); i++) {
      String name =
          String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", i + 1, shards.size());
      writeFile(directory.resolve(name), shards.get(i), manner);
      shards.get(i).forEach(tensor -> weightMap.put(tensor.name(), name));
    }
    long total = tensors.stream().mapToLong(NamedTensor::byteSize).sum();
    Map<String, Object> index = new LinkedHashMap<>();
    index.put("metadata", Map.of("total_size", total));
    index.put("weight_map", weightMap);
    AtomicFile.write(
        directory.resolve(SafetensorsDirectory.INDEX), Json.pretty(index), manner.durability());
  }

  private static List<List<NamedTensor>> shards(List<NamedTensor> tensors, long maxShardBytes) {
    List<List<NamedTensor>> shards = new ArrayList<>();
    shards.add(new ArrayList<>());
    long bytes = 0;
    for (NamedTensor tensor : tensors) {
      if (!shards.getLast().isEmpty() && bytes + tensor.byteSize() > maxShardBytes) {
        shards.add(new ArrayList<>());
        bytes = 0;
      }
      shards.getLast().add(tensor);
      bytes += tensor.byteSize();
    }
    return shards;
  }

  private static void writeFile(Path path, List<NamedTensor> tensors, Manner manner)
      throws IOException {
    // Wide elements first, so that every tensor starts at a multiple of its element size.
    List<NamedTensor> ordered =
        tensors.stream()
            .sorted(Comparator.comparingInt((NamedTensor t) -> -t.dtype().bytes()))
            .toList();
    try (AtomicFile file = AtomicFile.createLarge(path, manner.durability());
        TensorCopier copier = TensorCopier.of(ordered, manner.progress())) {
      FileChannel channel = file.channel();
      Segments.writeFully(channel, header(ordered, manner.metadata()));
      for (NamedTensor _ : ordered) {
        copier.copyNext(channel);
      }
      file.commit();
    }
  }

  private static ByteBuffer header(List<NamedTensor> tensors, Map<String, String> metadata) {
    Map<String, Object> json = new LinkedHashMap<>();
    if (!metadata.isEmpty()) {
      json.put("__metadata__", metadata);
    }
    long position = 0;
    for (NamedTensor tensor : tensors) {
      long end = Math.addExact(position, tensor.byteSize());
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("dtype", tensor.dtype().safetensorsName());
      entry.put("shape", tensor.shape().sizes());
      entry.put("data_offsets", new long[] {position, end});
      if (json.put(tensor.name(), entry) != null) {
        throw new IllegalArgumentException("two tensors are called " + tensor.name());
      }
      position = end;
    }
    byte[] text = Json.line(json).getBytes(StandardCharsets.UTF_8);
    int padded = Math.ceilDiv(text.length, ALIGNMENT) * ALIGNMENT;
    ByteBuffer header =
        ByteBuffer.allocate(Long.BYTES + padded).order(ByteOrder.LITTLE_ENDIAN).putLong(padded);
    header.put(text);
    while (header.hasRemaining()) {
      header.put((byte) ' ');
    }
    return header.flip();
  }

  private SafetensorsWriter() {}
}
