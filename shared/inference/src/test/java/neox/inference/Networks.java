package neox.inference;

import java.util.Collections;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Stream;
import neox.config.model.Activation;
import neox.config.model.AttentionConfig;
import neox.config.model.BlockConfig;
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
import neox.model.Network;
import neox.model.NetworkOptions;
import neox.tensor.Placement;
import neox.weights.spec.NetworkSpec;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Random networks of 64 positions, and random texts for them.
final class Networks {
  private static final int VOCAB = 512;

  /// A way to know positions, with a window or without.
  record Kind(Positions positions, OptionalInt window) {
    Network network() {
      BlockConfig block =
          new BlockConfig(
              AttentionConfig.PLAIN.withBias(false).withWindow(window),
              new MlpConfig(Activation.SWIGLU, false, 48, false),
              Residual.SEQUENTIAL);
      ModelConfig config =
          new ModelConfig(
              new Dims(32, 4, 2, 64, 64, 128),
              Collections.nCopies(2, block),
              positions,
              new Norm.RmsNorm(1e-6),
              new HeadConfig(true),
              DropoutConfig.NONE,
              new InitConfig(InitMethod.SMALL_INIT, InitMethod.SMALL_INIT, 0.02));
      NetworkOptions options = NetworkOptions.inference(Placement.cpu(ScalarType.Float));
      Network network = Network.build(NetworkSpec.of(config, VOCAB), options);
      network.initialize(4);
      return network;
    }
  }

  static Stream<Kind> kinds() {
    return Stream.of(
            new Positions.Learned(64),
            new Positions.Rotary(0.5, 10_000),
            new Positions.Sinusoidal(),
            new Positions.Relative(8, 20),
            new Positions.Alibi(),
            new Positions.None())
        .flatMap(positions ->
            Stream.of(
                new Kind(positions, OptionalInt.empty()), new Kind(positions, OptionalInt.of(6))));
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
