package neox.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import neox.config.model.Dims;
import neox.config.model.ModelConfig;
import neox.config.model.Positions;
import neox.model.position.Places;
import neox.tensor.NativeRuntime;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What tokens see: windows and segments.
class VisibilityTest {
  private static final Placement CPU = Placement.cpu(ScalarType.Float);

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  /// One block: what a token does not see cannot reach it by another way.
  private static ModelConfig oneBlock(Positions positions, int length) {
    ModelConfig gpt3 = Configs.gpt3();
    return gpt3.withBlocks(List.of(gpt3.transformers().getFirst()))
        .withDims(new Dims(64, 4, 4, length, length, 128))
        .withPositions(
            positions instanceof Positions.Learned ? new Positions.Learned(length) : positions);
  }

  @ParameterizedTest
  @EnumSource(
      value = ScalarType.class,
      names = {"Float", "BFloat16"})
  void aWindowOfFiveShowsSixTokens(ScalarType type) {
    ModelConfig config = Configs.withWindow(oneBlock(new Positions.None(), 64), 5);
    try (Network network = Passes.random(config, Passes.inference(type))) {
      int[][] ids = Passes.tokens(1, 30);
      float[] before = Passes.logits(network, ids);
      ids[0][10] = 1 + ids[0][10] % 500;
      float[] after = Passes.logits(network, ids);
      for (int i = 0; i < 30; i++) {
        boolean sees = i >= 10 && i <= 10 + 5;
        assertThat(Arrays.equals(row(before, i), row(after, i))).as("token %d", i).isEqualTo(!sees);
      }
    }
  }

  private static float[] row(float[] logits, int position) {
    return Arrays.copyOfRange(logits, position * Configs.VOCAB, (position + 1) * Configs.VOCAB);
  }

  @Test
  void aWindowAsWideAsTheTextChangesNoBit() {
    ModelConfig config = Configs.llama();
    try (Network all = Passes.random(config, Passes.FLOAT);
        Network window = Passes.random(Configs.withWindow(config, 29), Passes.FLOAT)) {
      int[][] ids = Passes.tokens(2, 30);
      assertThat(Passes.logits(window, ids)).isEqualTo(Passes.logits(all, ids));
    }
  }

  /// Document 1 is longer than the blocks in which libtorch's kernel reads keys.
  @ParameterizedTest
  @EnumSource(Positions.Name.class)
  void documentTwoDoesNotSeeDocumentOne(Positions.Name position) {
    int first = 1100;
    int length = 1200;
    ModelConfig config = oneBlock(Configs.positions(position), length);
    for (ScalarType type : List.of(ScalarType.Float, ScalarType.BFloat16)) {
      try (Network network = Passes.random(config, Passes.inference(type));
          var _ = Scope.open()) {
        int[][] ids = Passes.tokens(1, length);
        float[] before = second(network, ids, first);
        Arrays.fill(ids[0], 0, first, 7);
        float[] after = second(network, ids, first);
        assertThat(Arrays.equals(after, before)).as("%s", type).isTrue();
        assertThat(before).doesNotContain(Float.NaN);
      }
    }
  }

  /// The logits of the second document's tokens.
  private static float[] second(Network network, int[][] ids, int first) {
    Inputs inputs = twoDocuments(ids, first);
    Tensor logits = Passes.logits(network, inputs);
    return TensorData.floats(logits.narrow(1, first, ids[0].length - first));
  }

  private static Inputs twoDocuments(int[][] ids, int first) {
    int length = ids[0].length;
    Segments segments = new Segments(List.of(new int[] {first, length - first}));
    return Inputs.of(CPU.ids(ids))
        .withPositions(new Places.Each(CPU.ids(segments.positions()), length))
        .withVisibility(Visibility.all().withSegments(segments));
  }

  @ParameterizedTest
  @EnumSource(Positions.Name.class)
  void documentsInOneRowEqualPassesOfTheirOwn(Positions.Name position) {
    ModelConfig config = Configs.llama().withPositions(Configs.positions(position));
    for (ModelConfig each : List.of(config, Configs.withWindow(config, 4))) {
      try (Network network = Passes.random(each, Passes.FLOAT);
          var _ = Scope.open()) {
        int[][] ids = Passes.tokens(1, 50);
        float[] together = TensorData.floats(Passes.logits(network, twoDocuments(ids, 20)));
        float[] one = Passes.logits(network, new int[][] {Arrays.copyOf(ids[0], 20)});
        float[] two = Passes.logits(network, new int[][] {Arrays.copyOfRange(ids[0], 20, 50)});
        assertThat(Arrays.copyOf(together, one.length)).containsExactly(one, within(1e-5f));
        assertThat(Arrays.copyOfRange(together, one.length, together.length))
            .containsExactly(two, within(1e-5f));
      }
    }
  }

  @Test
  void masksHideLaterKeysAndThoseOutOfTheWindow() {
    for (int t = 1; t <= 6; t++) {
      for (int s = 1; s <= t; s++) {
        for (int window = 1; window <= 6; window++) {
          checkMask(t - s, s, OptionalInt.of(window));
        }
        checkMask(t - s, s, OptionalInt.empty());
      }
    }
  }

  private static void checkMask(int start, int s, OptionalInt window) {
    try (AttentionMasks masks = new AttentionMasks(CPU);
        var _ = Scope.open()) {
      int t = start + s;
      Places each = new Places.Each(CPU.positions(start, t).unsqueeze(0), t);
      long[] expected = new long[s * t];
      for (int i = 0; i < s; i++) {
        for (int j = 0; j < t; j++) {
          int distance = start + i - j;
          boolean hidden = distance < 0 || distance > window.orElse(t);
          expected[i * t + j] = hidden ? 1 : 0;
        }
      }
      masks.of(Places.fromStart(), t + 3, Optional.empty(), window); // a larger one before
      assertThat(hidden(masks.of(new Places.From(start), s, Optional.empty(), window), s, t))
          .as("%d after %d, window %s", s, start, window)
          .containsExactly(expected);
      assertThat(hidden(masks.of(each, s, Optional.empty(), window), s, t))
          .containsExactly(expected);
    }
  }

  private static long[] hidden(AttentionMask mask, int s, int t) {
    return switch (mask) {
      case AttentionMask.None _ -> new long[s * t];
      case AttentionMask.Causal(Tensor hidden) -> TensorData.longs(hidden);
      case AttentionMask.Hidden(Tensor hidden) -> TensorData.longs(hidden);
    };
  }

  @Test
  void segmentsDoNotGoWithAHistory() {
    try (AttentionMasks masks = new AttentionMasks(CPU);
        var _ = Scope.open()) {
      Segments segments = new Segments(List.of(new int[] {1, 1}));
      assertThatThrownBy(
              () -> masks.of(new Places.From(3), 2, Optional.of(segments), OptionalInt.empty()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("segments of 2 tokens after others");
    }
  }
}
