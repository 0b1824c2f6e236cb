package neox.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import neox.config.model.InitConfig;
import neox.config.model.InitMethod;
import neox.tensor.NativeRuntime;
import neox.tensor.RandomState;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InitializationTest {
  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  private static Network network(InitMethod input, InitMethod output, long seed) {
    InitConfig init = new InitConfig(input, output, 0.02);
    Network network = Network.build(Configs.spec(Configs.pythia().withInit(init)), Passes.FLOAT);
    network.initialize(seed);
    return network;
  }

  private static Tensor value(Network network, String key) {
    return network.parameters().stream()
        .filter(p -> p.spec().key().equals(key))
        .findFirst()
        .orElseThrow()
        .value();
  }

  /// Standard deviations by NeoX's formulas for 3 layers, hidden 64, std 0.02; xavier on [192, 64].
  @ParameterizedTest
  @CsvSource({
    "NORMAL, 0.02",
    "SCALED_NORMAL, 0.0081650",
    "SINGLE_RESIDUAL_SCALED_NORMAL, 0.0115470",
    "SMALL_INIT, 0.0790569",
    "WANG_INIT, 0.0833333",
    "XAVIER_NORMAL, 0.0883883",
    "XAVIER_UNIFORM, 0.0883883"
  })
  void drawsWithTheRightSpread(InitMethod method, double std) {
    try (Network network = network(method, InitMethod.NORMAL, 1);
        var _ = Scope.open()) {
      Tensor weight = value(network, "3.attention.query_key_value.weight");
      // 12288 draws: the sample's own spread has a relative error of 1/√(2·12288) = 0.6 %.
      assertThat(weight.std().item_double()).isCloseTo(std, within(0.03 * std));
      assertThat(weight.mean().item_double()).isCloseTo(0, within(0.03 * std));
      assertThat(value(network, "3.mlp.linear2.weight").std().item_double())
          .isCloseTo(0.02, within(0.0006));
    }
  }

  @Test
  void uniformDrawsStayInTheirBounds() {
    try (Network network = network(InitMethod.XAVIER_UNIFORM, InitMethod.NORMAL, 1);
        var _ = Scope.open()) {
      Tensor weight = value(network, "3.attention.query_key_value.weight");
      double bound = Math.sqrt(6.0 / (192 + 64));
      assertThat(weight.abs().max().item_double()).isBetween(0.99 * bound, bound);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "SCALED_ORTHOGONAL, 3.attention.dense.weight, 0.6666667",
    "SCALED_ORTHOGONAL, 3.mlp.linear2.weight, 0.6666667",
    "SCALED_ORTHOGONAL, 3.mlp.linear1.weight, 0.6666667",
    "ORTHOGONAL, 3.mlp.linear1.weight, 2"
  })
  void orthogonalMatricesHaveEqualSingularValues(InitMethod method, String key, double square) {
    try (Network network = network(method, method, 1);
        var _ = Scope.open()) {
      Tensor weight = value(network, key);
      Tensor shorter = weight.size(0) <= weight.size(1) ? weight : weight.t();
      Tensor gram = shorter.matmul(shorter.t());
      Tensor expected = torch.eye(shorter.size(0)).mul(new Scalar(square));
      assertThat(gram.sub(expected).abs().max().item_double()).isLessThan(1e-5);
    }
  }

  @Test
  void biasesAreZeroAndNormWeightsOne() {
    try (Network network = network(InitMethod.NORMAL, InitMethod.NORMAL, 1);
        var _ = Scope.open()) {
      for (Parameter parameter : network.parameters()) {
        String name = parameter.spec().key();
        if (name.endsWith("bias")) {
          assertThat(TensorData.floats(parameter.value())).containsOnly(0f);
        }
        if (name.endsWith("norm.weight")) {
          assertThat(TensorData.floats(parameter.value())).containsOnly(1f);
        }
      }
    }
  }

  @Test
  void theSameSeedGivesTheSameWeightsWhateverWasDrawnBefore() {
    try (Network first = network(InitMethod.NORMAL, InitMethod.NORMAL, 1);
        Network other = network(InitMethod.NORMAL, InitMethod.NORMAL, 2);
        var _ = Scope.open()) {
      RandomState.seed(99);
      byte[] state = RandomState.save();
      try (Network again = network(InitMethod.NORMAL, InitMethod.NORMAL, 1)) {
        String key = "4.mlp.linear1.weight";
        float[] expected = TensorData.floats(value(first, key));
        assertThat(TensorData.floats(value(again, key))).isEqualTo(expected);
        assertThat(TensorData.floats(value(other, key))).isNotEqualTo(expected);
        assertThat(TensorData.floats(value(first, "3.mlp.linear1.weight"))).isNotEqualTo(expected);
      }
      assertThat(RandomState.save()).isEqualTo(state);
    }
  }
}
