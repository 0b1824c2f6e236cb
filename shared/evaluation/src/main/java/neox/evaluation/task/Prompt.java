package neox.evaluation.task;

import java.util.Optional;
import neox.base.UserException;
import neox.evaluation.config.PromptKeys;
import neox.evaluation.function.NamedFunctions;
import neox.evaluation.yaml.YamlNode;
import neox.evaluation.yaml.YamlNode.Fields;

/// The parts that a document's prompt is put together from.
///
/// @param choices the possible answers; empty for tasks without choices
/// @param description stands before everything, with its own line breaks
/// @param answerPrefix the start of every answer, given to the model
/// @param targetDelimiter between question and answer
/// @param exampleDelimiter after each example
public record Prompt(
    PromptPart question,
    PromptPart target,
    Optional<PromptPart> choices,
    PromptPart.Written description,
    Optional<PromptPart.Written> answerPrefix,
    String targetDelimiter,
    String exampleDelimiter) {

  /// The prompt of a task; [UserException] `file:line: …` when a part is missing or cannot be used.
  ///
  /// @param fields where messages point to
  public static Prompt of(PromptKeys keys, Fields fields, NamedFunctions functions) {
    return new Prompt(
        required(keys.text(), "doc_to_text", fields, functions),
        required(keys.target(), "doc_to_target", fields, functions),
        keys.choices().map(node -> PromptPart.of(node, "doc_to_choice", functions)),
        written(keys.description(), "description", fields),
        keys.answerPrefix().map(text -> written(text, "gen_prefix", fields)),
        keys.targetDelimiter(),
        keys.exampleDelimiter());
  }

  private static PromptPart required(
      Optional<YamlNode> node, String key, Fields fields, NamedFunctions functions) {
    return PromptPart.of(
        node.orElseThrow(() ->
            UserException.of(
                "%s: the task has no %s; write a template, such as \"{{question}}\"",
                fields.place(), key)),
        key,
        functions);
  }

  private static PromptPart.Written written(String text, String key, Fields fields) {
    String place = fields.get(key).map(YamlNode::place).orElse(fields.place()).toString();
    return PromptPart.Written.of(text, place + ": " + key);
  }
}
