import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.config.NeoxConfig;
import neox.data.RunSamples;
import neox.data.SampleCounts;

/// Builds and caches the order of a great many samples; see index-build.sh.
public final class BuildIndex {
  public static void main(String[] args) throws IOException {
    Path prefix = Path.of(args[0], "sparse");
    long samples = Long.parseLong(args[1]);
    long documents = Long.parseLong(args[2]);
    writeDataset(prefix, documents);
    NeoxConfig config = config(prefix);
    SampleCounts counts = new SampleCounts(samples, 1, 1);
    for (String use : List.of("built and written", "opened again")) {
      long start = System.nanoTime();
      double cpuStart = cpuSeconds();
      try (RunSamples run = RunSamples.open(config, counts, line -> System.out.println("  " + line))) {
        double seconds = (System.nanoTime() - start) / 1e9;
        long count = run.train().orElseThrow().samples().count();
        System.out.printf(
            "  %s in %.1f s (%.1f s of CPU): %,d samples, %.1f million/s%n",
            use,
            seconds,
            cpuSeconds() - cpuStart,
            count,
            count / seconds / 1e6);
      }
    }
    Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.matches("(VmHWM|RssAnon):.*"))
        .forEach(line -> System.out.println("  " + line));
  }

  private static double cpuSeconds() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toMillis() / 1e3;
  }

  /// The size of document `i`: from 500 to 1500 tokens; the C program has the same line.
  private static int size(long i) {
    return (int) (500 + (i * 2654435761L & 0xffffffffL) % 1001);
  }

  private static void writeDataset(Path prefix, long documents) throws IOException {
    long tokens = 0;
    try (FileChannel idx =
        FileChannel.open(
            Path.of(prefix + ".idx"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
      buffer.put("MMIDIDX\0\0".getBytes()).putLong(1).put((byte) 8);
      buffer.putLong(documents).putLong(documents + 1);
      for (long i = 0; i < documents; i++) {
        room(buffer, idx).putInt(size(i));
      }
      for (long i = 0; i < documents; i++) {
        room(buffer, idx).putLong(2 * tokens);
        tokens += size(i);
      }
      for (long i = 0; i <= documents; i++) {
        room(buffer, idx).putLong(i);
      }
      idx.write(buffer.flip());
    }
    try (RandomAccessFile bin = new RandomAccessFile(prefix + ".bin", "rw")) {
      bin.setLength(2 * tokens);
    }
  }

  private static ByteBuffer room(ByteBuffer buffer, FileChannel channel) throws IOException {
    if (buffer.remaining() < 8) {
      channel.write(buffer.flip());
      buffer.clear();
    }
    return buffer;
  }

  private static NeoxConfig config(Path prefix) throws IOException {
    Map<String, String> keys = new LinkedHashMap<>();
    keys.put("num_layers", "1");
    keys.put("hidden_size", "64");
    keys.put("num_attention_heads", "1");
    keys.put("seq_length", "2048");
    keys.put("max_position_embeddings", "2048");
    keys.put("train_micro_batch_size_per_gpu", "1");
    keys.put("train_iters", "1");
    keys.put("optimizer", "{type: Adam, params: {lr: 0.001}}");
    keys.put("tokenizer_type", "CharLevelTokenizer");
    keys.put("data_path", prefix.toString());
    keys.put("split", "'1'");
    return ConfigLoader.load(new ConfigSource(Optional.empty(), List.of(), keys));
  }
}
