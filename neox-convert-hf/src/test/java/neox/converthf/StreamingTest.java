package neox.converthf;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import neox.base.ExitCode;
import neox.base.Tool;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.config.model.ModelConfig;
import neox.weights.ByteSource;
import neox.weights.DType;
import neox.weights.LazyTensor;
import neox.weights.NamedTensor;
import neox.weights.Scratch;
import neox.weights.Shape;
import neox.weights.neox.CheckpointContent;
import neox.weights.neox.CheckpointContent.Layout;
import neox.weights.neox.CheckpointPart;
import neox.weights.neox.NeoxCheckpointWriter;
import neox.weights.spec.NetworkSpec;
import neox.weights.spec.ParameterSpec;
import neox.weights.spec.Shards;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The memory of a conversion does not grow with the model. (Peaks of whole processes, beside `cp`:
/// `benchmarks/convert-stream.sh`.)
class StreamingTest {
  private static final int HIDDEN = 64;
  private static final long MEBI = 1 << 20;

  @TempDir Path directory;

  /// Every byte the same: 0x3c3c3c3c is a small float32, and is in range for float16.
  private record Constant(long byteSize) implements ByteSource {
    @Override
    public void read(long offset, MemorySegment target, Scratch scratch) {
      target.fill((byte) 0x3c);
    }
  }

  /// A checkpoint whose embedding and head have so many rows.
  private Path checkpoint(int ranks, int rows) throws IOException {
    Path checkpoint = Files.createDirectories(directory.resolve(ranks + "-" + rows));
    String text =
        """
        pipe_parallel_size: 1
        num_layers: 1
        hidden_size: 64
        num_attention_heads: 4
        seq_length: 64
        max_position_embeddings: 64
        pos_emb: rotary
        no_weight_tying: true
        gpt_j_residual: true
        tokenizer_type: CharLevelTokenizer
        """;
    Path config = Files.writeString(directory.resolve("config.yml"), text);
    ModelConfig model = ConfigLoader.readModel(ConfigSource.of(config)).config().model();
    NetworkSpec network = NetworkSpec.of(model, rows);
    for (int rank = 0; rank < ranks; rank++) {
      NeoxCheckpointWriter.write(
          checkpoint,
          new CheckpointContent(
              new CheckpointPart(network, network.layers(), 0, 1, rank, ranks, 1),
              "CharLevelTokenizer",
              1,
              0,
              Layout.FILE_PER_LAYER,
              key -> constant(network, key, ranks),
              Map.of(),
              Map.of("config.yml", text)));
    }
    return checkpoint;
  }

  private static NamedTensor constant(NetworkSpec network, String key, int ranks) {
    for (ParameterSpec spec : network.parameters()) {
      if (spec.key().equals(key)) {
        Shape shape = Shards.local(spec, ranks);
        ByteSource bytes = new Constant(shape.count() * Float.BYTES);
        return new NamedTensor(key, new LazyTensor(DType.FLOAT32, shape, bytes));
      }
    }
    throw new IllegalArgumentException(key);
  }

  /// What a conversion allocates.
  ///
  /// @param heapBytes by all threads, garbage included
  /// @param nativeBytes that wait for a collection
  private record Allocated(long heapBytes, long nativeBytes) {}

  private Allocated converting(Path checkpoint, String... more) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("--input-dir", checkpoint.toString()));
    arguments.addAll(List.of("--output-dir", directory.resolve("out").toString(), "--overwrite"));
    arguments.addAll(List.of("--no-save-tokenizer"));
    arguments.addAll(List.of(more));
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long heap = threads.getTotalThreadAllocatedBytes();
    long direct = direct();
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    int code =
        Tool.run(
            new ConvertCommand(),
            arguments.toArray(String[]::new),
            InputStream.nullInputStream(),
            nowhere,
            nowhere);
    assertThat(code).isEqualTo(ExitCode.OK);
    return new Allocated(threads.getTotalThreadAllocatedBytes() - heap, direct() - direct);
  }

  /// Memory that is freed when nobody refers to it any more, which is where whole tensors would be.
  private static long direct() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }

  @Test
  void theMemoryOfAConversionDoesNotGrowWithTheModel() throws IOException {
    for (int ranks : new int[] {1, 2}) {
      Path small = checkpoint(ranks, 1 << 10);
      Path large = checkpoint(ranks, 1 << 16);
      for (String precision : List.of("auto", "bf16")) {
        converting(small, "--precision", precision);
        Allocated first = converting(small, "--precision", precision);
        Allocated second = converting(large, "--precision", precision);
        long grown = (long) HIDDEN * Float.BYTES * 2 * ((1 << 16) - (1 << 10));
        assertThat(grown).isGreaterThan(30 * MEBI);
        assertThat(second.nativeBytes()).as("native").isLessThan(MEBI);
        assertThat(second.heapBytes() - first.heapBytes()).as("heap").isLessThan(grown / 4);
      }
    }
  }
}
