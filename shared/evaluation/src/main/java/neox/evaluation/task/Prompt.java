package neox.evaluation.task;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// The parts that a document's prompt is put together from. Functions see documents after
/// [Task#process].
///
/// @param choices the possible answers; empty for tasks without choices
/// @param description stands before everything, with its own line breaks
/// @param answerPrefix the start of every answer, given to the model
/// @param targetDelimiter between question and answer
/// @param exampleDelimiter after each example
public record Prompt(
    Function<Document, Question> question,
    Function<Document, Target> target,
    Optional<Function<Document, List<String>>> choices,
    Function<Document, String> description,
    Function<Document, String> answerPrefix,
    String targetDelimiter,
    String exampleDelimiter) {

  /// A prompt with the usual delimiters, without description.
  public static Prompt of(
      Function<Document, Question> question, Function<Document, Target> target) {
    return new Prompt(question, target, Optional.empty(), d -> "", d -> "", " ", "\n\n");
  }

  public Prompt choosing(Function<Document, List<String>> from) {
    return new Prompt(
        question,
        target,
        Optional.of(from),
        description,
        answerPrefix,
        targetDelimiter,
        exampleDelimiter);
  }

  public Prompt described(Function<Document, String> by) {
    return new Prompt(
        question, target, choices, by, answerPrefix, targetDelimiter, exampleDelimiter);
  }

  public Prompt prefixed(Function<Document, String> by) {
    return new Prompt(
        question, target, choices, description, by, targetDelimiter, exampleDelimiter);
  }

  public Prompt delimited(String answers, String examples) {
    return new Prompt(question, target, choices, description, answerPrefix, answers, examples);
  }

  /// The choices of a document; none for tasks without choices.
  List<String> choicesOf(Document document) {
    return choices.map(list -> list.apply(document)).orElse(List.of());
  }
}
