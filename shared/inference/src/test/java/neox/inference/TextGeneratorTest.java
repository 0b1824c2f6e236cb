package neox.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import neox.base.UserException;
import neox.model.Network;
import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class TextGeneratorTest {
  private static final int NO_STOP = -1;

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  private static int[] greedy(Network network, int[] prompt, int maximumTokens) {
    return greedy(network, prompt, maximumTokens, token -> false);
  }

  private static int[] greedy(Network network, int[] prompt, int maximumTokens, IntPredicate stop) {
    GenerationRequest request = new GenerationRequest(prompt, maximumTokens, stop);
    return all(network, List.of(request), Decoding.greedy(64)).getFirst();
  }

  private static List<int[]> all(
      Network network, List<GenerationRequest> requests, Decoding decoding) {
    // Not closed: that would close the network.
    return Continuations.of(new NetworkLanguageModel(network), requests, decoding);
  }

  @Test
  void continuesGreedilyAsTransformersDoesWithAndWithoutCache() {
    int[] prompt = Pythia.expected("greedy_prompt");
    int[] expected = Pythia.expected("greedy_40");
    List<GenerationRequest> request = List.of(new GenerationRequest(prompt, 40, token -> false));
    try (Network network = Pythia.network(ScalarType.Float)) {
      for (Decoding.Memory memory : Decoding.Memory.values()) {
        assertThat(all(network, request, Decoding.greedy(64).withMemory(memory)).getFirst())
            .isEqualTo(expected);
      }
    }
  }

  /// NeoX's own generate.py on the same checkpoint, with `recompute: true`.
  @Test
  void continuesGreedilyAsNeoXDoesWhateverCameBefore() {
    try (Network network = Pythia.network(ScalarType.Float)) {
      assertThat(continuation(network, "The quick brown"))
          .isEqualTo("e te te te te te te te te te te te te te");
      assertThat(continuation(network, "int main(void)"))
          .isEqualTo(" t te t te te te te te te te te te te te");
      assertThat(continuation(network, "and the license"))
          .isEqualTo(" te te te te te te te te te te te te te ");
    }
  }

  private static String continuation(Network network, String prompt) {
    byte[] bytes = prompt.getBytes(StandardCharsets.UTF_8);
    int[] ids = new int[bytes.length];
    Arrays.setAll(ids, i -> bytes[i]);
    StringBuilder text = new StringBuilder();
    for (int id : Generation.of(greedy(network, ids, 40), NO_STOP).tokens()) {
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
  @MethodSource("neox.inference.Networks#kinds")
  void theCacheGivesTheSameLogitsForGroupedQueriesAndEveryPosition(Networks.Kind kind) {
    try (Network network = kind.network()) {
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
    try (Decoder cached = Decoder.cached(network, 1, 14);
        Decoder recomputing = Decoder.recomputing(network, 1);
        var _ = Scope.open()) {
      for (int[] piece : pieces) {
        float[] expected = TensorData.floats(recomputing.read(new int[][] {piece}));
        float[] actual = TensorData.floats(cached.read(new int[][] {piece}));
        assertThat(actual).containsExactly(expected, within(tolerance));
      }
      assertThatThrownBy(() -> cached.read(new int[][] {{1}}))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("15 tokens in a cache for 14");
    }
  }

  /// Eight prompts of 1 to 40 tokens; what each step says must not depend on the neighbours.
  @ParameterizedTest
  @MethodSource("neox.inference.Networks#kinds")
  void everyStepOfABatchSaysWhatItSaysOfEachTextAlone(Networks.Kind kind) {
    int[] lengths = {5, 40, 1, 17, 17, 3, 28, 9};
    int steps = 20;
    int[][] texts = Networks.texts(lengths, steps);
    try (Network network = kind.network();
        Decoder together = Decoder.cached(network, 8, 40 + steps)) {
      float[][][] alone = new float[lengths.length][][];
      for (int row = 0; row < lengths.length; row++) {
        alone[row] = alone(network, texts[row], lengths[row]);
      }
      for (int step = 0; step <= steps; step++) {
        try (var _ = Scope.open()) {
          Tensor logits = together.read(pieces(texts, lengths, step));
          for (int row = 0; row < lengths.length; row++) {
            if (step == 0 || isRead(row, step)) {
              assertThat(TensorData.floats(logits.select(0, row)))
                  .as("row %d, step %d", row, step)
                  .containsExactly(alone[row][step], within(1e-5f));
            }
          }
        }
      }
    }
  }

  /// The logits after the prompt and after each later token.
  private static float[][] alone(Network network, int[] text, int prompt) {
    float[][] logits = new float[text.length - prompt + 1][];
    try (Decoder decoder = Decoder.cached(network, 1, text.length);
        var _ = Scope.open()) {
      int from = 0;
      for (int step = 0; step < logits.length; step++) {
        int to = prompt + step;
        logits[step] =
            TensorData.floats(decoder.read(new int[][] {Arrays.copyOfRange(text, from, to)}));
        from = to;
      }
    }
    return logits;
  }

  /// Rows 2 and 6 are finished after 4 steps, row 1 after 11.
  private static boolean isRead(int row, int step) {
    return switch (row) {
      case 2, 6 -> step <= 4;
      case 1 -> step <= 11;
      default -> true;
    };
  }

  private static int[][] pieces(int[][] texts, int[] lengths, int step) {
    int[][] pieces = new int[texts.length][];
    for (int row = 0; row < texts.length; row++) {
      int from = step == 0 ? 0 : lengths[row] + step - 1;
      int to = step == 0 || isRead(row, step) ? lengths[row] + step : from;
      pieces[row] = Arrays.copyOfRange(texts[row], from, to);
    }
    return pieces;
  }

  /// Pieces of 0 to 9 tokens in rows of different lengths, up to a full cache.
  @ParameterizedTest
  @MethodSource("neox.inference.Networks#kinds")
  void readsTextsInPiecesOfDifferentLengths(Networks.Kind kind) {
    int[] ends = {60, 64, 31, 64};
    int[][] texts = Networks.texts(ends, 0);
    Random random = new Random(2);
    int[] read = new int[4];
    try (Network network = kind.network();
        Decoder cached = Decoder.cached(network, 4, 64);
        Decoder recomputing = Decoder.recomputing(network, 4)) {
      while (!Arrays.equals(read, ends)) {
        int[][] pieces = new int[4][];
        for (int row = 0; row < 4; row++) {
          int to = Math.min(ends[row], read[row] + random.nextInt(10));
          pieces[row] = Arrays.copyOfRange(texts[row], read[row], to);
          read[row] = to;
        }
        try (var _ = Scope.open()) {
          Tensor expected = recomputing.read(pieces);
          Tensor actual = cached.read(pieces);
          for (int row = 0; row < 4; row++) {
            if (pieces[row].length > 0) {
              assertThat(TensorData.floats(actual.select(0, row)))
                  .containsExactly(TensorData.floats(expected.select(0, row)), within(1e-5f));
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Decoding.Memory.class)
  void aBatchWritesWhatEachTextAloneWrites(Decoding.Memory memory) {
    int[] lengths = {5, 64, 1, 17, 63, 3, 28, 9, 30};
    int[][] texts = Networks.texts(lengths, 0);
    try (Network network = Pythia.network(ScalarType.Float)) {
      Decoding decoding = Decoding.greedy(64).withMemory(memory);
      List<int[]> alone = all(network, requests(texts), decoding);
      assertThat(alone.get(0)).hasSize(30);
      assertThat(alone.get(1)).isEmpty(); // a full row
      assertThat(alone.get(4)).hasSize(1);
      assertThat(alone.get(5)).isEmpty(); // nothing wanted
      assertThat(alone.get(2)).hasSize(8);
      for (int batchSize : new int[] {2, 4, 8, 100}) {
        List<int[]> together = all(network, requests(texts), decoding.withBatchSize(batchSize));
        for (int i = 0; i < texts.length; i++) {
          assertThat(together.get(i)).as("text %d", i).isEqualTo(alone.get(i));
        }
      }
    }
  }

  /// Text i stops after 4i tokens, the first one never; text 5 wants none.
  private static List<GenerationRequest> requests(int[][] texts) {
    List<GenerationRequest> requests = new ArrayList<>();
    for (int i = 0; i < texts.length; i++) {
      int end = 4 * i;
      AtomicInteger seen = new AtomicInteger();
      requests.add(
          new GenerationRequest(texts[i], i == 5 ? 0 : 30, token -> seen.incrementAndGet() == end));
    }
    return requests;
  }

  /// Padding behind a vocabulary, a vocabulary with gaps, and a single token.
  @ParameterizedTest
  @EnumSource(Decoding.Memory.class)
  void writesNothingThatIsNoTokenHoweverItChooses(Decoding.Memory memory) {
    List<IntPredicate> vocabularies =
        List.of(id -> id < 7, id -> id < 511, id -> id % 5 == 2, id -> id == 509);
    List<Sampler> samplers = new ArrayList<>();
    for (double temperature : new double[] {0, 0.1, 3}) {
      for (int topK : new int[] {0, 1, 9, 600}) {
        for (double topP : new double[] {0, 0.2, 1}) {
          samplers.add(new Sampler(temperature, topK, topP));
        }
      }
    }
    List<GenerationRequest> texts =
        Arrays.stream(Networks.texts(new int[] {3, 1, 7}, 0))
            .map(text -> new GenerationRequest(text, 3, token -> false))
            .toList();
    try (Network network = Networks.kinds().findFirst().orElseThrow().network()) {
      for (IntPredicate vocabulary : vocabularies) {
        Decoding decoding =
            Decoding.greedy(64).withBatchSize(3).withMemory(memory).withEligible(vocabulary);
        for (Sampler sampler : samplers) {
          for (int[] written : all(network, texts, decoding.withSampler(sampler))) {
            assertThat(written).hasSize(3);
            assertThat(Arrays.stream(written).allMatch(vocabulary)).as("%s", sampler).isTrue();
          }
        }
      }
    }
  }

  @Test
  void takesTheLikeliestOfWhatMayBeChosen() {
    int[] prompt = Pythia.expected("greedy_prompt");
    IntPredicate vocabulary = id -> id % 3 == 1;
    try (Network network = Pythia.network(ScalarType.Float);
        Decoder decoder = Decoder.recomputing(network, 1);
        var _ = Scope.open()) {
      float[] logits = TensorData.floats(decoder.read(new int[][] {prompt}));
      int best = 1;
      for (int id = 1; id < logits.length; id += 3) {
        best = logits[id] > logits[best] ? id : best;
      }
      GenerationRequest request = new GenerationRequest(prompt, 1, token -> false);
      Decoding decoding = Decoding.greedy(64).withEligible(vocabulary);
      assertThat(all(network, List.of(request), decoding).getFirst()).containsExactly(best);
      assertThatThrownBy(
              () -> all(network, List.of(request), decoding.withEligible(id -> id > 511)))
          .isInstanceOf(UserException.class)
          .hasMessage("the model has no row for any token of the tokenizer");
    }
  }

  @Test
  void hasNothingToDoWithoutRequests() {
    try (Network network = Pythia.network(ScalarType.Float)) {
      assertThat(all(network, List.of(), Decoding.greedy(64))).isEmpty();
    }
  }

  @Test
  void stopsAtTheEndOfDocumentAndLeavesItOut() {
    int[] prompt = Pythia.expected("greedy_prompt");
    int dash = Pythia.expected("greedy_40")[0];
    try (Network network = Pythia.network(ScalarType.Float)) {
      int[] written = greedy(network, prompt, 5, token -> token == dash);
      assertThat(written).containsExactly(dash);
      assertThat(Generation.of(written, dash).finished()).isTrue();
      assertThat(Generation.of(written, dash).tokens()).isEmpty();
      Generation unfinished = Generation.of(greedy(network, prompt, 5), NO_STOP);
      assertThat(unfinished.finished()).isFalse();
      assertThat(unfinished.tokens()).hasSize(5);
    }
  }

  @Test
  void fillsNoMoreThanTheModelsLength() {
    int[] row = Pythia.expected("row0");
    try (Network network = Pythia.network(ScalarType.Float)) {
      assertThat(greedy(network, Arrays.copyOf(row, 62), 40)).hasSize(2);
      assertThat(greedy(network, row, 40)).isEmpty();
      int[] tooLong = Arrays.copyOf(row, 65);
      assertThatThrownBy(() -> greedy(network, tooLong, 40))
          .isInstanceOf(UserException.class)
          .hasMessage("the prompt has 65 tokens, the model takes 64; shorten the prompt");
    }
  }

  @Test
  void refusesRequestsAndBatchesThatMakeNoSense() {
    assertThatThrownBy(() -> new GenerationRequest(new int[0], 1, token -> false))
        .hasMessage("a text starts with at least one token");
    assertThatThrownBy(() -> new GenerationRequest(new int[1], -1, token -> false))
        .hasMessage("-1 tokens cannot be written");
    assertThatThrownBy(() -> Decoding.greedy(9).withBatchSize(0))
        .hasMessage("batches have at least one row, not 0");
  }
}
