package neox.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import neox.config.model.ModelConfig;
import neox.config.model.Positions;
import neox.config.model.Residual;
import neox.model.position.Places;
import neox.tensor.NativeRuntime;
import neox.tensor.RandomState;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Compares whole networks with [ReferenceNetwork].
class ReferenceTest {
  private static final int LENGTH = 30;

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  /// gelu, layernorm, full heads (gpt3, pythia) and swiglu, rmsnorm, grouped queries (llama).
  static Stream<ModelConfig> configs() {
    List<ModelConfig> architectures =
        List.of(
            Configs.gpt3(),
            Configs.pythia(),
            Configs.pythia().withBlocks(b -> b.withResidual(Residual.PARALLEL_TIED_NORM)),
            Configs.llama());
    List<Positions> positions =
        Stream.of(
                Positions.Name.LEARNED,
                Positions.Name.ROTARY,
                Positions.Name.ALIBI,
                Positions.Name.RPE,
                Positions.Name.NONE)
            .map(Configs::positions)
            .toList();
    return architectures.stream()
        .flatMap(config -> positions.stream().map(config::withPositions))
        .flatMap(config -> Stream.of(config, withWindow(config)));
  }

  /// In the second block only.
  private static ModelConfig withWindow(ModelConfig config) {
    return config.withBlocks(
        List.of(
            config.blocks().get(0),
            Configs.withWindow(config, 9).blocks().get(1),
            config.blocks().get(2)));
  }

  @ParameterizedTest
  @MethodSource("configs")
  void logitsEqualTheFormulas(ModelConfig config) {
    int[] ids = Passes.tokens(1, LENGTH)[0];
    try (Network network = network(config)) {
      float[] actual = Passes.logits(network, new int[][] {ids});
      ReferenceNetwork reference = new ReferenceNetwork(network);
      assertClose(actual, reference.logits(ReferenceNetwork.Text.of(ids)));
      assertClose(documents(network, ids), reference.logits(text(ids)));
    }
  }

  /// Three documents in one row, each with positions of its own.
  private static ReferenceNetwork.Text text(int[] ids) {
    int[] segments = new int[LENGTH];
    Arrays.fill(segments, 13, 20, 1);
    Arrays.fill(segments, 20, LENGTH, 2);
    int[] positions = new int[LENGTH];
    for (int i = 1; i < LENGTH; i++) {
      positions[i] = segments[i] == segments[i - 1] ? positions[i - 1] + 1 : 0;
    }
    return new ReferenceNetwork.Text(ids, positions, segments);
  }

  private static float[] documents(Network network, int[] ids) {
    ReferenceNetwork.Text text = text(ids);
    try (var _ = Scope.open()) {
      Tensor positions = TensorData.ofIds(new int[][] {text.positions()});
      Segments segments = new Segments(List.of(new int[] {13, 7, LENGTH - 20}));
      Inputs inputs =
          Inputs.of(TensorData.ofIds(new int[][] {ids}))
              .withPositions(new Places.Each(positions, LENGTH))
              .withVisibility(Visibility.all().withSegments(segments));
      return TensorData.floats(Passes.logits(network, inputs));
    }
  }

  /// Random weights, biases and norms, none of which is zero or one.
  private static Network network(ModelConfig config) {
    Network network = Passes.random(config, Passes.FLOAT);
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

  /// float32 against double through three blocks, on logits up to 5.
  private static void assertClose(float[] actual, double[][] expected) {
    double most = 0;
    for (int i = 0; i < expected.length; i++) {
      for (int token = 0; token < Configs.VOCAB; token++) {
        double difference = actual[i * Configs.VOCAB + token] - expected[i][token];
        most = Math.max(most, Math.abs(difference));
      }
    }
    assertThat(most).isLessThan(1e-5);
  }
}
