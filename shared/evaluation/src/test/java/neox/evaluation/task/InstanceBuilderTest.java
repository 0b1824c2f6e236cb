package neox.evaluation.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import neox.base.UserException;
import neox.base.json.Json;
import neox.evaluation.metric.Metric;
import neox.evaluation.metric.TextComparison;
import neox.evaluation.request.Request;
import neox.evaluation.request.Response.Generated;
import neox.evaluation.request.Response.Likelihood;
import neox.evaluation.request.Response;
import neox.python.PythonRandom;
import neox.template.value.Value;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Rules that no golden run shows.
class InstanceBuilderTest {
  private static final DataSet DATA =
      new DataSet("t", "made up", Optional.of("train"), Optional.empty(), Optional.of("test"));
  private static final Prompt PROMPT =
      Prompt.of(d -> new Question.Text(d.text("q")), d -> new Target.Text(d.text("a")));

  @TempDir private Path directory;

  private Task task(Prompt prompt, FewShot fewShot) {
    List<Metric> metrics = List.of(Metric.of("acc"));
    Task plain = Task.of("t", DATA, OutputType.LOGLIKELIHOOD, prompt, metrics);
    return new Task(
        plain.name(),
        plain.version(),
        plain.data(),
        plain.process(),
        plain.outputType(),
        plain.prompt(),
        fewShot,
        plain.generation(),
        plain.metrics(),
        plain.scoring(),
        plain.filters(),
        1);
  }

  private static FewShot first(int count) {
    return new FewShot(
        Optional.empty(), FewShot.Sampling.FIRST, Optional.of(count), Optional.empty());
  }

  private String context(Task task, Optional<Integer> shots) throws IOException {
    Files.createDirectories(directory.resolve("t"));
    Files.writeString(
        directory.resolve("t/train.jsonl"),
        "{\"q\": \"1+1=\", \"a\": \"2\"}\n{\"q\": \"1+2=\", \"a\": \"3\"}\n");
    Files.writeString(directory.resolve("t/test.jsonl"), "{\"q\": \"2+2=\", \"a\": \"4\"}\n");
    InstanceBuilder builder = new InstanceBuilder(new Documents(directory), 1, Optional.empty());
    Request request = builder.build(task, shots).list().getFirst().requests().getFirst();
    return ((Request.LogLikelihood) request).context();
  }

  @Test
  void theFirstExamplesAreTheSameForEveryone() throws IOException {
    assertThat(context(task(PROMPT, first(2)), Optional.empty()))
        .isEqualTo("1+1= 2\n\n1+2= 3\n\n2+2=");
    assertThat(context(task(PROMPT, first(2)), Optional.of(1))).isEqualTo("1+1= 2\n\n2+2=");
  }

  @Test
  void aTaskThatFixesNoExamplesGetsNone() throws IOException {
    assertThat(context(task(PROMPT, first(0)), Optional.of(2))).isEqualTo("2+2=");
  }

  @Test
  void thereMustBeEnoughExamples() {
    assertThatThrownBy(() -> context(task(PROMPT, first(3)), Optional.empty()))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "task t needs 3 documents to draw few-shot examples from, its data set has 2; lower"
                + " --num-fewshot");
  }

  @Test
  void descriptionsAndAnswerPrefixesStandWhereTheHarnessPutsThem() throws IOException {
    Prompt prompt = PROMPT.described(d -> "Sums.\n\n").prefixed(d -> "It is").delimited(" ", "\n");
    assertThat(context(task(prompt, first(1)), Optional.empty()))
        .isEqualTo("Sums.\n\n1+1= It is 2\n2+2= It is");
  }

  @Test
  void examplesMayBeWrittenUnlikeTheQuestion() throws IOException {
    Prompt examples = Prompt.of(d -> new Question.Text("e"), d -> new Target.Absent());
    FewShot fewShot =
        new FewShot(
            Optional.of("train"), FewShot.Sampling.FIRST, Optional.of(1), Optional.of(examples));
    assertThat(context(task(PROMPT, fewShot), Optional.empty())).isEqualTo("e\n\n2+2=");
  }

  @Test
  void anAnswerThatIsNoTextCannotBeAnExample() {
    Prompt prompt = Prompt.of(d -> new Question.Text("q"), d -> new Target.Index(0));
    assertThatThrownBy(() -> context(task(prompt, first(1)), Optional.empty()))
        .isInstanceOf(UserException.class)
        .hasMessage(
            directory.resolve("t/train.jsonl")
                + ":1: the answer of this example is no text, so task t cannot be run with"
                + " few-shot examples; use --num-fewshot 0");
  }

  private static Document document(String json) {
    return new Document((ObjectNode) Json.parse(json, "test"), "here:1");
  }

  @Test
  void aQuestionIsNeverItsOwnExampleWhenTestAndExampleSplitAreEquallyUnnamed() {
    DataSet data =
        new DataSet("t", "made up", Optional.empty(), Optional.of("validation"), Optional.empty());
    Task task = Task.of("t", data, OutputType.LOGLIKELIHOOD, PROMPT, List.of(Metric.of("acc")));
    List<Document> pool = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      pool.add(document("{\"q\": \"" + i + "\"}"));
    }
    FewShotSampler sampler = new FewShotSampler(task, pool, new PythonRandom(3));
    for (int round = 0; round < 50; round++) {
      Document question = pool.get(round % 5);
      assertThat(sampler.draw(question, 4)).hasSize(4).doesNotContain(question);
    }
  }

  private static Instance choices(Target target, String... choices) {
    return new Instance(
        0,
        document("{}"),
        new Question.Text("q"),
        target,
        List.of(choices),
        target instanceof Target.Several,
        List.of());
  }

  private static Value score(String metric, Instance instance, double... logLikelihoods) {
    List<Response> responses = new ArrayList<>();
    for (double logLikelihood : logLikelihoods) {
      responses.add(new Likelihood(logLikelihood, false));
    }
    Scoring scoring = Scoring.standard(OutputType.MULTIPLE_CHOICE, List.of(Metric.of(metric)));
    return Objects.requireNonNull(scoring.score(instance, responses).get(metric));
  }

  @Test
  void lengthsAreCodePointsForAccNormAndBytesForAccBytes() {
    // Per code point: -4/1 and -6/2, so the second; per byte: -4/4 and -6/2, so the first.
    Instance instance = choices(new Target.Index(0), "😀", "ab");
    assertThat(score("acc", instance, -4, -6)).isEqualTo(new Value.Real(1));
    assertThat(score("acc_norm", instance, -4, -6)).isEqualTo(new Value.Real(0));
    assertThat(score("acc_bytes", instance, -4, -6)).isEqualTo(new Value.Real(1));
  }

  @Test
  void theFirstOfEqualChoicesWins() {
    assertThat(score("acc", choices(new Target.Index(0), "a", "b"), -1, -1))
        .isEqualTo(new Value.Real(1));
    assertThat(score("acc", choices(new Target.Index(1), "a", "b"), -1, -1))
        .isEqualTo(new Value.Real(0));
  }

  @Test
  void targetsMayBeTextsOrSeveral() {
    assertThat(score("acc", choices(new Target.Text("b"), "a", "b"), -2, -1))
        .isEqualTo(new Value.Real(1));
    Target any = new Target.Several(List.of(new Target.Index(0), new Target.Index(2)));
    assertThat(score("acc", choices(any, "a", "b", "c"), -3, -2, -1)).isEqualTo(new Value.Real(1));
  }

  @Test
  void aTargetThatIsNoChoiceIsAMistakeInTheData() {
    assertThatThrownBy(() -> score("acc", choices(new Target.Index(2), "a", "b"), -1, -2))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "here:1: the answer 2 is none of the 2 choices; correct or remove the document");
    assertThatThrownBy(() -> score("acc", choices(new Target.Text("c"), "a", "b"), -1, -2))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("the answer \"c\" is none of the 2 choices");
  }

  @Test
  void namesTheMetricsThatAnOutputTypeHas() {
    assertThatThrownBy(
            () -> Scoring.standard(OutputType.LOGLIKELIHOOD, List.of(Metric.of("acc_norm"))))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "metric 'acc_norm' does not exist for output type loglikelihood; it has perplexity,"
                + " acc");
    assertThatThrownBy(() -> Metric.of("accuracy"))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("unknown metric 'accuracy'; known are acc, acc_bytes,");
  }

  private static String filtered(Filter filter, String... texts) {
    List<Response> responses = new ArrayList<>();
    for (String text : texts) {
      responses.add(new Generated(text));
    }
    FilterPipeline pipeline = new FilterPipeline("f", List.of(filter, new Filter.TakeFirst()));
    return ((Generated) pipeline.apply(responses)).text();
  }

  @Test
  void filtersEditTexts() {
    assertThat(filtered(new Filter.Strip(), "\u00a0a \n")).isEqualTo("a");
    assertThat(filtered(new Filter.LowerCase(), "ÀB")).isEqualTo("àb");
    assertThat(filtered(new Filter.UpperCase(), "àß")).isEqualTo("ÀSS");
    assertThat(filtered(new Filter.MajorityVote(), "a", "b", "b", "a", "c")).isEqualTo("a");
    assertThat(filtered(new Filter.MajorityVote(), "a", "b", "b")).isEqualTo("b");
  }

  @Test
  void extractsTheMatchThatIsAskedFor() {
    var number = TextComparison.pattern("(-?[$0-9.,]{2,})|(-?[0-9]+)");
    assertThat(filtered(new Filter.Extract(number, 0, "none"), "7 of 12")).isEqualTo("7");
    assertThat(filtered(new Filter.Extract(number, -1, "none"), "7 of 12")).isEqualTo("12");
    assertThat(filtered(new Filter.Extract(number, 2, "none"), "7 of 12")).isEqualTo("none");
    assertThat(filtered(new Filter.Extract(number, 0, "none"), "no")).isEqualTo("none");
    var word = TextComparison.pattern("\\w+ ");
    assertThat(filtered(new Filter.Extract(word, 0, "none"), "né so")).isEqualTo("né");
  }

  @Test
  void aPipelineMustLeaveOneResponse() {
    FilterPipeline pipeline = new FilterPipeline("f", List.of(new Filter.Strip()));
    assertThatThrownBy(() -> pipeline.apply(List.of(new Generated("a"), new Generated("b"))))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "filter 'f' leaves 2 responses to one request; end it with take_first or"
                + " majority_vote");
  }
}
