package neox.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import neox.base.UserException;
import neox.config.Activation;
import neox.config.InitMethod;
import neox.config.ModelConfig;
import neox.config.Norm;
import neox.config.PositionEmbedding;
import neox.model.Network;
import neox.model.NetworkOptions;
import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TextGeneratorTest {
  private static final int NO_STOP = -1;

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  private static TextGenerator greedy(Network network) {
    return TextGenerator.of(network, Sampler.greedy(), 64);
  }

  @Test
  void continuesGreedilyAsTransformersDoesWithAndWithoutCache() {
    int[] prompt = Pythia.expected("greedy_prompt");
    int[] expected = Pythia.expected("greedy_40");
    try (Network network = Pythia.network(ScalarType.Float)) {
      assertThat(greedy(network).generate(prompt, 40, t -> false)).isEqualTo(expected);
      assertThat(greedy(network).recomputing().generate(prompt, 40, t -> false))
          .isEqualTo(expected);
    }
  }

  /// NeoX's own generate.py on the same checkpoint, with `recompute: true`.
  @Test
  void continuesGreedilyAsNeoXDoesWhateverCameBefore() {
    try (Network network = Pythia.network(ScalarType.Float)) {
      TextGenerator generator = greedy(network);
      assertThat(continuation(generator, "The quick brown"))
          .isEqualTo("e te te te te te te te te te te te te te");
      assertThat(continuation(generator, "int main(void)"))
          .isEqualTo(" t te t te te te te te te te te te te te");
      assertThat(continuation(generator, "and the license"))
          .isEqualTo(" te te te te te te te te te te te te te ");
    }
  }

  private static String continuation(TextGenerator generator, String prompt) {
    byte[] bytes = prompt.getBytes(StandardCharsets.UTF_8);
    int[] ids = new int[bytes.length];
    Arrays.setAll(ids, i -> bytes[i]);
    StringBuilder text = new StringBuilder();
    for (int id : generator.generateText(ids, 40, NO_STOP).tokens()) {
      text.append((char) id);
    }
    return text.toString();
  }

  @ParameterizedTest
  @EnumSource(
      value = ScalarType.class,
      names = {"Float", "BFloat16"})
  void theCacheGivesTheSameLogitsAsReadingAllAgain(ScalarType dtype) {
    // float32: other summation orders; bfloat16: a few roundings of 2^-8 on logits up to 5.
    float tolerance = dtype == ScalarType.Float ? 1e-5f : 0.1f;
    try (Network network = Pythia.network(dtype)) {
      assertSameLogits(network, tolerance);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = PositionEmbedding.class,
      names = {"LEARNED", "ROTARY", "SINUSOIDAL", "NONE"})
  void theCacheGivesTheSameLogitsForGroupedQueriesAndEveryPosition(PositionEmbedding position) {
    ModelConfig config =
        new ModelConfig(
            2,
            32,
            4,
            2,
            64,
            64,
            Norm.RMSNORM,
            1e-6,
            position,
            0.5,
            10_000,
            true,
            false,
            false,
            false,
            false,
            Activation.SWIGLU,
            false,
            48,
            0,
            0,
            false,
            InitMethod.SMALL_INIT,
            InitMethod.SMALL_INIT,
            0.02,
            128);
    try (Network network = Network.build(config, 512, NetworkOptions.inference(ScalarType.Float))) {
      network.initialize(4);
      assertSameLogits(network, 1e-5f);
    }
  }

  /// A prompt in two pieces, then single tokens.
  private static void assertSameLogits(Network network, float tolerance) {
    int[] text = Pythia.expected("row0");
    List<int[]> pieces =
        List.of(
            Arrays.copyOfRange(text, 0, 7),
            Arrays.copyOfRange(text, 7, 12),
            Arrays.copyOfRange(text, 12, 13),
            Arrays.copyOfRange(text, 13, 14));
    try (Decoder cached = Decoder.cached(network, 14);
        Decoder recomputing = Decoder.recomputing(network);
        var _ = Scope.open()) {
      for (int[] piece : pieces) {
        float[] expected = TensorData.floats(recomputing.read(piece));
        float[] actual = TensorData.floats(cached.read(piece));
        for (int i = 0; i < expected.length; i++) {
          assertThat(actual[i]).isCloseTo(expected[i], within(tolerance));
        }
      }
      assertThatThrownBy(() -> cached.read(1))
          .isInstanceOf(UserException.class)
          .hasMessage("15 tokens do not fit the 14 positions of the model");
    }
  }

  @Test
  void stopsAtTheEndOfDocumentAndLeavesItOut() {
    int[] prompt = Pythia.expected("greedy_prompt");
    int dash = Pythia.expected("greedy_40")[0];
    try (Network network = Pythia.network(ScalarType.Float)) {
      Generation generation = greedy(network).generateText(prompt, 5, dash);
      assertThat(generation.finished()).isTrue();
      assertThat(generation.tokens()).isEmpty();
      assertThat(greedy(network).generate(prompt, 5, t -> t == dash)).containsExactly(dash);
      Generation unfinished = greedy(network).generateText(prompt, 5, NO_STOP);
      assertThat(unfinished.finished()).isFalse();
      assertThat(unfinished.tokens()).hasSize(5);
    }
  }

  @Test
  void fillsNoMoreThanTheModelsLength() {
    int[] row = Pythia.expected("row0");
    try (Network network = Pythia.network(ScalarType.Float)) {
      assertThat(greedy(network).generate(Arrays.copyOf(row, 62), 40, t -> false)).hasSize(2);
      assertThat(greedy(network).generate(row, 40, t -> false)).isEmpty();
      int[] tooLong = Arrays.copyOf(row, 65);
      assertThatThrownBy(() -> greedy(network).generate(tooLong, 40, t -> false))
          .isInstanceOf(UserException.class)
          .hasMessage("the prompt has 65 tokens, the model takes 64; shorten the prompt");
    }
  }
}
