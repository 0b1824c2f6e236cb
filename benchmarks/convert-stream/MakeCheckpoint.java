import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
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
import neox.weights.spec.Share;
import neox.weights.spec.Shards;

/// Writes a checkpoint of NeoX of about so many megabytes, full of noise.
///
/// Arguments: the `global_stepN` directory to make, megabytes, fp16 or fp32, tensor-parallel ranks.
public final class MakeCheckpoint {
  private static final int VOCAB = 50304;
  private static final long MEGABYTE = 1 << 20;

  public static void main(String[] args) throws IOException {
    Path directory = Files.createDirectories(Path.of(args[0]));
    long bytes = Long.parseLong(args[1]) * MEGABYTE;
    DType dtype = args[2].equals("fp32") ? DType.FLOAT32 : DType.FLOAT16;
    int ranks = Integer.parseInt(args[3]);
    String text = config(bytes / dtype.bytes(), ranks);
    Path config = Files.writeString(directory.resolveSibling("config.yml"), text);
    ModelConfig model = ConfigLoader.readModel(ConfigSource.of(config)).config().model();
    NetworkSpec network = NetworkSpec.of(model, VOCAB);
    for (int rank = 0; rank < ranks; rank++) {
      int tensorRank = rank;
      NeoxCheckpointWriter.write(
          directory,
          new CheckpointContent(
              new CheckpointPart(network, network.layers(), 0, 1, rank, ranks, 1),
              "CharLevelTokenizer",
              1,
              0,
              Layout.FILE_PER_LAYER,
              key -> tensor(network, key, dtype, tensorRank, ranks),
              Map.of(),
              Map.of("config.yml", text)));
    }
  }

  /// A network of about so many parameters.
  private static String config(long parameters, int ranks) {
    int hidden = parameters < 400_000_000 ? 512 : 2048;
    long layers = Math.max(1, (parameters - 2L * VOCAB * hidden) / (12L * hidden * hidden));
    return String.format(
        Locale.ROOT,
        """
        pipe_parallel_size: 1
        model_parallel_size: %d
        num_layers: %d
        hidden_size: %d
        num_attention_heads: 16
        seq_length: 2048
        max_position_embeddings: 2048
        pos_emb: rotary
        rotary_pct: 0.25
        no_weight_tying: true
        gpt_j_residual: true
        tokenizer_type: CharLevelTokenizer
        """,
        ranks, layers, hidden);
  }

  private static NamedTensor tensor(
      NetworkSpec network, String key, DType dtype, int rank, int ranks) {
    ParameterSpec spec =
        network.parameters().stream().filter(each -> each.key().equals(key)).findFirst().orElseThrow();
    Shape shape = Shards.local(spec, ranks);
    int seed = key.hashCode() + (spec.share() instanceof Share.Split ? rank : 0);
    ByteSource noise = new Noise(shape.count() * dtype.bytes(), dtype, seed);
    return new NamedTensor(key, new LazyTensor(dtype, shape, noise));
  }

  /// Numbers below 1, the same wherever one begins to read.
  private record Noise(long byteSize, DType dtype, long seed) implements ByteSource {
    @Override
    public void read(long offset, MemorySegment target, Scratch scratch) {
      long random = dtype == DType.FLOAT32 ? 0x807f_ffff_807f_ffffL : 0x83ff_83ff_83ff_83ffL;
      long exponent = dtype == DType.FLOAT32 ? 0x3d00_0000_3d00_0000L : 0x3000_3000_3000_3000L;
      for (long at = 0; at < target.byteSize(); at += Long.BYTES) {
        long bits = (mixed(seed + (offset + at) / Long.BYTES) & random) | exponent;
        if (at + Long.BYTES <= target.byteSize()) {
          target.set(ValueLayout.JAVA_LONG_UNALIGNED, at, bits);
        } else {
          MemorySegment rest = MemorySegment.ofArray(new long[] {bits});
          MemorySegment.copy(rest, 0, target, at, target.byteSize() - at);
        }
      }
    }

    /// SplitMix64 of a counter (Steele, Lea, Flood, OOPSLA 2014).
    private static long mixed(long counter) {
      long z = counter * 0x9e37_79b9_7f4a_7c15L;
      z = (z ^ (z >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
      z = (z ^ (z >>> 27)) * 0x94d0_49bb_1331_11ebL;
      return z ^ (z >>> 31);
    }
  }
}
