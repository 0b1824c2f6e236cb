package neox.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import neox.config.NeoxConfig;
import neox.model.Head;
import neox.model.Inputs;
import neox.model.Mode;
import neox.model.Network;
import neox.model.NetworkOptions;
import neox.model.Parameter;
import neox.model.stage.NetworkStage;
import neox.parallel.Ranks;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.train.optimizer.GradientBuckets;
import neox.train.optimizer.Holdings;
import neox.train.optimizer.Optimizer;
import neox.weights.spec.LayerSpec;
import neox.weights.spec.NetworkSpec;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// How large the activations of one network are before and after its first steps, all on the same
/// random tokens.
///
/// What a layer computes is what the network up to it computes, so for each layer there is a second
/// network that ends there and gets the weights of the first.
final class Coordinates implements AutoCloseable {
  private static final int ROWS = 4;
  private static final int MOST_TOKENS = 64;
  private static final int ONLY = 0;

  private final NeoxConfig config;
  private final Network network;
  private final Map<String, Network> prefixes = new LinkedHashMap<>();
  private final Placement placement = Placement.cpu(ScalarType.Float);
  private final int[][] tokens;

  Coordinates(NeoxConfig config) {
    this.config = config;
    int vocabulary = config.model().dims().vocabDivisor();
    NetworkSpec spec = NetworkSpec.of(config.model(), vocabulary);
    NetworkOptions options = NetworkOptions.training(placement);
    this.network = Network.build(spec, options);
    network.initialize(config.data().seed());
    List<LayerSpec> layers = spec.layers();
    for (int last = 0; last < layers.size(); last++) {
      if (layers.get(last) instanceof LayerSpec.Embedding || isBlock(layers.get(last))) {
        String name = last == 0 ? "embedding" : "block " + (last - 1);
        prefixes.put(name, Network.build(spec, layers.subList(0, last + 1), options));
      }
    }
    Random random = new Random(config.data().seed());
    int length = Math.min(MOST_TOKENS, config.model().seqLength());
    this.tokens = new int[ROWS][];
    for (int row = 0; row < ROWS; row++) {
      tokens[row] = random.ints(length + 1, 0, vocabulary).toArray();
    }
  }

  private static boolean isBlock(LayerSpec layer) {
    return switch (layer) {
      case LayerSpec.Transformer _, LayerSpec.Gmlp _ -> true;
      case LayerSpec.Embedding _, LayerSpec.SoftPrompt _ -> false;
      case LayerSpec.FinalNorm _, LayerSpec.Head _ -> false;
    };
  }

  /// The mean absolute activation by layer, at first and after each step.
  List<Map<String, Double>> train(int steps) {
    List<Map<String, Double>> measured = new ArrayList<>();
    measured.add(measure());
    Holdings holdings =
        Holdings.of(network.parameters(), network.spec().parameters(), Ranks.single());
    try (GradientBuckets gradients = GradientBuckets.of(holdings);
        Optimizer optimizer = Optimizer.of(config.optimizer(), ONLY, gradients)) {
      NetworkStage stage = new NetworkStage(network, _ -> new Text(), Mode.TRAINING);
      for (int step = 0; step < steps; step++) {
        try (var _ = Scope.open()) {
          gradients.clear();
          stage.forward(ONLY, Optional.empty());
          stage.backward(ONLY, Optional.empty());
          gradients.accumulate();
          optimizer.step(config.optimizer().learningRate());
        }
        measured.add(measure());
      }
    }
    return measured;
  }

  private Map<String, Double> measure() {
    Map<String, Double> sizes = new LinkedHashMap<>();
    try (var _ = Scope.open();
        var _ = new NoGradGuard()) {
      prefixes.forEach((name, prefix) -> {
        copy(network, prefix);
        Tensor output =
            new NetworkStage(prefix, _ -> new Text(), Mode.EVALUATION)
                .forward(ONLY, Optional.empty());
        sizes.put(name, output.abs().mean().item_double());
      });
      Tensor logits =
          NetworkStage.evaluate(network, inputs(), (hidden, head) -> head.logits(hidden));
      sizes.put("logits", logits.abs().mean().item_double());
    }
    return sizes;
  }

  private static void copy(Network from, Network to) {
    for (Parameter target : to.parameters()) {
      for (Parameter source : from.parameters()) {
        if (source.spec().key().equals(target.spec().key())) {
          target.value().copy_(source.value());
        }
      }
    }
  }

  private Inputs inputs() {
    return Inputs.of(columns(0));
  }

  /// All tokens but the last (0), or but the first (1): `[b, s]`.
  private Tensor columns(int from) {
    return placement.ids(tokens).narrow(1, from, tokens[0].length - 1L).contiguous();
  }

  /// The random tokens as a micro-batch whose loss is the mean of -log p.
  private final class Text implements NetworkStage.Item {
    @Override
    public Inputs inputs() {
      return Coordinates.this.inputs();
    }

    @Override
    public Tensor output(Tensor hidden, Head head) {
      return head.logLikelihoods(hidden, columns(1)).mean().neg();
    }
  }

  @Override
  public void close() {
    prefixes.values().forEach(Network::close);
    network.close();
  }
}
