package neox.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import neox.config.ModelConfig;
import neox.tensor.Gradients;
import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import neox.weights.TensorStore;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
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
    Network network = Network.build(config, Configs.VOCAB, options);
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
      default -> throw new IllegalArgumentException(name);
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"pythia_step0", "pythia_step20"})
  void logitsEqualThoseOfTransformers(String name) throws IOException {
    float[] expected = Golden.floats(name + ".logits.f32");
    int rows = expected.length / (64 * Configs.VOCAB);
    int[][] input = Golden.rows(Golden.json("logits.json").get("input"));
    try (Network network =
            load(
                Configs.pythia(),
                name + ".safetensors",
                NetworkOptions.inference(ScalarType.Float));
        var _ = Scope.open()) {
      Tensor logits = network.logits(TensorData.ofIds(Arrays.copyOf(input, rows)));
      assertThat(maxDifference(TensorData.floats(logits), expected)).isLessThan(5e-6f);
    }
  }

  @Test
  void bfloat16LogitsStayNearThoseOfFloat32() throws IOException {
    float[] expected = Golden.floats("pythia_step20.logits.f32");
    int[][] input = Golden.rows(Golden.json("logits.json").get("input"));
    NetworkOptions options = NetworkOptions.inference(ScalarType.BFloat16);
    try (Network network = load(Configs.pythia(), "pythia_step20.safetensors", options);
        var _ = Scope.open()) {
      float[] actual = TensorData.floats(network.logits(TensorData.ofIds(input)));
      // Three blocks at 8 bits of mantissa: a few roundings of 2^-8 on values up to 5.
      assertThat(maxDifference(actual, expected)).isBetween(1e-3f, 0.15f);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"pythia", "gpt3", "llama"})
  void lossAndEveryGradientNormEqualNeoXsFirstStep(String name) throws IOException {
    JsonNode expected = Golden.json(name + "_iteration1.json");
    NetworkOptions options = NetworkOptions.training(ScalarType.Float);
    try (Network network = load(config(name), name + "_step0.safetensors", options);
        var _ = Scope.open()) {
      double sum = 0;
      for (JsonNode microBatch : expected.get("micro_batches")) {
        Tensor loss = loss(network, Golden.rows(microBatch));
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

  private static Tensor loss(Network network, int[][] rows) {
    Tensor text = TensorData.ofIds(rows);
    long s = text.size(1) - 1;
    return network.loss(text.narrow(1, 0, s), text.narrow(1, 1, s), torch.ones(text.size(0), s));
  }

  @Test
  void lossWithLabelsEqualsThatOfTransformers() throws IOException {
    JsonNode golden = Golden.json("logits.json");
    NetworkOptions options = NetworkOptions.inference(ScalarType.Float);
    try (Network network = load(Configs.pythia(), "pythia_step20.safetensors", options);
        var _ = Scope.open()) {
      Tensor input = TensorData.ofIds(Golden.rows(golden.get("input")));
      Tensor labels = TensorData.ofIds(Golden.rows(golden.get("labels")));
      Tensor loss = network.evaluationLoss(input, labels, torch.ones(4, 64));
      assertThat(loss.item_double())
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
