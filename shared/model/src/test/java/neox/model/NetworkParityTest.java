package neox.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import neox.config.model.Dims;
import neox.config.model.ModelConfig;
import neox.config.model.Positions;
import neox.model.stage.NetworkStage;
import neox.tensor.Gradients;
import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import neox.weights.TensorStore;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Compares with what GPT-NeoX and transformers computed; see `golden/network/README.md`.
class NetworkParityTest {
  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  private static Network load(ModelConfig config, String weights, NetworkOptions options)
      throws IOException {
    Network network = Network.build(Configs.spec(config), options);
    try (TensorStore store = Golden.weights(weights)) {
      network.load(store);
    }
    return network;
  }

  private static ModelConfig config(String name) {
    return switch (name) {
      case "pythia" -> Configs.pythia();
      case "gpt3" -> Configs.gpt3();
      case "llama" -> Configs.llama();
      case "rpe" -> Configs.gpt3().withPositions(new Positions.Relative(32, 128));
      case "alibi" ->
          Configs.gpt3()
              .withDims(new Dims(72, 6, 6, 64, 64, 128))
              .withTransformers(block -> block.withMlp(block.mlp().withSize(288)))
              .withPositions(new Positions.Alibi());
      case "window" -> Configs.withWindow(Configs.pythia(), 16);
      default -> throw new IllegalArgumentException(name);
    };
  }

  /// The network with a window starts from the same weights as the one without.
  private static String weights(String name) {
    return (name.equals("window") ? "pythia" : name) + "_step0.safetensors";
  }

  @ParameterizedTest
  @ValueSource(strings = {"pythia_step0", "pythia_step20"})
  void logitsEqualThoseOfTransformers(String name) throws IOException {
    float[] expected = Golden.floats(name + ".logits.f32");
    int rows = expected.length / (64 * Configs.VOCAB);
    int[][] input = Golden.rows(Golden.json("logits.json").get("input"));
    try (Network network =
            load(Configs.pythia(), name + ".safetensors", Passes.inference(ScalarType.Float));
        var _ = Scope.open()) {
      float[] logits = Passes.logits(network, Arrays.copyOf(input, rows));
      assertThat(maxDifference(logits, expected)).isLessThan(5e-6f);
    }
  }

  @Test
  void bfloat16LogitsStayNearThoseOfFloat32() throws IOException {
    float[] expected = Golden.floats("pythia_step20.logits.f32");
    int[][] input = Golden.rows(Golden.json("logits.json").get("input"));
    NetworkOptions options = Passes.inference(ScalarType.BFloat16);
    try (Network network = load(Configs.pythia(), "pythia_step20.safetensors", options);
        var _ = Scope.open()) {
      float[] actual = Passes.logits(network, input);
      // Three blocks at 8 bits of mantissa: a few roundings of 2^-8 on values up to 5.
      assertThat(maxDifference(actual, expected)).isBetween(1e-3f, 0.15f);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"pythia", "gpt3", "llama", "rpe", "alibi", "window"})
  void lossAndEveryGradientNormEqualNeoXsFirstStep(String name) throws IOException {
    JsonNode expected = Golden.json(name + "_iteration1.json");
    NetworkOptions options = Passes.training(ScalarType.Float);
    try (Network network = load(config(name), weights(name), options);
        var _ = Scope.open()) {
      double sum = 0;
      for (JsonNode microBatch : expected.get("micro_batches")) {
        Tensor loss = Passes.loss(network, Golden.rows(microBatch));
        loss.backward();
        sum += loss.item_double();
      }
      double relative = expected.get("lm_loss").asDouble() * 1e-6;
      assertThat(sum / 2).isCloseTo(expected.get("lm_loss").asDouble(), within(relative));
      assertGradientNorms(network, expected.get("grad_norms"));
    }
  }

  private static void assertGradientNorms(Network network, JsonNode expected) {
    List<String> compared = new ArrayList<>();
    for (Parameter parameter : network.parameters()) {
      String key = parameter.spec().key();
      double norm = Gradients.of(parameter.value()).orElseThrow().norm().item_double();
      double golden = expected.get(key).asDouble();
      assertThat(norm).as(key).isCloseTo(golden, within(2e-6 * golden));
      compared.add(key);
    }
    assertThat(compared).hasSize(expected.size());
  }

  @Test
  void lossWithLabelsEqualsThatOfTransformers() throws IOException {
    JsonNode golden = Golden.json("logits.json");
    NetworkOptions options = Passes.inference(ScalarType.Float);
    try (Network network = load(Configs.pythia(), "pythia_step20.safetensors", options);
        var _ = Scope.open()) {
      Tensor input = TensorData.ofIds(Golden.rows(golden.get("input")));
      Tensor labels = TensorData.ofIds(Golden.rows(golden.get("labels")));
      Tensor logLikelihoods =
          NetworkStage.evaluate(
              network, Inputs.of(input), (hidden, head) -> head.logLikelihoods(hidden, labels));
      assertThat(-logLikelihoods.mean().item_double())
          .isCloseTo(golden.get("pythia_step20").get("loss").asDouble(), within(4e-6));
    }
  }

  private static float maxDifference(float[] a, float[] b) {
    assertThat(a).hasSameSizeAs(b);
    float most = 0;
    for (int i = 0; i < a.length; i++) {
      most = Math.max(most, Math.abs(a[i] - b[i]));
    }
    return most;
  }
}
