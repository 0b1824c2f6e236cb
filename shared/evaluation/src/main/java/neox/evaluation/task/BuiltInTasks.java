package neox.evaluation.task;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import neox.base.UserException;
import neox.evaluation.metric.Metric;
import neox.python.PythonText;

/// The tasks that are written in Java, because models are compared by them most.
final class BuiltInTasks {
  private static final List<Metric> ACCURACIES = List.of(Metric.of("acc"), Metric.of("acc_norm"));

  static List<Task> all() {
    return List.of(arcEasy(), HellaSwag.task(), lambada(), piqa(), sciq());
  }

  /// ARC (arXiv:1803.05457), the easy part: school science questions.
  private static Task arcEasy() {
    Prompt prompt =
        Prompt.of(
                document -> question(document.text("question")),
                document -> new Target.Index(arcAnswer(document)))
            .choosing(document -> document.texts("choices.text"));
    DataSet data = threeSplits("arc_easy", "allenai/ai2_arc (ARC-Easy)");
    return Task.of("arc_easy", data, OutputType.MULTIPLE_CHOICE, prompt, ACCURACIES);
  }

  private static int arcAnswer(Document document) {
    String key = document.text("answerKey");
    int index = document.texts("choices.label").indexOf(key);
    if (index < 0) {
      JsonNode labels = document.fields().path("choices").path("label");
      throw UserException.of(
          "%s: \"answerKey\" %s is none of the labels %s", document.where(), key, labels);
    }
    return index;
  }

  /// LAMBADA (arXiv:1606.06031) in OpenAI's spelling: the last word of a passage.
  private static Task lambada() {
    Prompt prompt =
        Prompt.of(
            document -> new Question.Text(withoutLastWord(document.text("text"))),
            document -> new Target.Text(" " + lastWord(document.text("text"))));
    DataSet data =
        new DataSet(
            "lambada_openai",
            "EleutherAI/lambada_openai (default)",
            Optional.empty(),
            Optional.empty(),
            Optional.of("test"));
    List<Metric> metrics = List.of(Metric.of("perplexity"), Metric.of("acc"));
    return Task.of("lambada_openai", data, OutputType.LOGLIKELIHOOD, prompt, metrics);
  }

  private static String withoutLastWord(String text) {
    List<String> words = PythonText.split(text, " ", -1);
    return String.join(" ", words.subList(0, words.size() - 1));
  }

  private static String lastWord(String text) {
    return PythonText.split(text, " ", -1).getLast();
  }

  /// PIQA (arXiv:1911.11641): which of two ways works?
  private static Task piqa() {
    Prompt prompt =
        Prompt.of(
                document -> question(document.text("goal")),
                document -> new Target.Index(document.integer("label")))
            .choosing(document -> List.of(document.text("sol1"), document.text("sol2")));
    DataSet data =
        new DataSet(
            "piqa",
            "baber/piqa",
            Optional.of("train"),
            Optional.of("validation"),
            Optional.empty());
    return Task.of("piqa", data, OutputType.MULTIPLE_CHOICE, prompt, ACCURACIES);
  }

  /// SciQ (arXiv:1707.06209): science exams with a supporting text; the last choice is right.
  private static Task sciq() {
    Prompt prompt =
        Prompt.of(
                document ->
                    new Question.Text(
                        PythonText.leftStrip(document.text("support"))
                            + "\n"
                            + question(document.text("question")).text()),
                document -> new Target.Index(3))
            .choosing(document ->
                List.of(
                    document.text("distractor1"),
                    document.text("distractor2"),
                    document.text("distractor3"),
                    document.text("correct_answer")));
    return Task.of(
        "sciq",
        threeSplits("sciq", "allenai/sciq"),
        OutputType.MULTIPLE_CHOICE,
        prompt,
        ACCURACIES);
  }

  private static Question.Text question(String text) {
    return new Question.Text("Question: " + text + "\nAnswer:");
  }

  private static DataSet threeSplits(String folder, String origin) {
    return new DataSet(
        folder, origin, Optional.of("train"), Optional.of("validation"), Optional.of("test"));
  }

  private BuiltInTasks() {}
}
