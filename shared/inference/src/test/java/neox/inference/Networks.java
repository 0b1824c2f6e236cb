package neox.inference;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Stream;
import neox.config.model.Activation;
import neox.config.model.AttentionConfig;
import neox.config.model.BlockConfig;
import neox.config.model.Dims;
import neox.config.model.DropoutConfig;
import neox.config.model.GmlpConfig;
import neox.config.model.HeadConfig;
import neox.config.model.InitConfig;
import neox.config.model.InitMethod;
import neox.config.model.MlpConfig;
import neox.config.model.ModelConfig;
import neox.config.model.Norm;
import neox.config.model.Positions;
import neox.config.model.PromptConfig;
import neox.config.model.Residual;
import neox.config.model.TransformerConfig;
import neox.model.Network;
import neox.model.NetworkOptions;
import neox.model.Parameter;
import neox.tensor.Placement;
import neox.tensor.RandomState;
import neox.tensor.Scope;
import neox.weights.spec.NetworkSpec;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Random networks of 64 positions, and random texts for them.
final class Networks {
  private static final int VOCAB = 512;

  /// A way to know positions, and two blocks that are made of something.
  record Kind(Positions positions, List<BlockConfig> blocks, Optional<PromptConfig> prompt) {
    Kind(Positions positions, List<BlockConfig> blocks) {
      this(positions, blocks, Optional.empty());
    }

    Network network() {
      return network(NetworkOptions.Rows.FAST);
    }

    Network network(NetworkOptions.Rows rows) {
      ModelConfig plain =
          new ModelConfig(
              new Dims(32, 4, 2, 64, 64, 128),
              blocks,
              positions,
              new Norm.RmsNorm(1e-6),
              new HeadConfig(true),
              DropoutConfig.NONE,
              new InitConfig(InitMethod.SMALL_INIT, InitMethod.SMALL_INIT, 0.02));
      NetworkOptions options =
          NetworkOptions.inference(Placement.cpu(ScalarType.Float)).withRows(rows);
      Network network = Network.build(NetworkSpec.of(plain.withPrompt(prompt), VOCAB), options);
      network.initialize(4);
      try (var _ = Scope.open()) { // so that no weight is 0
        RandomState.seed(7);
        for (Parameter parameter : network.parameters()) {
          Tensor noise = torch.randn(parameter.spec().shape().sizes());
          parameter.value().add_(noise.mul(new Scalar(0.02)));
        }
      }
      return network;
    }
  }

  /// Those whose rows are computed one by one where that is asked for.
  static Stream<Kind> kindsOfTransformers() {
    return kinds()
        .filter(kind -> kind.blocks.stream().allMatch(TransformerConfig.class::isInstance));
  }

  static Stream<Kind> kinds() {
    AttentionConfig plain = AttentionConfig.PLAIN.withBias(false);
    BlockConfig gmlp = new GmlpConfig(Activation.SILU, false, OptionalInt.empty(), false);
    BlockConfig amlp = new GmlpConfig(Activation.GELU, false, OptionalInt.of(8), false);
    Stream<Kind> everyPosition =
        Stream.of(
                new Positions.Learned(64),
                new Positions.Rotary(0.5, 10_000),
                new Positions.Sinusoidal(),
                new Positions.Relative(8, 20),
                new Positions.Alibi(),
                new Positions.None())
            .flatMap(positions ->
                Stream.of(plain, plain.withWindow(OptionalInt.of(6)))
                    .map(attention -> twice(positions, transformer(attention))));
    return Stream.concat(
        everyPosition,
        Stream.of(
            twice(new Positions.Rotary(1, 10_000), transformer(plain.withNormed(true))),
            twice(new Positions.Alibi(), transformer(plain.withBiasFactor(3))),
            twice(new Positions.None(), gmlp),
            prompted(new Positions.Rotary(1, 10_000), transformer(plain)),
            prompted(new Positions.Learned(64), transformer(plain)),
            prompted(new Positions.Alibi(), transformer(plain.withWindow(OptionalInt.of(6)))),
            new Kind(new Positions.Alibi(), List.of(transformer(plain), amlp))));
  }

  private static Kind prompted(Positions positions, BlockConfig block) {
    return new Kind(positions, List.of(block, block), Optional.of(new PromptConfig(3, 0.5)));
  }

  private static Kind twice(Positions positions, BlockConfig block) {
    return new Kind(positions, List.of(block, block));
  }

  private static BlockConfig transformer(AttentionConfig attention) {
    return new TransformerConfig(
        attention, new MlpConfig(Activation.SWIGLU, false, 48, false), Residual.SEQUENTIAL);
  }

  /// Texts of these lengths and `more` tokens.
  static int[][] texts(int[] lengths, int more) {
    Random random = new Random(8);
    int[][] texts = new int[lengths.length][];
    for (int row = 0; row < lengths.length; row++) {
      texts[row] = random.ints(lengths[row] + more, 0, VOCAB).toArray();
    }
    return texts;
  }

  private Networks() {}
}
