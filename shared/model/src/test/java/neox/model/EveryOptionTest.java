package neox.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import neox.config.model.Dims;
import neox.config.model.HeadConfig;
import neox.config.model.ModelConfig;
import neox.model.position.Places;
import neox.tensor.Gradients;
import neox.tensor.NativeRuntime;
import neox.tensor.RandomState;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import neox.weights.spec.NetworkSpec;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each option of an architecture alone and with each other one: logits by the formulas of
/// [ReferenceNetwork], gradients by finite differences.
class EveryOptionTest {
  private static final int VOCAB = 16;
  private static final int LENGTH = 9;

  /// Of float32 against double through two blocks, on logits up to 5.
  private static final double TOLERANCE = 1e-5;

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  /// Two blocks of 4 heads of 4 dims, in which nothing special is chosen.
  private static ModelConfig plain() {
    ModelConfig small =
        Configs.gpt3().withDims(new Dims(16, 4, 4, 64, 64, 1)).withHead(new HeadConfig(false));
    ModelConfig narrow = small.withTransformers(block -> block.withMlp(block.mlp().withSize(12)));
    return narrow.withBlocks(Collections.nCopies(2, narrow.blocks().getFirst()));
  }

  static Stream<Choice> choices() {
    return Choice.all().stream();
  }

  /// Alone, and together with every choice of another axis that stands later in the list.
  private static List<Choice> partners(Choice choice) {
    List<Choice> all = Choice.all();
    int index = all.stream().map(Choice::toString).toList().indexOf(choice.toString());
    List<Choice> partners = new ArrayList<>(List.of(choice));
    all.subList(index, all.size()).stream().filter(choice::goesWith).forEach(partners::add);
    return partners;
  }

  @ParameterizedTest
  @MethodSource("choices")
  void logitsEqualTheFormulas(Choice choice) {
    for (Choice partner : partners(choice)) {
      try (Network network = network(choice, partner, Passes.FLOAT)) {
        ReferenceNetwork.Text text = ReferenceNetwork.Text.of(ids()[0]);
        assertThat(error(network, text, Passes.logits(network, new int[][] {text.ids()})))
            .as("%s with %s", choice, partner)
            .isLessThan(TOLERANCE);
      }
    }
  }

  static Stream<Choice> choicesWithDocuments() {
    return choices().filter(Choice::allowsDocuments);
  }

  @ParameterizedTest
  @MethodSource("choicesWithDocuments")
  void documentsInOneRowAreTextsOfTheirOwn(Choice choice) {
    try (Network network = network(choice, choice, Passes.FLOAT)) {
      ReferenceNetwork.Text text =
          new ReferenceNetwork.Text(
              ids()[0],
              new int[] {0, 1, 2, 3, 0, 0, 1, 2, 3},
              new int[] {0, 0, 0, 0, 1, 2, 2, 2, 2});
      assertThat(error(network, text, documents(network, text))).isLessThan(TOLERANCE);
    }
  }

  private static float[] documents(Network network, ReferenceNetwork.Text text) {
    try (var _ = Scope.open()) {
      Tensor positions = TensorData.ofIds(new int[][] {text.positions()});
      Segments segments = new Segments(List.of(new int[] {4, 1, 4}));
      Inputs inputs =
          Inputs.of(TensorData.ofIds(new int[][] {text.ids()}))
              .withPositions(new Places.Each(positions, LENGTH))
              .withVisibility(Visibility.all().withSegments(segments));
      return TensorData.floats(Passes.logits(network, inputs));
    }
  }

  /// The largest difference from the reference.
  private static double error(Network network, ReferenceNetwork.Text text, float[] actual) {
    double[][] expected = new ReferenceNetwork(network).logits(text);
    double most = 0;
    for (int i = 0; i < actual.length; i++) {
      most = Math.max(most, Math.abs(actual[i] - expected[i / VOCAB][i % VOCAB]));
    }
    return most;
  }

  /// In double precision, along one random direction through all parameters at once.
  @ParameterizedTest
  @MethodSource("choices")
  void gradientsEqualFiniteDifferences(Choice choice) {
    for (Choice partner : partners(choice)) {
      try (Network network = network(choice, partner, Passes.training(ScalarType.Double));
          var _ = Scope.open()) {
        double slope = 0;
        Passes.loss(network, ids()).backward();
        List<Tensor> directions = directions(network);
        for (int i = 0; i < directions.size(); i++) {
          Tensor direction = directions.get(i);
          slope +=
              Gradients.of(network.parameters().get(i).value()) // none where it is not used
                  .map(gradient -> gradient.mul(direction).sum().item_double())
                  .orElse(0.0);
        }
        double step = 1e-7; // small: relu has kinks
        double above = lossAt(network, directions, step);
        double below = lossAt(network, directions, -2 * step);
        // Rounding of two losses near 3 leaves 4e-16 / 1e-7, and the third derivative 1e-14.
        double most = 2e-6 * Math.max(1, Math.abs(slope));
        assertThat(Math.abs((above - below) / (2 * step) - slope))
            .as("%s with %s", choice, partner)
            .isLessThan(most);
      }
    }
  }

  private static List<Tensor> directions(Network network) {
    RandomState.seed(3);
    return network.parameters().stream()
        .map(p ->
            torch
                .randn(p.spec().shape().sizes())
                .to(ScalarType.Double)
                .mul(new Scalar(p.spec().trainable() ? 1 : 0)))
        .toList();
  }

  private static double lossAt(Network network, List<Tensor> directions, double by) {
    try (NoGradGuard _ = new NoGradGuard()) {
      for (int i = 0; i < directions.size(); i++) {
        network.parameters().get(i).value().add_(directions.get(i), new Scalar(by));
      }
      return Passes.loss(network, ids()).item_double();
    }
  }

  private static int[][] ids() {
    int[][] ids = Passes.tokens(2, LENGTH);
    for (int[] row : ids) {
      for (int i = 0; i < row.length; i++) {
        row[i] %= VOCAB;
      }
    }
    return ids;
  }

  /// Random weights, biases and norms, none of which is zero or one.
  private static Network network(Choice choice, Choice partner, NetworkOptions options) {
    ModelConfig config = choice.change().apply(plain());
    Network network =
        Network.build(
            NetworkSpec.of(partner.equals(choice) ? config : partner.change().apply(config), VOCAB),
            options);
    network.initialize(1);
    RandomState.seed(6);
    try (var _ = new NoGradGuard();
        var _ = Scope.open()) {
      for (Parameter parameter : network.parameters()) {
        Tensor noise = torch.randn(parameter.spec().shape().sizes()).mul(new Scalar(0.1));
        parameter.value().add_(noise);
      }
    }
    return network;
  }
}
