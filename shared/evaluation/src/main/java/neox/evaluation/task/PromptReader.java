package neox.evaluation.task;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import neox.base.UserException;
import neox.evaluation.document.Document;
import neox.evaluation.task.PromptPart.Computed;
import neox.evaluation.task.PromptPart.Fixed;
import neox.evaluation.task.PromptPart.Written;
import neox.python.PythonLiteral;
import neox.python.PythonText;
import neox.template.value.Printing;
import neox.template.value.Value;

/// The parts of the prompts of documents, as the values that the harness would have.
///
/// @param columns of the documents that are evaluated: a part that is the name of one is its value
/// @param hasChoices whether the task has choices; digits are then the number of one
record PromptReader(Prompt prompt, Set<String> columns, boolean hasChoices) {

  /// A text, or the number of the choice that completes the question.
  Value question(Document document) {
    return switch (prompt.question()) {
      case Fixed(Value value) -> value;
      case Computed function -> function.apply(document);
      case Written part when columns.contains(part.source()) -> document.get(part.source());
      case Written part -> number(part.render(document), document);
    };
  }

  /// The right answer: a text, the number of a choice, a list of either; None without one.
  Value target(Document document) {
    return switch (prompt.target()) {
      case Fixed(Value value) -> value;
      case Computed function -> function.apply(document);
      case Written part when columns.contains(part.source()) -> document.get(part.source());
      case Written part -> list(number(part.render(document), document));
    };
  }

  /// What a model may answer; none for tasks without choices.
  List<String> choices(Document document) {
    if (prompt.choices().isEmpty()) {
      return List.of();
    }
    return texts(
        switch (prompt.choices().get()) {
          case Fixed(Value value) -> value;
          case Computed function -> function.apply(document);
          case Written part when columns.contains(part.source()) -> document.get(part.source());
          case Written part -> literal(part.render(document), document);
        },
        document);
  }

  String description(Document document) {
    return text(prompt.description(), document);
  }

  /// Empty when there is none.
  String answerPrefix(Document document) {
    return prompt.answerPrefix().map(part -> text(part, document)).orElse("");
  }

  private static String text(Written part, Document document) {
    if (part.source().isEmpty()) {
      return "";
    }
    Optional<Value> column = document.find(part.source());
    if (column.isEmpty()) {
      return part.render(document);
    }
    return column.get() == Value.None.NONE ? "" : Printing.str(column.get());
  }

  private Value number(String text, Document document) {
    boolean digits = !text.isEmpty() && PythonText.all(text, PythonText::isDecimal);
    return hasChoices && digits ? literal(text, document) : Value.of(text);
  }

  /// What Python makes of the text of a list; a text that is none stays one.
  private static Value list(Value value) {
    return value instanceof Value.Text(String text, _)
            && text.length() >= 2
            && text.startsWith("[")
            && text.endsWith("]")
        ? PythonLiteral.parse(text).map(Value::of).orElse(value)
        : value;
  }

  private static Value literal(String text, Document document) {
    Optional<JsonNode> literal = PythonLiteral.parse(text);
    return Value.of(
        literal.orElseThrow(() ->
            UserException.of(
                "%s: expected a number or a list as Python writes it, found \"%s\"",
                document.where(), text)));
  }

  private static List<String> texts(Value value, Document document) {
    List<Value> items =
        switch (value) {
          case Value.Listing(List<Value> list) -> list;
          case Value.Tuple tuple -> tuple.items();
          default -> throw noChoices(value, document);
        };
    List<String> texts = new ArrayList<>();
    for (Value item : items) {
      if (!(item instanceof Value.Text(String text, _))) {
        throw noChoices(value, document);
      }
      texts.add(text);
    }
    return texts;
  }

  private static UserException noChoices(Value value, Document document) {
    return UserException.of(
        "%s: doc_to_choice must give a list of texts, found %s",
        document.where(), Printing.repr(value));
  }
}
