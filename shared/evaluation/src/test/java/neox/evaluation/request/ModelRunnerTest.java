package neox.evaluation.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import neox.base.Console;
import neox.base.UserException;
import neox.base.json.Json;
import neox.evaluation.Golden;
import neox.evaluation.request.Response.Generated;
import neox.evaluation.request.Response.Likelihood;
import neox.evaluation.request.Response.RollingLikelihood;
import neox.inference.BatchSize;
import neox.inference.Score;
import neox.inference.sampling.Sampler;
import neox.python.PythonText;
import neox.tokenizer.special.TextBounds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// From texts to token ids and back, against single requests of the real harness.
class ModelRunnerTest {
  private final RecordedTokens recorded = new RecordedTokens();
  private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

  private ModelRunner runner(int maxLength) {
    Console console =
        new Console(
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(new ByteArrayOutputStream()),
            new PrintStream(errors, true, StandardCharsets.UTF_8),
            false,
            false);
    return new ModelRunner(
        recorded.model(maxLength),
        recorded.tokenizer(),
        TextBounds.ofDocuments(recorded.tokenizer()),
        maxLength,
        BatchSize.of(2),
        console);
  }

  private PairEncoder encoder() {
    return PairEncoder.of(recorded.tokenizer(), TextBounds.ofDocuments(recorded.tokenizer()));
  }

  private static List<JsonNode> golden(int maxLength, String type) {
    List<JsonNode> requests =
        new ArrayList<>(
            Golden.jsonLines("requests.jsonl.gz").stream()
                .filter(request -> request.get("max_length").asInt() == maxLength)
                .filter(request -> request.get("type").asText().equals(type))
                .toList());
    Collections.shuffle(requests, new Random(1));
    return requests;
  }

  /// Tells the fakes what the harness recorded: how texts are encoded, and the score of the input
  /// that its rule leaves after truncation.
  private void learn(JsonNode request, int maxLength) {
    String context = request.get("context").asText();
    int[] head = RecordedTokens.ids(request.get("context_enc"));
    int[] tail = RecordedTokens.ids(request.get("continuation_enc"));
    int[] all = IntStream.concat(IntStream.of(head), IntStream.of(tail)).toArray();
    if (context.isEmpty()) {
      recorded.encoding(request.get("continuation").asText(), tail);
    } else {
      recorded.encoding(PythonText.rightStrip(context), head);
      recorded.encoding(context + request.get("continuation").asText(), all);
    }
    int length = request.get("input_len").asInt();
    int[] input = Arrays.copyOfRange(all, all.length - 1 - length, all.length - 1);
    assertThat(length).isLessThanOrEqualTo(maxLength);
    recorded.score(
        input,
        tail,
        new Score(
            request.get("ll").asDouble(),
            request.get("greedy").asBoolean(),
            new float[tail.length]));
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 64})
  void splitsAndCutsContextsAsTheHarness(int maxLength) {
    List<JsonNode> golden = golden(maxLength, "loglikelihood");
    golden.forEach(request -> learn(request, maxLength));
    List<Request> requests =
        golden.stream()
            .<Request>map(request ->
                new Request.LogLikelihood(
                    request.get("context").asText(), request.get("continuation").asText()))
            .toList();
    List<Response> expected =
        golden.stream()
            .<Response>map(request ->
                new Likelihood(request.get("ll").asDouble(), request.get("greedy").asBoolean()))
            .toList();
    assertThat(requests).hasSizeGreaterThan(39);
    assertThat(runner(maxLength).run(requests)).isEqualTo(expected);
    assertThat(errors.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  @Test
  void cutsTheStartOfALongContextAndSaysSo() {
    recorded.encoding("long", new int[] {1, 2, 3, 4, 5, 6});
    recorded.encoding("long one", new int[] {1, 2, 3, 4, 5, 6, 7, 8});
    recorded.score(new int[] {4, 5, 6, 7}, new int[] {7, 8}, new Score(-3, true, new float[2]));
    assertThat(runner(4).run(List.of(new Request.LogLikelihood("long", " one"))))
        .containsExactly(new Likelihood(-3, true));
    assertThat(errors.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            "warning: 1 of 1 requests are longer than the model's 4 tokens; the start of their"
                + " context was cut off\n");
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 64})
  void scoresLongTextsInTheWindowsOfTheHarness(int maxLength) {
    List<Request> requests = new ArrayList<>();
    List<Response> expected = new ArrayList<>();
    int windows = 0;
    for (JsonNode request : golden(maxLength, "loglikelihood_rolling")) {
      int[] text = {};
      for (JsonNode window : request.get("windows")) {
        int[] context = RecordedTokens.ids(window.get("context"));
        int[] predicted = RecordedTokens.ids(window.get("pred"));
        int[] input =
            IntStream.concat(
                    IntStream.of(context), IntStream.of(predicted).limit(predicted.length - 1))
                .toArray();
        recorded.score(
            input, predicted, new Score(window.get("ll").asDouble(), false, new float[0]));
        text = IntStream.concat(IntStream.of(text), IntStream.of(predicted)).toArray();
        windows++;
      }
      recorded.encoding(request.get("text").asText(), text);
      requests.add(new Request.RollingLogLikelihood(request.get("text").asText()));
      expected.add(new RollingLikelihood(request.get("ll").asDouble()));
    }
    assertThat(windows).isGreaterThan(maxLength == 64 ? 2 * requests.size() : 0);
    assertThat(runner(maxLength).run(requests)).isEqualTo(expected);
  }

  @Test
  void anEmptyTextHasNoTokensToDoubt() {
    recorded.encoding("", new int[0]);
    assertThat(runner(8).run(List.of(new Request.RollingLogLikelihood(""))))
        .containsExactly(new RollingLikelihood(0));
  }

  @Test
  void everyTokenOfALongTextIsPredictedExactlyOnceWithAsMuchContextAsFits() {
    for (int length = 1; length <= 40; length++) {
      int[] tokens = IntStream.rangeClosed(1, length).toArray();
      for (int max = 1; max <= 12; max++) {
        List<TokenPair> windows = RollingWindows.of(tokens, 0, max);
        int[] predicted =
            windows.stream().flatMapToInt(window -> IntStream.of(window.continuation())).toArray();
        assertThat(predicted).isEqualTo(tokens);
        for (TokenPair window : windows) {
          int[] context = window.context();
          assertThat(context[context.length - 1]).isEqualTo(window.continuation()[0] - 1);
          assertThat(context.length + window.continuation().length - 1).isLessThanOrEqualTo(max);
        }
      }
    }
  }

  @Test
  void anEmptyContextIsTheEndOfTextToken() {
    recorded.encoding(" a", new int[] {7, 8});
    recorded.encoding("<|endoftext|>b", new int[] {0, 9});
    recorded.encoding(" \nb", new int[] {5, 9});
    PairEncoder encoder = encoder();
    assertThat(encoder.encode("", " a").context()).containsExactly(0);
    assertThat(encoder.encode("", " a").continuation()).containsExactly(7, 8);
    assertThat(encoder.encode("", "<|endoftext|>b").continuation()).containsExactly(9);
    assertThat(encoder.encode(" \n", "b").context()).containsExactly(0);
    assertThat(encoder.encode(" \n", "b").continuation()).containsExactly(5, 9);
  }

  @Test
  void whiteSpaceAtTheEndOfTheContextBelongsToTheContinuation() {
    recorded.encoding("a", new int[] {1});
    recorded.encoding("a \u00a0b", new int[] {1, 2, 3});
    TokenPair pair = encoder().encode("a \u00a0", "b");
    assertThat(pair.context()).containsExactly(1);
    assertThat(pair.continuation()).containsExactly(2, 3);
  }

  @Test
  void namesTheContinuationThatTheTokenizerSwallows() {
    recorded.encoding("ab", new int[] {1});
    recorded.encoding("abc", new int[] {4});
    assertThatThrownBy(() -> encoder().encode("ab", "c"))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "nothing to score: the tokenizer leaves no token of the continuation \"c\" after the"
                + " context that ends in \"ab\"");
  }

  @Test
  void refusesAContinuationThatDoesNotFitTheModel() {
    recorded.encoding("a", new int[] {1});
    recorded.encoding("a b c d", new int[] {1, 2, 3, 4});
    assertThatThrownBy(() -> runner(2).run(List.of(new Request.LogLikelihood("a", " b c d"))))
        .isInstanceOf(RefusedRequest.class)
        .hasMessage(
            "a continuation of 3 tokens does not fit the model's 2; leave that task out or raise"
                + " --max-length if the model allows");
  }

  /// The tokens that occur in the golden continuations.
  private static final Map<Integer, String> WORDS =
      Map.ofEntries(
          Map.entry(380, " The"),
          Map.entry(31829, " wagon"),
          Map.entry(535, ".\n"),
          Map.entry(40962, " lantern"),
          Map.entry(84, "s"),
          Map.entry(247, " a"),
          Map.entry(246, " t"),
          Map.entry(736, "row"),
          Map.entry(293, "el"),
          Map.entry(2, "!"),
          Map.entry(11281, " basket"),
          Map.entry(1737, " What"),
          Map.entry(2822, " near"),
          Map.entry(3277, " Qu"),
          Map.entry(274, "ar"),
          Map.entry(610, "ry"),
          Map.entry(7061, " Hill"));

  @Test
  void generatesWhatTheHarnessGenerates() {
    WORDS.forEach(recorded::word);
    for (String stop : List.of("\n", ".", ",", "<|endoftext|>")) {
      recorded.encoding(stop, new int[] {1});
    }
    List<JsonNode> golden = golden(512, "generate_until");
    assertThat(golden).hasSize(7);
    List<Request> requests = new ArrayList<>();
    List<Response> expected = new ArrayList<>();
    for (JsonNode request : golden) {
      String context = request.get("context").asText();
      int[] ids = RecordedTokens.ids(request.get("context_enc"));
      recorded.encoding(context, ids);
      recorded.continuation(ids, RecordedTokens.ids(request.get("greedy_24_tokens")));
      GenerationOptions options = new GenerationOptions((ObjectNode) request.get("gen_kwargs"));
      requests.add(new Request.Generate(context, options));
      expected.add(new Generated(request.get("response").asText()));
    }
    assertThat(runner(512).run(requests)).isEqualTo(expected);
  }

  @Test
  void generationEndsAtAStopTextThatSpansTokensAndIsCutBeforeTheFirst() {
    recorded.encoding("q", new int[] {9});
    recorded.encoding("END", new int[] {50});
    recorded.encoding("<|endoftext|>", new int[] {0});
    recorded.word(1, " one");
    recorded.word(2, " E");
    recorded.word(3, "ND of");
    recorded.word(4, " more");
    recorded.continuation(new int[] {9}, new int[] {1, 2, 3, 4, 4});
    assertThat(runner(64).run(List.of(new Request.Generate("q", options("END", 8)))))
        .containsExactly(new Generated(" one "));
  }

  @Test
  void generationKeepsTheLastTokensOfALongPromptAndDropsTheEndOfText() {
    recorded.encoding("long", new int[] {1, 2, 3, 4, 5, 6});
    recorded.encoding("\n", new int[] {50});
    recorded.encoding("<|endoftext|>", new int[] {0});
    recorded.word(7, " x");
    recorded.continuation(new int[] {3, 4, 5, 6}, new int[] {7, 0, 7});
    assertThat(runner(6).run(List.of(new Request.Generate("long", options("\n", 2)))))
        .containsExactly(new Generated(" x"));
  }

  @Test
  void refusesToGenerateMoreThanTheModelHolds() {
    recorded.encoding("q", new int[] {9});
    assertThatThrownBy(() -> runner(8).run(List.of(new Request.Generate("q", options("\n", 8)))))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("max_gen_toks 8 leaves no room for a prompt in the model's 8 tokens");
  }

  private static GenerationOptions options(String stop, int maxTokens) {
    var keywords = Json.mapper().createObjectNode();
    keywords.put("until", stop).put("max_gen_toks", maxTokens);
    return new GenerationOptions(keywords);
  }

  @Test
  void equalInputsFollowOneAnother() {
    List<Request> requests = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      int choice = 10 + i / 20;
      int question = 100 + i % 20;
      recorded.encoding("q" + question, new int[] {question});
      recorded.encoding("q" + question + " " + choice, new int[] {question, choice});
      recorded.score(new int[] {question}, new int[] {choice}, new Score(-i, false, new float[1]));
      requests.add(new Request.LogLikelihood("q" + question, " " + choice));
    }
    List<Response> responses = runner(8).run(requests);
    assertThat(responses.get(42)).isEqualTo(new Likelihood(-42, false));
    assertThat(recorded.asked.stream().map(input -> input[0]))
        .isEqualTo(IntStream.range(0, 100).mapToObj(i -> 100 + i / 5).toList());
  }

  @Test
  void drawsWhereTheHarnessDraws() {
    assertThat(sampler("{}")).isEqualTo(new Sampler(0, 50, 1));
    assertThat(sampler("{\"temperature\": 0.7}")).isEqualTo(new Sampler(0.7, 50, 1));
    assertThat(sampler("{\"temperature\": 0.7, \"do_sample\": false}").isGreedy()).isTrue();
    assertThat(
            sampler(
                "{\"do_sample\": true, \"temperature\": \"0.2\", \"top_k\": 40, \"top_p\": 0.9,"
                    + " \"min_p\": 0.1, \"repetition_penalty\": 1.2}"))
        .isEqualTo(new Sampler(0.2, 40, 0.9, 0.1, 1.2));
  }

  private static Sampler sampler(String keywords) {
    return new GenerationOptions((ObjectNode) Json.parse(keywords, "keywords")).sampler();
  }

  @Test
  void refusesWaysToGenerateThatItDoesNotKnow() {
    assertThatThrownBy(() -> sampler("{\"do_sample\": true}"))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "generation options: do_sample=true at temperature 0: expected temperature=T above 0, or"
                + " do_sample=false");
    assertThatThrownBy(() -> sampler("{\"num_beams\": 4}"))
        .hasMessage(
            "generation options: num_beams 4: expected 1; texts are written from left to right");
    assertThatThrownBy(() -> sampler("{\"top_p\": \"high\"}"))
        .hasMessage("generation options: top_p \"high\": expected a number");
    assertThatThrownBy(() -> sampler("{\"temperature\": -1}"))
        .hasMessage("temperature -1.0: expected a number from 0 on");
  }

  @Test
  void repeatedQuestionsAreDrawnAnewAndLikeThemselves() {
    RequestSeeds seeds = new RequestSeeds();
    long first = seeds.next("q");
    assertThat(seeds.next("other")).isNotEqualTo(first);
    assertThat(seeds.next("q")).isNotEqualTo(first);
    assertThat(new RequestSeeds().next("q")).isEqualTo(first);
  }
}
