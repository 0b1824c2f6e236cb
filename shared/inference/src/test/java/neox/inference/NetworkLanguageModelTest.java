package neox.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import neox.base.UserException;
import neox.tensor.NativeRuntime;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class NetworkLanguageModelTest {
  private static final int[] TEXT = Pythia.expected("row0");
  private static final LanguageModel MODEL = model();

  private static LanguageModel model() {
    NativeRuntime.start(1);
    return new NetworkLanguageModel(Pythia.network(ScalarType.Float));
  }

  @AfterAll
  static void close() {
    MODEL.close();
  }

  private static int[] text(int from, int to) {
    return Arrays.copyOfRange(TEXT, from, to);
  }

  @Test
  void scoresAreTheLogProbabilitiesOfTransformersLogits() {
    float[][] logits = Pythia.logits();
    Score score = MODEL.score(List.of(new ScoreRequest(text(0, 63), text(1, 64))), 1).getFirst();
    double sum = 0;
    boolean greedy = true;
    for (int i = 0; i < 63; i++) {
      double expected = logProbability(logits[i], TEXT[i + 1]);
      assertThat(score.tokenLogLikelihoods()[i]).isCloseTo((float) expected, within(1e-5f));
      sum += expected;
      greedy &= argmax(logits[i]) == TEXT[i + 1];
    }
    assertThat(score.logLikelihood()).isCloseTo(sum, within(1e-4));
    assertThat(score.greedy()).isEqualTo(greedy);
  }

  private static double logProbability(float[] logits, int token) {
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit);
    }
    return logits[token] - Math.log(sum);
  }

  private static int argmax(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      best = logits[i] > logits[best] ? i : best;
    }
    return best;
  }

  @Test
  void answersInTheOrderOfTheRequestsWhateverTheBatches() {
    List<ScoreRequest> requests = new ArrayList<>();
    for (int length : new int[] {5, 40, 17, 5, 63, 1, 17}) {
      requests.add(new ScoreRequest(text(0, length), text(length, length + 1)));
    }
    requests.add(new ScoreRequest(text(3, 30), text(20, 31)));
    List<Score> alone = new ArrayList<>();
    for (ScoreRequest request : requests) {
      alone.addAll(MODEL.score(List.of(request), 1));
    }
    for (int batchSize : new int[] {1, 2, 3, 64}) {
      List<Score> together = MODEL.score(requests, batchSize);
      for (int i = 0; i < requests.size(); i++) {
        assertThat(together.get(i).tokenLogLikelihoods()).hasSize(requests.get(i).targets().length);
        // Rows of a batch are summed in another order.
        assertThat(together.get(i).logLikelihood())
            .isCloseTo(alone.get(i).logLikelihood(), within(1e-4));
        assertThat(together.get(i).greedy()).isEqualTo(alone.get(i).greedy());
      }
    }
  }

  @Test
  void choicesAfterOneContextHaveTheirOwnScores() {
    int[] context = text(0, 10);
    List<Score> scores =
        MODEL.score(
            List.of(
                new ScoreRequest(context, new int[] {32}),
                new ScoreRequest(context, new int[] {101}),
                new ScoreRequest(context, new int[] {32})),
            4);
    assertThat(scores.get(0).logLikelihood()).isEqualTo(scores.get(2).logLikelihood());
    assertThat(scores.get(0).logLikelihood()).isNotEqualTo(scores.get(1).logLikelihood());
  }

  @Test
  void saysWhetherTheTargetsAreTheGreedyChoice() {
    int[] prompt = Pythia.expected("greedy_prompt");
    int[] next = Arrays.copyOf(Pythia.expected("greedy_40"), 3);
    int[] input = Arrays.copyOf(prompt, prompt.length + 2);
    System.arraycopy(next, 0, input, prompt.length, 2);
    assertThat(MODEL.score(List.of(new ScoreRequest(input, next)), 1).getFirst().greedy()).isTrue();
    int[] other = {next[0], next[1], next[2] + 1};
    assertThat(MODEL.score(List.of(new ScoreRequest(input, other)), 1).getFirst().greedy())
        .isFalse();
    assertThat(Continuations.greedy(MODEL, prompt, 3)).isEqualTo(next);
  }

  @Test
  void knowsItsSizes() {
    assertThat(MODEL.vocabSize()).isEqualTo(512);
    assertThat(MODEL.maxLength()).isEqualTo(64);
    assertThat(MODEL.score(List.of(), 4)).isEmpty();
  }

  @Test
  void refusesInputsThatDoNotFit() {
    assertThatThrownBy(() -> MODEL.score(List.of(new ScoreRequest(new int[65], new int[] {1})), 1))
        .isInstanceOf(UserException.class)
        .hasMessage("an input of 65 tokens does not fit the model's 64");
    assertThatThrownBy(
            () -> MODEL.score(List.of(new ScoreRequest(new int[] {512}, new int[] {1})), 1))
        .isInstanceOf(UserException.class)
        .hasMessage("token 512 is not in the model's vocabulary of 512; is this its tokenizer?");
  }
}
