package neox.evaluation.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import neox.base.UserException;
import neox.base.json.Json;
import neox.evaluation.TaskText;
import neox.evaluation.document.Document;
import neox.evaluation.metric.Metric;
import neox.evaluation.request.Request;
import neox.evaluation.request.Response;
import neox.evaluation.request.Response.Generated;
import neox.evaluation.request.Response.Likelihood;
import neox.python.PythonRandom;
import neox.python.PythonRegex;
import neox.template.value.Dict;
import neox.template.value.Printing;
import neox.template.value.Value;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Rules that no golden run shows.
class InstanceBuilderTest {
  private static final String SUMS =
      """
      task: t
      dataset_path: made up
      training_split: train
      test_split: test
      output_type: loglikelihood
      doc_to_text: q
      doc_to_target: a
      metric_list: [{metric: acc}]
      """;

  @TempDir private Path directory;

  private Task task(String more) throws IOException {
    return TaskText.task(directory, SUMS + more);
  }

  private static String first(int count) {
    return "num_fewshot: " + count + "\nfewshot_config: {sampler: first_n}\n";
  }

  private List<Request> requests(Task task, Optional<Integer> shots, PromptStyle style)
      throws IOException {
    Files.createDirectories(directory.resolve("t"));
    Files.writeString(
        directory.resolve("t/train.jsonl"),
        "{\"q\": \"1+1=\", \"a\": \"2\"}\n{\"q\": \"1+2=\", \"a\": \"3\"}\n");
    Files.writeString(directory.resolve("t/test.jsonl"), "{\"q\": \"2+2=\", \"a\": \"4\"}\n");
    InstanceBuilder builder =
        new InstanceBuilder(new Documents(directory), 1, Optional.empty(), style);
    return builder.build(task, shots).list().getFirst().requests();
  }

  private String context(Task task, Optional<Integer> shots, PromptStyle style) throws IOException {
    Request request = requests(task, shots, style).getFirst();
    return ((Request.LogLikelihood) request).context();
  }

  private String context(String more, Optional<Integer> shots) throws IOException {
    return context(task(more), shots, PromptStyle.PLAIN);
  }

  @Test
  void theFirstExamplesAreTheSameForEveryone() throws IOException {
    assertThat(context(first(2), Optional.empty())).isEqualTo("1+1= 2\n\n1+2= 3\n\n2+2=");
    assertThat(context(first(2), Optional.of(1))).isEqualTo("1+1= 2\n\n2+2=");
  }

  @Test
  void aTaskThatFixesNoExamplesGetsNone() throws IOException {
    assertThat(context(first(0), Optional.of(2))).isEqualTo("2+2=");
  }

  @Test
  void thereMustBeEnoughExamples() {
    assertThatThrownBy(() -> context(first(3), Optional.empty()))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "task t needs 3 documents to draw few-shot examples from, its data set has 2; lower"
                + " --num-fewshot");
  }

  @Test
  void descriptionsAndAnswerPrefixesStandWhereTheHarnessPutsThem() throws IOException {
    String more = "description: \"Sums.\\n\\n\"\ngen_prefix: It is\nfewshot_delimiter: \"\\n\"\n";
    assertThat(context(more + first(1), Optional.empty()))
        .isEqualTo("Sums.\n\n1+1= It is 2\n2+2= It is");
  }

  @Test
  void descriptionsAndPrefixesMayBeTemplatesOrColumns() throws IOException {
    assertThat(context("description: \"{{a}}? \"\n", Optional.empty())).isEqualTo("4? 2+2=");
    assertThat(context("gen_prefix: a\n", Optional.empty())).isEqualTo("2+2= 4");
  }

  @Test
  void examplesMayBeWrittenUnlikeTheQuestion() throws IOException {
    String config =
        "fewshot_config: {sampler: first_n, doc_to_text: e, doc_to_target: \"{{q}}\","
            + " target_delimiter: \"-\", fewshot_delimiter: \"|\"}\n";
    assertThat(context(config, Optional.of(1))).isEqualTo("e-1+1=|2+2=");
  }

  @Test
  void anExampleWithoutAnswerIsItsQuestionAlone() throws IOException {
    String config = "fewshot_config: {sampler: first_n, doc_to_text: e, doc_to_target: \"\"}\n";
    assertThat(context(config, Optional.of(1))).isEqualTo("e2+2=");
  }

  @Test
  void examplesMayStandInTheFile() throws IOException {
    String config =
        """
        fewshot_config:
          sampler: first_n
          samples:
            - {q: "3+3=", a: "6"}
            - {q: "4+4=", a: "8"}
        """;
    assertThat(context(config, Optional.of(2))).isEqualTo("3+3= 6\n\n4+4= 8\n\n2+2=");
  }

  @Test
  void anAnswerThatIsNoTextCannotBeAnExample() {
    assertThatThrownBy(() -> context("doc_to_target: 0\n" + first(1), Optional.empty()))
        .isInstanceOf(UserException.class)
        .hasMessage(
            directory.resolve("t/train.jsonl")
                + ":1: the answer of this example is no text, so task t cannot be run with"
                + " few-shot examples; use --num-fewshot 0");
  }

  @Test
  void aSystemInstructionStandsBeforeTheDescription() throws IOException {
    PromptStyle style = new PromptStyle(Optional.of("Be brief."), Optional.empty(), false);
    assertThat(context(task("description: \"Sums:\\n\"\n"), Optional.empty(), style))
        .isEqualTo("Be brief.\n\nSums:\n2+2=");
    assertThat(context(task(""), Optional.empty(), style)).isEqualTo("Be brief.2+2=");
  }

  private static String spoken(List<Message> messages, boolean continuesLast) {
    StringBuilder text = new StringBuilder();
    messages.forEach(m -> text.append('<' + m.role().key() + '>' + m.content()));
    return text + (continuesLast ? "" : "<assistant>");
  }

  @Test
  void conversationsHaveATurnForEachExampleOrOneForAll() throws IOException {
    Task task = task("description: \"Sums:\\n\\n\"\n" + first(1));
    PromptStyle turns =
        new PromptStyle(Optional.empty(), Optional.of(InstanceBuilderTest::spoken), true);
    assertThat(context(task, Optional.empty(), turns))
        .isEqualTo("<system>Sums:\n\n<user>1+1=<assistant>2<user>2+2=<assistant>");
    PromptStyle one =
        new PromptStyle(Optional.empty(), Optional.of(InstanceBuilderTest::spoken), false);
    assertThat(context(task, Optional.empty(), one))
        .isEqualTo("<system>Sums:\n\n<user>1+1= 2\n\n2+2=<assistant>");
    Task begun = task("gen_prefix: It is\n" + first(1));
    assertThat(context(begun, Optional.empty(), one))
        .isEqualTo("<user>1+1= It is 2\n\n2+2=<assistant>It is");
  }

  @Test
  void choicesFollowAConversationWithoutDelimiterUnlessTheAnswerHasBegun() throws IOException {
    String choices = "output_type: multiple_choice\ndoc_to_choice: [\"3\", \"4\"]\n";
    PromptStyle chat =
        new PromptStyle(Optional.empty(), Optional.of(InstanceBuilderTest::spoken), true);
    assertThat(requests(task(choices), Optional.empty(), chat))
        .extracting(request -> ((Request.LogLikelihood) request).continuation())
        .containsExactly("3", "4");
    assertThat(requests(task(choices + "gen_prefix: It is\n"), Optional.empty(), chat))
        .extracting(request -> ((Request.LogLikelihood) request).continuation())
        .containsExactly(" 3", " 4");
  }

  private static Document document(String json) {
    return new Document((Dict) Value.of(Json.parse(json, "test")), "here:1");
  }

  @Test
  void aQuestionIsNeverItsOwnExampleWhenTestAndExampleSplitAreEquallyUnnamed() throws IOException {
    Task task = task("test_split: null\nvalidation_split: validation\n");
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

  @Test
  void theFirstDocumentDecidesHowAllAreRead() throws IOException {
    Task task =
        task("output_type: multiple_choice\ndoc_to_choice: [x, y]\ndoc_to_text: \"{{0}}\"\n");
    assertThat(requests(task, Optional.empty(), PromptStyle.PLAIN))
        .containsExactly(
            new Request.LogLikelihood("x", " 4"), new Request.LogLikelihood("y", " 4"));
  }

  private InstanceBuilder.Instances instances(String task, String... lines) throws IOException {
    Files.createDirectories(directory.resolve("t"));
    Files.write(directory.resolve("t/test.jsonl"), List.of(lines));
    InstanceBuilder builder =
        new InstanceBuilder(new Documents(directory), 1, Optional.empty(), PromptStyle.PLAIN);
    return builder.build(task(task), Optional.empty());
  }

  @Test
  void aColumnMayHaveDotsInItsName() throws IOException {
    String task =
        "output_type: multiple_choice\ndoc_to_text: in.q\ndoc_to_target: in.a\ndoc_to_choice: in.c\n";
    List<Instance> list =
        instances(task, "{\"in.q\": \"2+2=\", \"in.a\": 1, \"in.c\": [\"3\", \"4\"]}").list();
    assertThat(list.getFirst().requests())
        .containsExactly(
            new Request.LogLikelihood("2+2=", " 3"), new Request.LogLikelihood("2+2=", " 4"));
    assertThat(list.getFirst().target()).isEqualTo(number(1));
  }

  @Test
  void aFirstDocumentWithoutAnyTargetMakesEachListOneTarget() throws IOException {
    List<Instance> list =
        instances(
                "output_type: generate_until\nmetric_list: [{metric: exact_match}]\n",
                "{\"q\": \"a\", \"a\": []}",
                "{\"q\": \"b\", \"a\": [\"x\"]}")
            .list();
    assertThat(list).noneMatch(Instance::manyTargets);
    Scoring scoring =
        Scoring.standard(OutputType.GENERATE_UNTIL, List.of(Metric.of("exact_match")));
    assertThat(scoring.score(list.getLast(), List.of(Value.of("x"))))
        .containsEntry("exact_match", new Value.Real(0));
    assertThat(scoring.score(list.getLast(), List.of(Value.of("['x']"))))
        .containsEntry("exact_match", new Value.Real(1));
  }

  private static Value number(long number) {
    return Value.Int.of(number);
  }

  private static Value several(Value... values) {
    return new Value.Listing(List.of(values));
  }

  private static Instance choices(Value target, String... choices) {
    return new Instance(
        0,
        document("{}"),
        Value.of("q"),
        target,
        List.of(choices),
        new Instance.Flags(false, target instanceof Value.Listing),
        List.of());
  }

  private static Value score(String metric, Instance instance, double... logLikelihoods) {
    List<Value> results = new ArrayList<>();
    for (double logLikelihood : logLikelihoods) {
      results.add(new Likelihood(logLikelihood, false).value());
    }
    Scoring scoring = Scoring.standard(OutputType.MULTIPLE_CHOICE, List.of(Metric.of(metric)));
    return Objects.requireNonNull(scoring.score(instance, results).get(metric));
  }

  @Test
  void lengthsAreCodePointsForAccNormAndBytesForAccBytes() {
    // Per code point: -4/1 and -6/2, so the second; per byte: -4/4 and -6/2, so the first.
    Instance instance = choices(number(0), "😀", "ab");
    assertThat(score("acc", instance, -4, -6)).isEqualTo(new Value.Real(1));
    assertThat(score("acc_norm", instance, -4, -6)).isEqualTo(new Value.Real(0));
    assertThat(score("acc_bytes", instance, -4, -6)).isEqualTo(new Value.Real(1));
  }

  @Test
  void theFirstOfEqualChoicesWins() {
    assertThat(score("acc", choices(number(0), "a", "b"), -1, -1)).isEqualTo(new Value.Real(1));
    assertThat(score("acc", choices(number(1), "a", "b"), -1, -1)).isEqualTo(new Value.Real(0));
  }

  @Test
  void targetsMayBeTextsOrSeveral() {
    assertThat(score("acc", choices(Value.of("b"), "a", "b"), -2, -1)).isEqualTo(new Value.Real(1));
    Value any = several(number(0), number(2));
    assertThat(score("acc", choices(any, "a", "b", "c"), -3, -2, -1)).isEqualTo(new Value.Real(1));
  }

  @Test
  void aTargetThatIsNoChoiceIsAMistakeInTheData() {
    assertThatThrownBy(() -> score("acc", choices(number(2), "a", "b"), -1, -2))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "here:1: the answer 2 is none of the 2 choices; correct or remove the document");
    assertThatThrownBy(() -> score("acc", choices(Value.of("c"), "a", "b"), -1, -2))
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

  private static Value filtered(FilterPipeline pipeline, String... texts) {
    List<Response> responses = new ArrayList<>();
    for (String text : texts) {
      responses.add(new Generated(text));
    }
    return pipeline.apply(List.of(responses), List.of(document("{}"))).getFirst();
  }

  private static String filtered(Filter filter, String... texts) {
    FilterPipeline pipeline = new FilterPipeline("f", List.of(filter, new Filter.TakeFirst()));
    return Printing.str(filtered(pipeline, texts));
  }

  @Test
  void filtersEditTexts() {
    assertThat(filtered(Filter.Edit.STRIP, "\u00a0a \n")).isEqualTo("a");
    assertThat(filtered(Filter.Edit.LOWER_CASE, "ÀB")).isEqualTo("àb");
    assertThat(filtered(Filter.Edit.UPPER_CASE, "àß")).isEqualTo("ÀSS");
    assertThat(filtered(new Filter.MajorityVote(), "a", "b", "b", "a", "c")).isEqualTo("a");
    assertThat(filtered(new Filter.MajorityVote(), "a", "b", "b")).isEqualTo("b");
  }

  @Test
  void extractsTheMatchThatIsAskedFor() {
    var number = PythonRegex.compile("(-?[$0-9.,]{2,})|(-?[0-9]+)");
    assertThat(filtered(new Filter.Extract(number, 0, "none"), "7 of 12")).isEqualTo("7");
    assertThat(filtered(new Filter.Extract(number, -1, "none"), "7 of 12")).isEqualTo("12");
    assertThat(filtered(new Filter.Extract(number, 2, "none"), "7 of 12")).isEqualTo("none");
    assertThat(filtered(new Filter.Extract(number, 0, "none"), "no")).isEqualTo("none");
    var word = PythonRegex.compile("\\w+ ");
    assertThat(filtered(new Filter.Extract(word, 0, "none"), "né so")).isEqualTo("né");
  }

  @Test
  void aTableMapsResponses() {
    Dict table = new Dict.Builder().put("A", Value.of("one")).build();
    Filter filter = new Filter.Lookup(table, Value.of("none"));
    assertThat(filtered(filter, "A")).isEqualTo("one");
    assertThat(filtered(filter, "B")).isEqualTo("none");
  }

  @Test
  void aPipelineMayLeaveAListAndTakesOnceAlone() {
    FilterPipeline strip = new FilterPipeline("f", List.of(Filter.Edit.STRIP));
    assertThat(filtered(strip, "a ", "b")).isEqualTo(several(Value.of("a"), Value.of("b")));
    FilterPipeline two = new FilterPipeline("f", List.of(new Filter.TakeSome(2)));
    assertThat(filtered(two, "a", "b", "c")).isEqualTo(several(Value.of("a"), Value.of("b")));
    FilterPipeline late =
        new FilterPipeline("f", List.of(new Filter.TakeFirst(), Filter.Edit.STRIP));
    assertThatThrownBy(() -> filtered(late, "a"))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "filter 'f': a filter after take_first has no list of responses; change their order");
  }
}
