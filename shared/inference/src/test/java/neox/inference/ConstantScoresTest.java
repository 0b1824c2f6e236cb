package neox.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import neox.inference.load.LoadOptions;
import neox.inference.load.LoadedModel;
import neox.inference.load.ModelLoader;
import neox.model.Inputs;
import neox.model.Network;
import neox.model.Quantization;
import neox.model.stage.NetworkStage;
import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// A score depends on its request alone: on nothing that is read beside it, and on no way of
/// reading.
class ConstantScoresTest {
  private static final int VOCAB = 512;

  @BeforeEach
  @AfterEach
  void oneThread() {
    NativeRuntime.start(1);
  }

  /// A header that many questions share, choices that share questions, choices of one token, a
  /// prefix of another request, and texts that share nothing.
  private static List<ScoreRequest> requests() {
    Random random = new Random(3);
    List<ScoreRequest> requests = new ArrayList<>();
    int[] header = tokens(random, 20);
    for (int question = 0; question < 5; question++) {
      int[] asked = join(question < 3 ? header : new int[0], tokens(random, 1 + question));
      for (int choice = 0; choice < 3; choice++) {
        int[] answer = tokens(random, 1 + choice * (question % 3));
        requests.add(continuation(asked, answer));
      }
      requests.add(continuation(asked, tokens(random, 30 - question)));
    }
    int[] text = tokens(random, 64);
    requests.add(new ScoreRequest(text, tokens(random, 64)));
    requests.add(new ScoreRequest(Arrays.copyOf(text, 40), Arrays.copyOfRange(text, 5, 41)));
    requests.add(new ScoreRequest(Arrays.copyOf(text, 1), Arrays.copyOfRange(text, 1, 2)));
    requests.add(new ScoreRequest(header, new int[0]));
    return requests;
  }

  private static int[] tokens(Random random, int count) {
    return random.ints(count, 0, VOCAB).toArray();
  }

  private static int[] join(int[] first, int[] second) {
    return IntStream.concat(IntStream.of(first), IntStream.of(second)).toArray();
  }

  private static ScoreRequest continuation(int[] context, int[] answer) {
    int[] all = join(context, answer);
    return new ScoreRequest(Arrays.copyOf(all, all.length - 1), answer);
  }

  /// Every third request by itself: nothing is shared.
  private static Map<Integer, Score> oneByOne(LanguageModel model, List<ScoreRequest> requests) {
    Map<Integer, Score> scores = new HashMap<>();
    for (int i = 0; i < requests.size(); i += 3) {
      scores.put(i, model.score(List.of(requests.get(i)), 1).getFirst());
    }
    return scores;
  }

  /// All in one call, in an order of their own.
  private static List<Score> shuffled(
      LanguageModel model, List<ScoreRequest> requests, BatchSize batch, long seed) {
    List<Integer> order = new ArrayList<>(IntStream.range(0, requests.size()).boxed().toList());
    Collections.shuffle(order, new Random(seed));
    Score[] scores = new Score[requests.size()];
    model.score(
        order.stream().map(requests::get).iterator(),
        batch,
        (i, score) -> scores[order.get(i)] = score);
    return List.of(scores);
  }

  private static void assertSameBits(List<Score> found, Map<Integer, Score> expected) {
    expected.forEach((i, score) -> {
      assertThat(bits(found.get(i))).as("request %d", i).isEqualTo(bits(score));
      assertThat(found.get(i).greedy()).isEqualTo(score.greedy());
    });
  }

  private static int[] bits(Score score) {
    float[] each = score.tokenLogLikelihoods();
    return IntStream.range(0, each.length).map(i -> Float.floatToRawIntBits(each[i])).toArray();
  }

  private static void assertConstant(LanguageModel model) {
    List<ScoreRequest> requests = requests();
    Map<Integer, Score> alone = oneByOne(model, requests);
    List<Score> together = model.score(requests, 1000);
    assertSameBits(together, alone);
    Map<Integer, Score> all = new HashMap<>();
    IntStream.range(0, requests.size()).forEach(i -> all.put(i, together.get(i)));
    NativeRuntime.start(2);
    assertSameBits(shuffled(model, requests, BatchSize.of(3), 1), all);
    NativeRuntime.start(3);
    assertSameBits(shuffled(model, requests, BatchSize.auto(), 2), all);
  }

  @ParameterizedTest
  @MethodSource("neox.inference.Networks#kinds")
  void everyKindOfNetworkScoresTheSameBitsHoweverItIsAsked(Networks.Kind kind) {
    try (LanguageModel model = new NetworkLanguageModel(kind.network())) {
      assertConstant(model);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = ScalarType.class,
      names = {"Float", "BFloat16", "Half"})
  void everyElementTypeDoes(ScalarType type) {
    try (LanguageModel model = new NetworkLanguageModel(Pythia.network(type))) {
      assertConstant(model);
    }
  }

  /// Columns with outliers, which LLM.int8 computes otherwise, are those of any token of a pass.
  @ParameterizedTest
  @EnumSource(
      value = Quantization.class,
      names = {"NONE", "INT8"})
  void everyFormOfWeightsDoes(Quantization form) throws IOException {
    LoadOptions options = LoadOptions.defaults().withQuantization(form);
    try (LoadedModel loaded = ModelLoader.open(Pythia.checkpoint(), options)) {
      assertConstant(loaded.model());
    }
  }

  @ParameterizedTest
  @MethodSource("neox.inference.Networks#kinds")
  void scoresAreThoseOfAWholePassOverEachText(Networks.Kind kind) {
    List<ScoreRequest> requests = requests();
    try (Network network = kind.network()) {
      List<Score> scores = new ArrayList<>();
      // Closing the model would close the network, which is still needed.
      scores.addAll(new NetworkLanguageModel(network).score(requests, 1000));
      for (int i = 0; i < scores.size(); i++) {
        float[] expected = plain(network, requests.get(i));
        for (int k = 0; k < expected.length; k++) {
          assertThat(scores.get(i).tokenLogLikelihoods()[k]).isCloseTo(expected[k], within(1e-5f));
        }
      }
    }
  }

  private static float[] plain(Network network, ScoreRequest request) {
    try (var _ = Scope.open()) {
      int[] targets = request.targets();
      if (targets.length == 0) {
        return new float[0];
      }
      Inputs inputs = Inputs.of(network.placement().ids(new int[][] {request.input()}));
      Tensor logits = // [1, s, V]
          NetworkStage.evaluate(network, inputs, (hidden, head) -> head.logits(hidden));
      Tensor all =
          torch
              .log_softmax(logits, -1, new ScalarTypeOptional(ScalarType.Float))
              .narrow(1, request.input().length - targets.length, targets.length);
      Tensor wanted = network.placement().ids(new int[][] {targets}).unsqueeze(-1);
      return TensorData.floats(all.gather(-1, wanted));
    }
  }
}
