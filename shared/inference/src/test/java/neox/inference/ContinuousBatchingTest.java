package neox.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import neox.base.UserException;
import neox.base.json.Json;
import neox.inference.Generation.End;
import neox.inference.RequestSource.Patience;
import neox.inference.decoding.Decoder;
import neox.inference.sampling.Sampler;
import neox.inference.sampling.TokenDetails;
import neox.inference.text.StopTokens;
import neox.model.LayerWatch;
import neox.model.Network;
import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class ContinuousBatchingTest {
  private static final Sampler SAMPLER = new Sampler(1, 0, 0);

  private static Network network;

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
    network = Pythia.network(ScalarType.Float);
  }

  @AfterAll
  static void close() {
    network.close();
  }

  private static Continuations write(
      Network network, List<GenerationRequest> requests, Decoding decoding) {
    Continuations all = new Continuations(_ -> false);
    // Not closed: that would close the network.
    new NetworkLanguageModel(network).generate(requests, decoding, all);
    return all;
  }

  private static Decoding together(int texts) {
    return Decoding.upTo(64).withBatchSize(texts);
  }

  /// Requests of 1 to 64 tokens for 0 to 9 more, in 1 to 4 samples; text 4 is full, text 5 wants
  /// none.
  private static List<GenerationRequest> requests(Sampler sampler) {
    int[] lengths = {5, 40, 1, 17, 64, 3, 28, 63};
    int[] more = {6, 2, 4, 3, 5, 0, 2, 9};
    int[] samples = {1, 4, 2, 1, 2, 1, 3, 1};
    int[][] texts = Networks.texts(lengths, 0);
    List<GenerationRequest> requests = new ArrayList<>();
    for (int i = 0; i < texts.length; i++) {
      requests.add(
          GenerationRequest.greedy(texts[i], more[i])
              .withSamples(samples[i])
              .withSampler(sampler, i)
              .withDetails(TokenDetails.NONE.withLogits()));
    }
    return requests;
  }

  /// Neither neighbours nor those that had the row before, nor a context that is shared, change
  /// what a token is chosen from.
  @ParameterizedTest
  @MethodSource("neox.inference.Networks#kinds")
  void aTokenIsChosenFromTheLogitsOfItsTextAlone(Networks.Kind kind) {
    List<GenerationRequest> requests = requests(SAMPLER);
    try (Network any = kind.network()) {
      Continuations together = write(any, requests, together(3).withTokensPerPass(90));
      for (int i = 0; i < requests.size(); i++) {
        Decoding alone = together(1).withMemory(Decoding.Memory.NOTHING);
        Continuations expected = write(any, List.of(requests.get(i)), alone);
        for (int sample = 0; sample < requests.get(i).samples(); sample++) {
          assertSame(together.told(i, sample), expected.told(0, sample));
          assertThat(together.finished(i, sample).end())
              .isEqualTo(expected.finished(0, sample).end());
        }
      }
    }
  }

  /// Examples before questions: what a text has in common with one before it is not read again.
  @ParameterizedTest
  @MethodSource("neox.inference.Networks#kinds")
  void aBeginningThatIsTakenOverIsAsGoodAsOneThatIsRead(Networks.Kind kind) {
    int[] lengths = {24, 21, 50, 18, 40};
    int[][] texts = Networks.texts(lengths, 0);
    int[] shared = {0, 20, 20, 17, 18}; // with the text before
    List<GenerationRequest> requests = new ArrayList<>();
    for (int i = 0; i < texts.length; i++) {
      System.arraycopy(texts[Math.max(0, i - 1)], 0, texts[i], 0, shared[i]);
      requests.add(
          GenerationRequest.greedy(texts[i], 3).withDetails(TokenDetails.NONE.withLogits()));
    }
    try (Network any = kind.network()) {
      Decoding reading = together(1).withMemory(Decoding.Memory.NOTHING);
      Continuations expected = write(any, requests, reading);
      for (int batchSize : new int[] {1, 2}) {
        Continuations actual = write(any, requests, together(batchSize));
        for (int i = 0; i < texts.length; i++) {
          assertSame(actual.told(i, 0), expected.told(i, 0));
        }
      }
    }
  }

  /// A token that was read once can no longer be read: it has become NaN.
  @Test
  void aBeginningIsTakenOverFromATextThatIsThereAndFromTheLastThatWas() {
    int[] examples = new int[20];
    examples[5] = 7;
    try (Network spoilt = Pythia.network(ScalarType.Float);
        Decoder decoder = Decoder.cached(spoilt, 64);
        var _ = Scope.open()) {
      begin(decoder, examples, 1, 2);
      spoilt.parameters().getFirst().value().select(0, 7).fill_(new Scalar(Double.NaN));
      assertThat(begin(decoder, examples, 3)).doesNotContain(Float.NaN);
      decoder.remove(0);
      assertThat(begin(decoder, examples, 4, 5, 6)).doesNotContain(Float.NaN);
      decoder.remove(1);
      decoder.remove(0);
      assertThat(begin(decoder, examples, 8)).doesNotContain(Float.NaN);
      decoder.remove(0);
      assertThat(begin(decoder, examples, 9)).doesNotContain(Float.NaN);
      decoder.remove(0);
      begin(decoder, new int[20], 9);
      assertThat(begin(decoder, examples, 9)).contains(Float.NaN);
    }
  }

  private static float[] begin(Decoder decoder, int[] examples, int... question) {
    int[] text = Arrays.copyOf(examples, examples.length + question.length);
    System.arraycopy(question, 0, text, examples.length, question.length);
    return TensorData.floats(decoder.begin(new int[][] {text}, new int[] {1}));
  }

  private static void assertSame(List<GeneratedToken> actual, List<GeneratedToken> expected) {
    assertThat(actual.stream().map(GeneratedToken::id))
        .containsExactlyElementsOf(expected.stream().map(GeneratedToken::id).toList());
    for (int i = 0; i < actual.size(); i++) {
      assertThat(actual.get(i).logits().orElseThrow())
          .containsExactly(expected.get(i).logits().orElseThrow(), within(1e-5f));
    }
  }

  @ParameterizedTest
  @EnumSource(Decoding.Memory.class)
  void aSampleDependsOnNothingButItsRequest(Decoding.Memory memory) {
    List<GenerationRequest> requests = requests(SAMPLER);
    Continuations alone = write(network, requests, together(1).withMemory(memory));
    assertThat(alone.finished()).hasSize(15);
    assertThat(alone.finished(0, 0).tokens()).hasSize(6);
    assertThat(alone.finished(0, 0).end()).isEqualTo(End.MAXIMUM);
    assertThat(alone.finished(4, 1)).matches(full -> full.end() == End.FULL);
    assertThat(alone.finished(5, 0)).matches(none -> none.end() == End.MAXIMUM);
    assertThat(alone.finished(7, 0).tokens()).hasSize(1);
    assertThat(alone.finished(7, 0).end()).isEqualTo(End.FULL);
    assertThat(alone.finished(1, 0).tokens()).isNotEqualTo(alone.finished(1, 1).tokens());
    for (int batchSize : new int[] {2, 3, 8, 100}) {
      Continuations some = write(network, requests, together(batchSize).withMemory(memory));
      List<GenerationRequest> turned = requests.reversed();
      Continuations others = write(network, turned, together(batchSize).withMemory(memory));
      alone
          .finished()
          .forEach((sample, expected) -> {
            int turnedTo = requests.size() - 1 - sample.request();
            assertThat(some.finished(sample.request(), sample.number()).tokens())
                .isEqualTo(expected.tokens());
            assertThat(others.finished(turnedTo, sample.number()).tokens())
                .isEqualTo(expected.tokens());
          });
    }
  }

  /// Counts passes through the network.
  private static final class PassCount implements LayerWatch {
    private int passes;

    @Override
    public void beforeForward(int step) {
      passes += step == 0 ? 1 : 0;
    }

    @Override
    public void afterForward(int step) {}

    @Override
    public void beforeBackward(int step) {}

    @Override
    public void afterBackward(int step) {}
  }

  private static int passes(List<GenerationRequest> requests, Decoding decoding) {
    try (Network watched = Pythia.network(ScalarType.Float)) {
      PassCount count = new PassCount();
      watched.watch(count);
      write(watched, requests, decoding);
      return count.passes;
    }
  }

  @Test
  void samplesOfOnePromptReadItOnce() {
    List<GenerationRequest> one =
        List.of(
            GenerationRequest.greedy(new int[] {1, 2, 3}, 4)
                .withSamples(6)
                .withSampler(SAMPLER, 1));
    assertThat(passes(one, together(6))).isEqualTo(1 + 3);
    assertThat(passes(one, together(2))).isEqualTo(1 + 3 * 3);
    assertThat(passes(one, together(1))).isEqualTo(1 + 6 * 3);
  }

  @Test
  void promptsAreReadTogetherAsFarAsAPassGoes() {
    List<GenerationRequest> four =
        Arrays.stream(Networks.texts(new int[] {3, 5, 20, 2}, 0))
            .map(text -> GenerationRequest.greedy(text, 1))
            .toList();
    assertThat(passes(four, together(4))).isEqualTo(1);
    assertThat(passes(four, together(2))).isEqualTo(2);
    assertThat(passes(four, together(4).withTokensPerPass(10))).isEqualTo(3); // 3 and 5, 20, 2
    assertThat(passes(four, together(4).withTokensPerPass(1))).isEqualTo(4);
  }

  /// The second of two rows is taken by the third text while the first text goes on.
  @Test
  void aTextTakesThePlaceOfAFinishedOneAtOnce() {
    List<String> events = new ArrayList<>();
    GenerationSink sink =
        new GenerationSink() {
          @Override
          public Flow token(GeneratedToken token) {
            events.add("token " + token.request());
            return Flow.CONTINUE;
          }

          @Override
          public void finished(int request, int sample, Generation generation) {
            events.add("end " + request);
          }
        };
    List<GenerationRequest> three =
        List.of(
            GenerationRequest.greedy(new int[] {1}, 4),
            GenerationRequest.greedy(new int[] {2}, 2),
            GenerationRequest.greedy(new int[] {3}, 2));
    new NetworkLanguageModel(network).generate(three, together(2), sink);
    assertThat(events)
        .containsExactly(
            "token 0", "token 1", "token 0", "token 1", "end 1", // a pass for all prompts, a step
            "token 2", "token 0", "token 2", "end 2", "token 0", "end 0");
  }

  /// A source that has texts only now and then is not waited for while others are being continued.
  @Test
  void waitsForTextsOnlyWhenThereIsNothingElseToDo() {
    Deque<Optional<GenerationRequest>> given = new ArrayDeque<>();
    given.add(Optional.of(GenerationRequest.greedy(new int[] {1}, 3)));
    given.add(Optional.empty());
    given.add(Optional.of(GenerationRequest.greedy(new int[] {2}, 2)));
    given.add(Optional.empty());
    List<Patience> asked = new ArrayList<>();
    Continuations all = new Continuations(_ -> false);
    new NetworkLanguageModel(network)
        .generate(
            patience -> {
              asked.add(patience);
              return given.isEmpty() ? Optional.empty() : given.removeFirst();
            },
            together(2),
            all);
    assertThat(all.finished()).hasSize(2);
    assertThat(asked.getFirst()).isEqualTo(Patience.WAIT);
    assertThat(asked.get(1)).isEqualTo(Patience.NONE);
    assertThat(asked.getLast()).isEqualTo(Patience.WAIT);
  }

  @Test
  void writesWhatTransformersWritesWithARepetitionPenalty() throws IOException {
    JsonNode golden = Json.read(Pythia.golden("sampling/transformers.json")).get("greedy_40");
    for (double penalty : new double[] {1.3, 0.8}) {
      GenerationRequest request =
          GenerationRequest.greedy(Pythia.expected("greedy_prompt"), 40)
              .withSampler(Sampler.greedy().withRepetitionPenalty(penalty), 0);
      int[] expected = Json.mapper().convertValue(golden.get(String.valueOf(penalty)), int[].class);
      assertThat(write(network, List.of(request), together(1)).finished(0, 0).tokens())
          .isEqualTo(expected);
    }
  }

  @Test
  void endsBeforeATokenThatEndsTexts() {
    int[] prompt = Pythia.expected("greedy_prompt");
    int[] expected = Pythia.expected("greedy_40");
    int end = first(expected, 5);
    GenerationRequest request =
        GenerationRequest.greedy(prompt, 40)
            .withStop(new StopTokens(new int[] {510, expected[end]}, List.of()));
    Generation written = write(network, List.of(request), together(1)).finished(0, 0);
    assertThat(written.tokens()).isEqualTo(Arrays.copyOf(expected, end));
    assertThat(written.end()).isEqualTo(End.END_TOKEN);
  }

  /// The first place from `from` on whose token has not been there before.
  private static int first(int[] tokens, int from) {
    int at = 0;
    for (int i = 0; i < tokens.length; i++) {
      int token = tokens[i];
      if (Arrays.stream(tokens, 0, i).noneMatch(before -> before == token)) {
        at = i;
        if (i >= from) {
          return i;
        }
      }
    }
    return at;
  }

  @Test
  void cutsTheWholeStopSequenceAndTellsNothingOfIt() {
    int[] prompt = Pythia.expected("greedy_prompt");
    int[] expected = Pythia.expected("greedy_40");
    int[] sequence = Arrays.copyOfRange(expected, 7, 10);
    int begins = 0;
    while (!Arrays.equals(sequence, Arrays.copyOfRange(expected, begins, begins + 3))) {
      begins++;
    }
    GenerationRequest request =
        GenerationRequest.greedy(prompt, 40)
            .withStop(StopTokens.none().withSequences(List.of(new int[] {511, 1}, sequence)));
    Continuations all = write(network, List.of(request), together(1));
    assertThat(all.finished(0, 0).tokens()).isEqualTo(Arrays.copyOf(expected, begins));
    assertThat(all.finished(0, 0).end()).isEqualTo(End.STOP_SEQUENCE);
  }

  @Test
  void tellsWhatWasHeldBackWhenNoStopComesOfIt() {
    int[] prompt = Pythia.expected("greedy_prompt");
    int[] expected = Arrays.copyOf(Pythia.expected("greedy_40"), 4);
    int[] begun = {expected[3], 511, 511};
    GenerationRequest request =
        GenerationRequest.greedy(prompt, 4)
            .withStop(StopTokens.none().withSequences(List.of(begun)));
    Generation written = write(network, List.of(request), together(1)).finished(0, 0);
    assertThat(written.tokens()).isEqualTo(expected);
    assertThat(written.end()).isEqualTo(End.MAXIMUM);
  }

  @Test
  void endsWithTheLastTokenThatIsWanted() {
    AtomicInteger seen = new AtomicInteger();
    Continuations all = new Continuations(_ -> seen.incrementAndGet() == 3);
    GenerationRequest request = GenerationRequest.greedy(new int[] {1}, 9);
    new NetworkLanguageModel(network).generate(List.of(request), together(1), all);
    assertThat(all.finished(0, 0).tokens()).hasSize(3);
    assertThat(all.finished(0, 0).end()).isEqualTo(End.READER);
  }

  @Test
  void logprobsAreTheScoresOfTheSameTokens() {
    int[] prompt = Pythia.expected("greedy_prompt");
    GenerationRequest request =
        GenerationRequest.greedy(prompt, 6)
            .withSampler(new Sampler(0.8, 50, 0.9), 3)
            .withDetails(TokenDetails.NONE.withLogprobs(2));
    Continuations all = write(network, List.of(request), together(1));
    int[] written = all.finished(0, 0).tokens();
    int[] input = Arrays.copyOf(prompt, prompt.length + written.length - 1);
    System.arraycopy(written, 0, input, prompt.length, written.length - 1);
    float[] scores =
        new NetworkLanguageModel(network)
            .score(List.of(new ScoreRequest(input, written)), 1)
            .getFirst()
            .tokenLogLikelihoods();
    for (int i = 0; i < written.length; i++) {
      var logprobs = all.told(0, 0).get(i).logprobs().orElseThrow();
      assertThat(logprobs.chosen()).isCloseTo(scores[i], within(1e-5));
      assertThat(logprobs.likeliest()).hasSize(2);
    }
  }

  @Test
  void refusesTextsThatDoNotFitBeforeTheFirstIsContinued() {
    Continuations all = new Continuations(_ -> false);
    List<GenerationRequest> requests =
        List.of(
            GenerationRequest.greedy(new int[] {1}, 1), GenerationRequest.greedy(new int[65], 1));
    assertThatThrownBy(() -> new NetworkLanguageModel(network).generate(requests, together(1), all))
        .isInstanceOf(UserException.class)
        .hasMessage("the prompt has 65 tokens, the model takes 64; shorten the prompt");
    assertThat(all.finished()).isEmpty();
  }
}
