package neox.evaluation.task;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import neox.base.UserException;
import neox.evaluation.document.Document;
import neox.evaluation.task.Message.Role;
import neox.python.PythonText;
import neox.template.value.Printing;
import neox.template.value.Value;

/// Writes everything that stands before the answer: description, examples, question.
final class ContextBuilder {
  private final Task task;
  private final PromptStyle style;
  private final PromptReader reader;
  private final PromptReader exampleReader;
  private final FewShotSampler sampler;
  private final int shots;
  private final boolean choicesAreContexts;

  /// @param choicesAreContexts whether questions are numbers of the choices that complete them
  ContextBuilder(
      Task task,
      PromptStyle style,
      PromptReader reader,
      FewShotSampler sampler,
      int shots,
      boolean choicesAreContexts) {
    this.task = task;
    this.style = style;
    this.reader = reader;
    this.exampleReader =
        new PromptReader(task.fewShot().prompt(), reader.columns(), reader.hasChoices());
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
    List<Message> before = new ArrayList<>();
    String description = reader.description(document);
    String system =
        joined(style.systemInstruction().orElse(""), description, prompt.exampleDelimiter());
    if (!system.isEmpty()) {
      before.add(new Message(Role.SYSTEM, system, ""));
    }
    for (Document example : sampler.draw(document, shots)) {
      addExample(before, example);
    }
    String prefix = reader.answerPrefix(document);
    if (choicesAreContexts) {
      return reader.choices(document).stream()
          .map(choice -> ending(before, choice, prefix, ""))
          .toList();
    }
    String question = text(reader.question(document), document);
    return List.of(ending(before, question, prefix, prompt.targetDelimiter()));
  }

  /// The prompt that ends in this question.
  private String ending(List<Message> before, String question, String prefix, String delimiter) {
    List<Message> messages = new ArrayList<>(before);
    addQuestion(messages, question, prefix, delimiter);
    if (!prefix.isEmpty()) {
      messages.add(new Message(Role.ASSISTANT, prefix, ""));
    }
    return style.write(messages, !prefix.isEmpty());
  }

  private static void addQuestion(
      List<Message> messages, String question, String next, String delimiter) {
    boolean apart = !next.isEmpty() && areApart(question, next);
    messages.add(new Message(Role.USER, question, apart ? delimiter : ""));
  }

  private void addExample(List<Message> messages, Document example) {
    Prompt prompt = exampleReader.prompt();
    Value asked = exampleReader.question(example);
    String question =
        choicesAreContexts && index(asked).isPresent()
            ? choice(exampleReader.choices(example), index(asked).getAsInt(), example)
            : text(asked, example);
    String prefix = exampleReader.answerPrefix(example);
    Value target = exampleReader.target(example);
    boolean answered = target != Value.None.NONE && !target.equals(Value.of(""));
    if (answered && prefix.isEmpty()) {
      messages.add(new Message(Role.USER, question, prompt.targetDelimiter()));
    } else {
      addQuestion(messages, question, prefix, prompt.targetDelimiter());
    }
    if (answered) {
      String answer = joined(prefix, answer(target, example), " ");
      messages.add(new Message(Role.ASSISTANT, answer, prompt.exampleDelimiter()));
    } else if (!prefix.isEmpty()) {
      messages.add(new Message(Role.ASSISTANT, prefix, ""));
    }
  }

  private String answer(Value target, Document example) {
    List<String> choices = choicesAreContexts ? List.of() : exampleReader.choices(example);
    Value answer = target;
    if (!choices.isEmpty() && index(target).isPresent()) {
      return choice(choices, index(target).getAsInt(), example);
    }
    if (target instanceof Value.Listing(List<Value> several) && !several.isEmpty()) {
      answer = several.getFirst();
    }
    if (answer instanceof Value.Text(String text, _)) {
      return text;
    }
    throw UserException.of(
        "%s: the answer of this example is no text, so task %s cannot be run with few-shot examples;"
            + " use --num-fewshot 0",
        example.where(), task.name());
  }

  private static OptionalInt index(Value value) {
    return Targets.index(value);
  }

  private static String choice(List<String> choices, int index, Document example) {
    int place = index < 0 ? index + choices.size() : index; // as in Python
    if (place < 0 || place >= choices.size()) {
      throw UserException.of(
          "%s: the answer is choice %d (from 0) of %d", example.where(), index, choices.size());
    }
    return choices.get(place);
  }

  private String text(Value question, Document document) {
    if (question instanceof Value.Text(String text, _)) {
      return text;
    }
    throw UserException.of(
        "%s: the question must be a text, found %s; the first document of task %s asks one",
        document.where(), Printing.repr(question), task.name());
  }

  /// Both texts, with the delimiter between them unless white space stands there.
  private static String joined(String left, String right, String delimiter) {
    boolean apart = !left.isEmpty() && !right.isEmpty() && areApart(left, right);
    return left + (apart ? delimiter : "") + right;
  }

  private static boolean areApart(String left, String right) {
    return !left.isEmpty() && !PythonText.endsWithSpace(left) && !PythonText.startsWithSpace(right);
  }
}
