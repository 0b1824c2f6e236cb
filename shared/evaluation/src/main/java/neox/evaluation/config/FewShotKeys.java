package neox.evaluation.config;

import java.util.List;
import java.util.Optional;
import neox.base.UserException;
import neox.evaluation.yaml.YamlNode;
import neox.evaluation.yaml.YamlNode.Fields;
import neox.evaluation.yaml.YamlNode.FunctionName;
import neox.template.value.Value;

/// Which examples a task shows before its question, and how they are written.
///
/// @param count `num_fewshot`
/// @param split where they come from
/// @param samples the examples themselves, or a function that gives them; unused beside a split
/// @param sampler how they are picked
/// @param process as [DataKeys#process], for examples of the split
/// @param prompt the task's, with what examples have of their own
public record FewShotKeys(
    Optional<Integer> count,
    Optional<String> split,
    Optional<YamlNode> samples,
    Sampler sampler,
    Optional<FunctionName> process,
    PromptKeys prompt) {
  static final List<String> KEYS = List.of("fewshot_split", "fewshot_config", "num_fewshot");

  private static final List<String> OWN_KEYS =
      List.of(
          "sampler",
          "split",
          "process_docs",
          "fewshot_indices",
          "samples",
          "doc_to_text",
          "doc_to_choice",
          "doc_to_target",
          "gen_prefix",
          "fewshot_delimiter",
          "target_delimiter");

  /// How examples are picked.
  public enum Sampler {
    /// `default`: anew for each document, by the seeded generator.
    RANDOM,
    /// `first_n`: the first ones, the same for every document.
    FIRST
  }

  static FewShotKeys from(Keys keys, DataKeys data, PromptKeys prompt) {
    Keys own =
        new Keys(
            keys.mapping("fewshot_config").orElseGet(() -> Fields.none(keys.fields().place())));
    own.refuseOthers("fewshot_config", OWN_KEYS);
    Optional<Integer> count = keys.integer("num_fewshot");
    if (count.isPresent() && count.get() < 0) {
      throw Keys.wrong(keys.node("num_fewshot").orElseThrow(), "num_fewshot", "0 or more");
    }
    return new FewShotKeys(
        count,
        own.own("split", own::text, keys.text("fewshot_split")),
        own.node("samples"),
        sampler(own),
        own.own("process_docs", key -> DataKeys.function(own, key), data.process()),
        prompt.overriddenBy(own));
  }

  private static Sampler sampler(Keys own) {
    Optional<YamlNode> written = own.fields().written("sampler");
    if (written.isEmpty()) {
      return Sampler.RANDOM;
    }
    YamlNode node = written.get();
    return switch (node) {
      case YamlNode.Scalar(Value.Text(String name, _), _) when name.equals("default") ->
          Sampler.RANDOM;
      case YamlNode.Scalar(Value.Text(String name, _), _) when name.equals("first_n") ->
          Sampler.FIRST;
      default ->
          throw UserException.of(
              "%s: sampler: expected default or first_n, found %s", node.place(), node.describe());
    };
  }
}
