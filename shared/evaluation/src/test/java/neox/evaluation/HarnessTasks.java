package neox.evaluation;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import neox.base.json.Json;
import neox.evaluation.metric.Metric;
import neox.evaluation.metric.TextComparison;
import neox.evaluation.request.GenerationOptions;
import neox.evaluation.task.DataSet;
import neox.evaluation.task.Document;
import neox.evaluation.task.FewShot;
import neox.evaluation.task.Filter;
import neox.evaluation.task.FilterPipeline;
import neox.evaluation.task.OutputType;
import neox.evaluation.task.Prompt;
import neox.evaluation.task.Question;
import neox.evaluation.task.Scoring;
import neox.evaluation.task.Target;
import neox.evaluation.task.Task;

/// Tasks beyond the built-in ones, put together from public parts alone as a loader of task files
/// would: generation, rolling likelihood, several targets, choices as contexts.
final class HarnessTasks {
  static List<Task> all() {
    return List.of(triviaqa(), nqOpen(), pileArxiv(), winogrande(), webqs());
  }

  private static Task triviaqa() {
    Prompt prompt =
        Prompt.of(
            document -> new Question.Text("Question: " + document.text("question") + "?\nAnswer:"),
            document -> several(document.texts("answer.aliases")));
    return answering(
        "triviaqa", 3.0, prompt, new TextComparison(Optional.empty(), true, true, false));
  }

  private static Task nqOpen() {
    Prompt prompt =
        Prompt.of(
                document -> new Question.Text("Q: " + document.text("question") + "?\nA:"),
                document -> several(document.texts("answer")))
            .described(document -> "Answer these questions:\n\n")
            .delimited(" ", "\n");
    var articles = TextComparison.pattern("\\b(?:The |the |An |A |The |a |an )");
    return answering(
        "nq_open",
        4.0,
        prompt,
        new TextComparison(Optional.of(List.of(articles)), true, true, false));
  }

  private static Task answering(
      String name, double version, Prompt prompt, TextComparison comparison) {
    ObjectNode keywords =
        (ObjectNode)
            Json.parse(
                "{\"until\": [\"\\n\", \".\", \",\"], \"do_sample\": false, \"temperature\": 0.0}",
                "test");
    List<Metric> metrics = List.of(Metric.of("exact_match").comparing(comparison));
    FilterPipeline stripped =
        new FilterPipeline(
            "remove_whitespace", List.of(new Filter.Strip(), new Filter.TakeFirst()));
    return new Task(
        name,
        DoubleNode.valueOf(version),
        data(name, "train", "validation", ""),
        UnaryOperator.identity(),
        OutputType.GENERATE_UNTIL,
        prompt,
        FewShot.DEFAULT,
        new GenerationOptions(keywords),
        metrics,
        Scoring.standard(OutputType.GENERATE_UNTIL, metrics),
        List.of(stripped),
        1);
  }

  private static Task pileArxiv() {
    Prompt prompt =
        Prompt.of(d -> new Question.Text(""), document -> new Target.Text(document.text("text")));
    return task(
        "pile_arxiv",
        2.0,
        data("pile_arxiv", "", "", "train"),
        OutputType.LOGLIKELIHOOD_ROLLING,
        prompt,
        List.of(
            Metric.of("word_perplexity"),
            Metric.of("byte_perplexity"),
            Metric.of("bits_per_byte")));
  }

  private static Task winogrande() {
    Prompt prompt =
        Prompt.of(
                document -> new Question.Choice(document.integer("answer") - 1),
                document -> new Target.Text(halves(document)[1].strip()))
            .choosing(document ->
                List.of(
                    halves(document)[0] + document.text("option1"),
                    halves(document)[0] + document.text("option2")));
    return task(
        "winogrande",
        1.0,
        data("winogrande", "train", "validation", ""),
        OutputType.MULTIPLE_CHOICE,
        prompt,
        List.of(Metric.of("acc")));
  }

  private static String[] halves(Document document) {
    return document.text("sentence").split("_", 2);
  }

  private static Task webqs() {
    Prompt prompt =
        Prompt.of(
                document ->
                    new Question.Text("Question: " + document.text("question") + "\nAnswer:"),
                document -> {
                  List<Target> indices = new ArrayList<>();
                  for (int i = 0; i < answers(document).size(); i++) {
                    indices.add(new Target.Index(i));
                  }
                  return new Target.Several(indices);
                })
            .choosing(HarnessTasks::answers);
    return task(
            "webqs",
            2.0,
            data("webqs", "train", "", "test"),
            OutputType.MULTIPLE_CHOICE,
            prompt,
            List.of(Metric.of("exact_match")))
        .processing(documents -> documents.stream().map(HarnessTasks::sorted).toList());
  }

  /// The harness's function sorts the list in place, so its samples show it sorted.
  private static Document sorted(Document document) {
    ObjectNode fields = document.fields().deepCopy();
    ArrayNode answers = fields.putArray("answers");
    document.texts("answers").stream().sorted().forEach(answers::add);
    return document.with(fields);
  }

  /// Without those that the one before begins.
  private static List<String> answers(Document document) {
    List<String> kept = new ArrayList<>();
    for (String answer : document.texts("answers")) {
      if (kept.isEmpty() || !answer.startsWith(kept.getLast())) {
        kept.add(answer);
      }
    }
    return kept;
  }

  private static Task task(
      String name,
      double version,
      DataSet data,
      OutputType type,
      Prompt prompt,
      List<Metric> metrics) {
    return new Task(
        name,
        DoubleNode.valueOf(version),
        data,
        UnaryOperator.identity(),
        type,
        prompt,
        FewShot.DEFAULT,
        GenerationOptions.until("\n\n"),
        metrics,
        Scoring.standard(type, metrics),
        List.of(FilterPipeline.FIRST),
        1);
  }

  private static Target several(List<String> texts) {
    return new Target.Several(texts.stream().<Target>map(Target.Text::new).toList());
  }

  private static DataSet data(String name, String training, String validation, String test) {
    return new DataSet(name, "made up", split(training), split(validation), split(test));
  }

  private static Optional<String> split(String name) {
    return Optional.of(name).filter(n -> !n.isEmpty());
  }

  private HarnessTasks() {}
}
