package neox.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import neox.base.json.Json;
import neox.config.model.InitConfig;
import neox.config.model.InitMethod;
import neox.config.model.ModelConfig;
import neox.parallel.Ranks;
import neox.parallel.TensorParallel;
import neox.parallel.Topology;
import neox.tensor.NativeRuntime;
import neox.tensor.RandomState;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import neox.weights.TensorView;
import neox.weights.spec.LayerSpec;
import neox.weights.spec.NetworkSpec;
import neox.weights.spec.Shards;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

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
    return find(network, key).value();
  }

  private static Parameter find(Network network, String key) {
    return network.parameters().stream()
        .filter(p -> p.spec().key().equals(key))
        .findFirst()
        .orElseThrow();
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

  static List<Arguments> recorded() {
    return recordedStatistics().properties().stream()
        .flatMap(method -> Stream.of("A", "B").map(base -> Arguments.of(method.getKey(), base)))
        .toList();
  }

  private static JsonNode recordedStatistics() {
    try (var in = InitializationTest.class.getResourceAsStream("/golden/init/init_stats.json")) {
      return Json.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), "init_stats.json");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Every parameter that NeoX draws, drawn as wide; the same seed gives other numbers.
  @ParameterizedTest
  @MethodSource("recorded")
  void drawsWithTheStatisticsOfNeox(String method, String base) {
    boolean mixed = method.startsWith("mixed_normal");
    InitMethod input = mixed ? InitMethod.NORMAL : method(method);
    InitMethod output = mixed ? InitMethod.SCALED_NORMAL : method(method);
    ModelConfig model = base.equals("A") ? Configs.pythia() : Configs.gpt3();
    InitConfig init = new InitConfig(input, output, mixed ? 0.05 : 0.02);
    try (Network network = Network.build(Configs.spec(model.withInit(init)), Passes.FLOAT);
        var _ = Scope.open()) {
      network.initialize(1);
      recordedStatistics()
          .path(method)
          .path(base)
          .properties()
          .forEach(entry -> compare(value(network, entry.getKey()), entry.getValue()));
    }
  }

  private static InitMethod method(String name) {
    return InitMethod.valueOf(name.toUpperCase(Locale.ROOT));
  }

  private static void compare(Tensor value, JsonNode recorded) {
    double std = recorded.get("std").asDouble();
    double n = value.numel();
    // Two samples of n draws: 5 times the spread of the difference of their deviations and means.
    assertThat(value.std().item_double()).isCloseTo(std, within(5 * std / Math.sqrt(n)));
    assertThat(value.mean().item_double())
        .isCloseTo(recorded.get("mean").asDouble(), within(5 * std * Math.sqrt(2 / n)));
    if (recorded.has("sv_min")) {
      Tensor singular = torch.linalg_svdvals(value);
      assertThat(singular.min().item_double())
          .isCloseTo(recorded.get("sv_min").asDouble(), within(1e-5));
      assertThat(singular.max().item_double())
          .isCloseTo(recorded.get("sv_max").asDouble(), within(1e-5));
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

  /// However many ranks and stages share the network, each holds its pieces of the same weights.
  @ParameterizedTest
  @ValueSource(ints = {2, 4})
  void theFirstWeightsDoNotDependOnTheLayout(int size) {
    for (ModelConfig model :
        List.of(
            Configs.pythia(), Configs.gpt3(), Configs.llama().withDims(Configs.pythia().dims()))) {
      NetworkSpec spec = Configs.spec(model);
      try (Network whole = Network.build(spec, Passes.FLOAT)) {
        whole.initialize(3);
        Ranks.runInProcess(
            new Topology(1, 1, size),
            ranks -> {
              NetworkOptions options = Passes.FLOAT.withTensorParallel(ranks.tensorParallel());
              int middle = spec.layers().size() / 2;
              assertPieces(whole, spec.layers().subList(0, middle), options);
              assertPieces(whole, spec.layers().subList(middle, spec.layers().size()), options);
            });
      }
    }
  }

  private static void assertPieces(Network whole, List<LayerSpec> stage, NetworkOptions options) {
    TensorParallel tp = options.tensorParallel();
    try (Network part = Network.build(whole.spec(), stage, options)) {
      part.initialize(3);
      for (Parameter piece : part.parameters()) {
        TensorView all = find(whole, piece.spec().key()).view();
        TensorView expected = Shards.split(piece.spec(), all, tp.rank(), tp.size());
        assertThat(piece.view().bytes().mismatch(expected.bytes()))
            .as(piece.spec().key())
            .isEqualTo(-1);
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
