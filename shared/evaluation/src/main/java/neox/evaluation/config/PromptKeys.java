package neox.evaluation.config;

import java.util.List;
import java.util.Optional;
import neox.evaluation.yaml.YamlNode;

/// What prompts are written of. `text`, `target` and `choices` hold the name of a column, a
/// template, a fixed value or a function.
///
/// @param description stands before everything
/// @param answerPrefix `gen_prefix`: the start of every answer, given to the model
/// @param targetDelimiter between question and answer
/// @param exampleDelimiter after each example
public record PromptKeys(
    Optional<YamlNode> text,
    Optional<YamlNode> target,
    Optional<YamlNode> choices,
    String description,
    Optional<String> answerPrefix,
    String targetDelimiter,
    String exampleDelimiter) {
  static final List<String> KEYS =
      List.of(
          "doc_to_text",
          "doc_to_target",
          "doc_to_image",
          "doc_to_audio",
          "unsafe_code",
          "doc_to_choice",
          "use_prompt",
          "description",
          "target_delimiter",
          "fewshot_delimiter",
          "gen_prefix");

  static PromptKeys from(Keys keys) {
    return new PromptKeys(
        keys.node("doc_to_text"),
        keys.node("doc_to_target"),
        keys.node("doc_to_choice"),
        keys.text("description").orElse(""),
        keys.text("gen_prefix"),
        keys.delimiter("target_delimiter", " "),
        keys.delimiter("fewshot_delimiter", "\n\n"));
  }

  /// The same, with what few-shot examples are said to have of their own: null means that they have
  /// no choices, or no prefix. A question and an answer they always have.
  PromptKeys overriddenBy(Keys keys) {
    return new PromptKeys(
        keys.node("doc_to_text").or(this::text),
        keys.node("doc_to_target").or(this::target),
        keys.own("doc_to_choice", keys::node, choices),
        description,
        keys.own("gen_prefix", keys::text, answerPrefix),
        keys.delimiter("target_delimiter", targetDelimiter),
        keys.delimiter("fewshot_delimiter", exampleDelimiter));
  }
}
