package neox.weights;

import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import neox.config.model.Activation;
import neox.config.model.AttentionConfig;
import neox.config.model.Dims;
import neox.config.model.DropoutConfig;
import neox.config.model.HeadConfig;
import neox.config.model.InitConfig;
import neox.config.model.InitMethod;
import neox.config.model.MlpConfig;
import neox.config.model.ModelConfig;
import neox.config.model.Norm;
import neox.config.model.Positions;
import neox.config.model.Residual;
import neox.config.model.RotaryScaling;
import neox.config.model.TransformerConfig;
import neox.weights.spec.NetworkSpec;
import neox.weights.spec.ParameterSpec;

/// A network of random shape that transformers can express, with weights of any bits: NaN, negative
/// zeros and subnormal numbers among them.
///
/// @param dtype of all weights
public record RandomNetwork(NetworkSpec network, DType dtype, TensorStore weights) {
  /// The network of a seed.
  public static RandomNetwork of(long seed) {
    Random random = new Random(seed * 0x9E37_79B9_7F4A_7C15L); // near seeds begin alike
    ModelConfig model = random.nextBoolean() ? neox(random) : llama(random);
    NetworkSpec network = NetworkSpec.of(model, 4 * (2 + random.nextInt(6)));
    DType dtype = pick(random, DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16);
    return new RandomNetwork(network, dtype, new Bits(network, dtype, random));
  }

  /// How many tensor-parallel ranks can share it, of 1, 2 and 4.
  public List<Integer> tensorRanks() {
    ModelConfig model = network.config();
    int width = model.transformers().getFirst().mlp().size();
    return List.of(1, 2, 4).stream()
        .filter(ranks -> model.kvHeads() % ranks == 0 && width % ranks == 0)
        .toList();
  }

  private static ModelConfig neox(Random random) {
    int heads = pick(random, 2, 4, 8);
    int headDim = pick(random, 4, 8, 12);
    TransformerConfig block =
        new TransformerConfig(
            attention(random),
            new MlpConfig(Activation.GELU, random.nextBoolean(), width(random), true),
            random.nextBoolean() ? Residual.PARALLEL : Residual.SEQUENTIAL);
    return model(
        random,
        dims(heads, heads, headDim),
        block,
        new Positions.Rotary(pick(random, 0.5, 1.0), 10_000, scaling(random)),
        new Norm.LayerNorm(1e-5));
  }

  private static ModelConfig llama(Random random) {
    int heads = pick(random, 4, 8);
    int kvHeads = heads / pick(random, 1, 2, 4);
    AttentionConfig attention =
        attention(random)
            .withWindow(random.nextInt(4) == 0 ? OptionalInt.of(7) : OptionalInt.empty());
    boolean mistral = attention.window().isPresent();
    TransformerConfig block =
        new TransformerConfig(
            mistral ? attention.withBias(false) : attention,
            new MlpConfig(
                Activation.SWIGLU, false, width(random), !mistral && random.nextBoolean()),
            Residual.SEQUENTIAL);
    return model(
        random,
        dims(heads, kvHeads, pick(random, 4, 8)),
        block,
        new Positions.Rotary(1, 500_000, scaling(random)),
        new Norm.RmsNorm(1e-6));
  }

  private static ModelConfig model(
      Random random, Dims dims, TransformerConfig block, Positions positions, Norm norm) {
    return new ModelConfig(
        dims,
        Collections.nCopies(1 + random.nextInt(4), block),
        positions,
        norm,
        new HeadConfig(random.nextBoolean()),
        new DropoutConfig(0, pick(random, 0.0, 0.1)),
        new InitConfig(InitMethod.NORMAL, InitMethod.NORMAL, 0.02));
  }

  private static Dims dims(int heads, int kvHeads, int headDim) {
    return new Dims(heads * headDim, heads, kvHeads, 32, 32, 1);
  }

  private static AttentionConfig attention(Random random) {
    return AttentionConfig.PLAIN.withBias(random.nextBoolean()).withSoftmaxInFp32(true);
  }

  private static RotaryScaling scaling(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> new RotaryScaling.Linear(2.5);
      case 1 -> new RotaryScaling.Yarn(4, 16);
      case 2 -> new RotaryScaling.Llama3(8, 16, 1, 4);
      default -> new RotaryScaling.None();
    };
  }

  private static int width(Random random) {
    return 2 + 2 * random.nextInt(20);
  }

  @SafeVarargs
  private static <T> T pick(Random random, T... values) {
    return values[random.nextInt(values.length)];
  }

  /// Random bytes.
  private static final class Bits implements TensorStore {
    private final Map<String, TensorView> views = new LinkedHashMap<>();

    Bits(NetworkSpec network, DType dtype, Random random) {
      for (ParameterSpec spec : network.parameters()) {
        byte[] bytes = new byte[Math.toIntExact(spec.shape().count() * dtype.bytes())];
        random.nextBytes(bytes);
        MemorySegment segment = Floats.allocate(dtype, spec.shape().count());
        segment.copyFrom(MemorySegment.ofArray(bytes));
        views.put(spec.key(), new TensorView(dtype, spec.shape(), segment));
      }
    }

    @Override
    public Set<String> names() {
      return views.keySet();
    }

    @Override
    public TensorView view(String name) {
      TensorView view = views.get(name);
      if (view == null) {
        throw new IllegalArgumentException("no parameter " + name);
      }
      return view;
    }

    @Override
    public void close() {}
  }
}
