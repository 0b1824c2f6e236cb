package neox.evaluation.task;

import java.util.List;
import neox.base.UserException;
import neox.python.PythonText;

/// Writes everything that stands before the answer: description, examples, question.
final class ContextBuilder {
  private final Task task;
  private final FewShotSampler sampler;
  private final int shots;
  private final boolean choicesAreContexts;

  /// @param choicesAreContexts whether questions are [Question.Choice]s
  ContextBuilder(Task task, FewShotSampler sampler, int shots, boolean choicesAreContexts) {
    this.task = task;
    this.sampler = sampler;
    this.shots = shots;
    this.choicesAreContexts = choicesAreContexts;
  }

  boolean choicesAreContexts() {
    return choicesAreContexts;
  }

  /// One context, or one per choice where the choices complete the question.
  List<String> contexts(Document document) {
    Prompt prompt = task.prompt();
    StringBuilder before = new StringBuilder(prompt.description().apply(document));
    for (Document example : sampler.draw(document, shots)) {
      appendExample(before, example);
    }
    if (choicesAreContexts) {
      return prompt.choicesOf(document).stream().map(choice -> before + choice).toList();
    }
    appendQuestion(before, document);
    return List.of(before.toString());
  }

  private void appendQuestion(StringBuilder out, Document document) {
    Prompt prompt = task.prompt();
    String question = text(prompt.question().apply(document), document);
    String prefix = prompt.answerPrefix().apply(document);
    out.append(question);
    if (!prefix.isEmpty()) {
      out.append(between(question, prefix, prompt.targetDelimiter())).append(prefix);
    }
  }

  private void appendExample(StringBuilder out, Document example) {
    Prompt prompt = task.fewShot().prompt().orElse(task.prompt());
    String question = exampleQuestion(prompt, example);
    String answer = exampleAnswer(prompt, example);
    String prefix = prompt.answerPrefix().apply(example);
    out.append(question);
    if (!prefix.isEmpty()) {
      out.append(between(question, prefix, prompt.targetDelimiter()));
      out.append(prefix).append(between(prefix, answer, " "));
    } else if (!answer.isEmpty()) {
      out.append(prompt.targetDelimiter());
    }
    out.append(answer).append(prompt.exampleDelimiter());
  }

  private String exampleQuestion(Prompt prompt, Document example) {
    Question question = prompt.question().apply(example);
    return choicesAreContexts && question instanceof Question.Choice(int index)
        ? choice(prompt, example, index)
        : text(question, example);
  }

  private String exampleAnswer(Prompt prompt, Document example) {
    Target target = prompt.target().apply(example);
    if (target instanceof Target.Several(List<Target> targets) && !targets.isEmpty()) {
      target = targets.getFirst();
    }
    return switch (target) {
      case Target.Absent() -> "";
      case Target.Text(String text) -> text;
      case Target.Index(int index) when prompt.choices().isPresent() && !choicesAreContexts ->
          choice(prompt, example, index);
      case Target.Index x -> throw notText(example);
      case Target.Several x -> throw notText(example);
    };
  }

  private UserException notText(Document example) {
    return UserException.of(
        "%s: the answer of this example is no text, so task %s cannot be run with few-shot examples;"
            + " use --num-fewshot 0",
        example.where(), task.name());
  }

  private static String choice(Prompt prompt, Document example, int index) {
    List<String> choices = prompt.choicesOf(example);
    if (index < 0 || index >= choices.size()) {
      throw UserException.of(
          "%s: the answer is choice %d (from 0) of %d", example.where(), index, choices.size());
    }
    return choices.get(index);
  }

  private String text(Question question, Document document) {
    return switch (question) {
      case Question.Text(String text) -> text;
      case Question.Choice(int index) ->
          throw UserException.of(
              "%s: the question is choice %d, but the first document of task %s asks a text",
              document.where(), index, task.name());
    };
  }

  /// The delimiter, unless white space already stands where the two meet.
  private static String between(String left, String right, String delimiter) {
    return PythonText.endsWithSpace(left) || PythonText.startsWithSpace(right) ? "" : delimiter;
  }
}
