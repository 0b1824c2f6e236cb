package neox.model;

import java.util.Random;
import neox.config.model.ModelConfig;
import neox.model.stage.NetworkStage;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Networks for tests, and passes through them.
final class Passes {
  static final NetworkOptions FLOAT = inference(ScalarType.Float);

  static NetworkOptions inference(ScalarType type) {
    return NetworkOptions.inference(Placement.cpu(type));
  }

  static NetworkOptions training(ScalarType type) {
    return NetworkOptions.training(Placement.cpu(type));
  }

  static Network random(ModelConfig config, NetworkOptions options) {
    Network network = Network.build(Configs.spec(config), options);
    network.initialize(1);
    return network;
  }

  /// Rows of random tokens.
  static int[][] tokens(int rows, int length) {
    Random random = new Random(5);
    int[][] tokens = new int[rows][];
    for (int r = 0; r < rows; r++) {
      tokens[r] = random.ints(length, 0, Configs.VOCAB).toArray();
    }
    return tokens;
  }

  /// `[b, s, V]`, without dropout.
  static Tensor logits(Network network, Inputs inputs) {
    return NetworkStage.evaluate(network, inputs, (hidden, head) -> head.logits(hidden));
  }

  static float[] logits(Network network, int[][] rows) {
    try (var _ = Scope.open()) {
      return TensorData.floats(logits(network, Inputs.of(TensorData.ofIds(rows))));
    }
  }

  /// The mean of -log p of each row's next tokens, in training.
  static Tensor loss(Network network, int[][] rows) {
    Tensor text = TensorData.ofIds(rows);
    long s = text.size(1) - 1;
    Tensor ids = text.narrow(1, 0, s);
    Tensor labels = text.narrow(1, 1, s);
    return Scope.run(() -> {
      Tensor hidden = network.forward(ids, Inputs.of(ids), Mode.TRAINING);
      Head head = network.head().orElseThrow();
      return network.atHead(() -> head.logLikelihoods(hidden, labels).mean().neg());
    });
  }

  private Passes() {}
}
