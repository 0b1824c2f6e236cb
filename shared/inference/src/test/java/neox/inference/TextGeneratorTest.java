package neox.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import neox.base.UserException;
import neox.inference.decoding.Decoder;
import neox.inference.sampling.Sampler;
import neox.model.Network;
import neox.model.Parameter;
import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class TextGeneratorTest {
  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  private static int[] greedy(Network network, int[] prompt, int maximumTokens) {
    GenerationRequest request = GenerationRequest.greedy(prompt, maximumTokens);
    return all(network, List.of(request), Decoding.upTo(64)).getFirst();
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
    List<GenerationRequest> request = List.of(GenerationRequest.greedy(prompt, 40));
    try (Network network = Pythia.network(ScalarType.Float)) {
      for (Decoding.Memory memory : Decoding.Memory.values()) {
        assertThat(all(network, request, Decoding.upTo(64).withMemory(memory)).getFirst())
            .isEqualTo(expected);
      }
    }
  }

  @Test
  void refusesLogitsThatAreNoNumbersWhetherItDrawsOrTakesTheLikeliest() {
    try (Network network = Pythia.network(ScalarType.Float)) {
      Parameter last = network.parameters().getLast();
      try (var _ = Scope.open()) {
        last.value().fill_(new Scalar(Double.NaN));
      }
      int[] prompt = Pythia.expected("greedy_prompt");
      GenerationRequest likeliest = GenerationRequest.greedy(prompt, 4);
      GenerationRequest drawn = likeliest.withSampler(new Sampler(1, 0, 0), 1);
      for (GenerationRequest request : List.of(likeliest, drawn)) {
        assertThatThrownBy(() -> all(network, List.of(request), Decoding.upTo(64)))
            .isInstanceOf(UserException.class)
            .hasMessage(
                "the model: the logits reach NaN: expected numbers; try --precision fp32, or another"
                    + " checkpoint");
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
    for (int id : greedy(network, ids, 40)) {
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
    try (Decoder cached = Decoder.cached(network, 14);
        Decoder recomputing = Decoder.recomputing(network);
        var _ = Scope.open()) {
      for (int i = 0; i < pieces.size(); i++) {
        int[][] piece = {pieces.get(i)};
        float[] expected = TensorData.floats(next(recomputing, i == 0, piece));
        float[] actual = TensorData.floats(next(cached, i == 0, piece));
        assertThat(actual).containsExactly(expected, within(tolerance));
      }
      assertThatThrownBy(() -> cached.read(new int[][] {{1}}))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("15 tokens in a cache for 14");
    }
  }

  private static Tensor next(Decoder decoder, boolean isFirst, int[][] pieces) {
    int[] once = new int[pieces.length];
    Arrays.fill(once, 1);
    return isFirst ? decoder.begin(pieces, once) : decoder.read(pieces);
  }

  /// Eight prompts of 1 to 40 tokens; what each step says must not depend on the neighbours.
  @ParameterizedTest
  @MethodSource("neox.inference.Networks#kinds")
  void everyStepOfABatchSaysWhatItSaysOfEachTextAlone(Networks.Kind kind) {
    int[] lengths = {5, 40, 1, 17, 17, 3, 28, 9};
    int steps = 20;
    int[][] texts = Networks.texts(lengths, steps);
    try (Network network = kind.network();
        Decoder together = Decoder.cached(network, 40 + steps)) {
      float[][][] alone = new float[lengths.length][][];
      for (int row = 0; row < lengths.length; row++) {
        alone[row] = alone(network, texts[row], lengths[row]);
      }
      for (int step = 0; step <= steps; step++) {
        try (var _ = Scope.open()) {
          Tensor logits = next(together, step == 0, pieces(texts, lengths, step));
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
    try (Decoder decoder = Decoder.cached(network, text.length);
        var _ = Scope.open()) {
      int from = 0;
      for (int step = 0; step < logits.length; step++) {
        int to = prompt + step;
        int[][] piece = {Arrays.copyOfRange(text, from, to)};
        logits[step] = TensorData.floats(next(decoder, step == 0, piece));
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
        Decoder cached = Decoder.cached(network, 64);
        Decoder recomputing = Decoder.recomputing(network)) {
      boolean isFirst = true;
      while (!Arrays.equals(read, ends)) {
        int[][] pieces = new int[4][];
        for (int row = 0; row < 4; row++) {
          int more = isFirst ? 1 + random.nextInt(9) : random.nextInt(10);
          int to = Math.min(ends[row], read[row] + more);
          pieces[row] = Arrays.copyOfRange(texts[row], read[row], to);
          read[row] = to;
        }
        try (var _ = Scope.open()) {
          Tensor expected = next(recomputing, isFirst, pieces);
          Tensor actual = next(cached, isFirst, pieces);
          isFirst = false;
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
          samplers.add(new Sampler(temperature, topK, topP).withRepetitionPenalty(1.2));
        }
      }
    }
    List<GenerationRequest> texts =
        Arrays.stream(Networks.texts(new int[] {3, 1, 7}, 0))
            .map(text -> GenerationRequest.greedy(text, 3))
            .toList();
    try (Network network = Networks.kinds().findFirst().orElseThrow().network()) {
      for (IntPredicate vocabulary : vocabularies) {
        Decoding decoding =
            Decoding.upTo(64).withBatchSize(3).withMemory(memory).withEligible(vocabulary);
        for (Sampler sampler : samplers) {
          List<GenerationRequest> requests =
              texts.stream().map(text -> text.withSampler(sampler, 5)).toList();
          for (int[] written : all(network, requests, decoding)) {
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
        Decoder decoder = Decoder.recomputing(network);
        var _ = Scope.open()) {
      float[] logits = TensorData.floats(next(decoder, true, new int[][] {prompt}));
      int best = 1;
      for (int id = 1; id < logits.length; id += 3) {
        best = logits[id] > logits[best] ? id : best;
      }
      GenerationRequest request = GenerationRequest.greedy(prompt, 1);
      Decoding decoding = Decoding.upTo(64).withEligible(vocabulary);
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
      assertThat(all(network, List.of(), Decoding.upTo(64))).isEmpty();
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
    assertThatThrownBy(() -> GenerationRequest.greedy(new int[0], 1))
        .hasMessage("a text starts with at least one token");
    assertThatThrownBy(() -> GenerationRequest.greedy(new int[1], -1))
        .hasMessage("-1 tokens cannot be written");
    assertThatThrownBy(() -> GenerationRequest.greedy(new int[1], 1).withSamples(0))
        .hasMessage("0 samples of a text");
    assertThatThrownBy(() -> Decoding.upTo(9).withTokensPerPass(0))
        .hasMessage("passes read at least one token, not 0");
    assertThatThrownBy(() -> Decoding.upTo(9).withBatchSize(0))
        .hasMessage("batches have at least one row, not 0");
  }
}
