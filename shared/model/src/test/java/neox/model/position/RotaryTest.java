package neox.model.position;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import neox.base.json.Json;
import neox.config.model.Positions;
import neox.config.model.RotaryScaling;
import neox.tensor.NativeRuntime;
import neox.tensor.Owner;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RotaryTest {
  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  static Stream<JsonNode> cases() throws IOException {
    try (var in = RotaryTest.class.getResourceAsStream("/golden/rope/rope.json")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return StreamSupport.stream(Json.parse(text, "rope.json").spliterator(), false)
          .toList()
          .stream();
    }
  }

  private static RotaryScaling scaling(JsonNode rope) {
    double factor = rope.get("factor").asDouble();
    switch (rope.get("rope_type").asText()) {
      case "linear" -> {
        return new RotaryScaling.Linear(factor);
      }
      case "llama3" -> {
        return new RotaryScaling.Llama3(
            factor,
            rope.get("original_max_position_embeddings").asInt(),
            rope.get("low_freq_factor").asDouble(),
            rope.get("high_freq_factor").asDouble());
      }
      default -> {}
    }
    return new RotaryScaling.Yarn(
        factor,
        rope.get("original_max_position_embeddings").asInt(),
        rope.path("beta_fast").asDouble(32),
        rope.path("beta_slow").asDouble(1),
        rope.path("attention_factor").asDouble(RotaryScaling.Yarn.attentionFactor(factor)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void turnsAsTransformersDoes(JsonNode recorded) {
    JsonNode rope = recorded.get("rope");
    Positions.Rotary config =
        new Positions.Rotary(
            rope.path("partial_rotary_factor").asDouble(1),
            rope.get("rope_theta").asInt(),
            scaling(rope));
    try (Owner owner = new Owner();
        var _ = Scope.open()) {
      int headDim = recorded.get("head_dim").asInt();
      Rotary rotary = Rotary.of(config, headDim, 201, Placement.cpu(ScalarType.Float), owner);
      List<JsonNode> positions = recorded.get("positions").valueStream().toList();
      for (int i = 0; i < positions.size(); i++) {
        long position = positions.get(i).asLong();
        float[] cos = TensorData.floats(rotary.cos().narrow(0, position, 1));
        float[] sin = TensorData.floats(rotary.sin().narrow(0, position, 1));
        int half = rotary.rotated() / 2;
        assertThat(recorded.get("cos").get(i)).hasSize(half);
        for (int k = 0; k < half; k++) {
          // Angles up to 200 in float32 are exact to 1e-5.
          assertThat(cos[k])
              .isCloseTo((float) recorded.get("cos").get(i).get(k).asDouble(), within(2e-5f));
          assertThat(sin[half + k])
              .isCloseTo((float) recorded.get("sin").get(i).get(k).asDouble(), within(2e-5f));
        }
      }
    }
  }
}
