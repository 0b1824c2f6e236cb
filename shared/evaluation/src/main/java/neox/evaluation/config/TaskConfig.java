package neox.evaluation.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import neox.base.UserException;
import neox.evaluation.yaml.YamlNode;
import neox.evaluation.yaml.YamlNode.Fields;
import neox.template.value.Value;

/// What a task file says, with all that it includes.
///
/// @param name of the task
/// @param fields everything as written, for reports
public record TaskConfig(
    String name,
    DataKeys data,
    PromptKeys prompt,
    FewShotKeys fewShot,
    ScoringKeys scoring,
    Fields fields) {
  private static final List<String> NAMES = List.of("task", "task_alias", "tag", "metadata");

  /// Keys of the harness's that only groups have, or the index.
  private static final List<String> ELSEWHERE = List.of("group", "task_list");

  /// Checks keys and types; [UserException] `file:line: …` when something does not fit.
  public static TaskConfig of(Fields fields) {
    Keys keys = new Keys(fields);
    String name =
        keys.text("task").orElseThrow(() -> fields.wrong("a mapping with the key 'task'"));
    if (fields.has("class")) {
      throw UserException.of(
          "%s: task %s is written in Python (class), which cannot be run here; write it with"
              + " doc_to_text, doc_to_target and metric_list",
          fields.get("class").orElse(fields).place(), name);
    }
    keys.refuseOthers("a task", known());
    refuseImpossible(keys, name);
    DataKeys data = DataKeys.from(keys, name);
    PromptKeys prompt = PromptKeys.from(keys);
    FewShotKeys fewShot = FewShotKeys.from(keys, data, prompt);
    return new TaskConfig(name, data, prompt, fewShot, ScoringKeys.from(keys), fields);
  }

  private static List<String> known() {
    List<String> known = new ArrayList<>(NAMES);
    known.addAll(DataKeys.KEYS);
    known.addAll(PromptKeys.KEYS);
    known.addAll(FewShotKeys.KEYS);
    known.addAll(ScoringKeys.KEYS);
    known.addAll(ELSEWHERE);
    return known;
  }

  /// What the harness can and a language model's text cannot say.
  private static void refuseImpossible(Keys keys, String name) {
    refuse(keys, "doc_to_image", "shows pictures, which a language model does not see", name);
    refuse(keys, "doc_to_audio", "plays sounds, which a language model does not hear", name);
    refuse(keys, "use_prompt", "takes its prompts from promptsource, which is not here", name);
    if (keys.flag("unsafe_code").orElse(false)) {
      refuse(keys, "unsafe_code", "runs what the model writes, which is not done here", name);
    }
  }

  private static void refuse(Keys keys, String key, String does, String name) {
    Optional<YamlNode> node = keys.node(key);
    if (node.isPresent()) {
      throw UserException.of("%s: %s: task %s %s", node.get().place(), key, name, does);
    }
  }

  /// The same, with one metric of no keywords in place of all scoring, as the harness reports it
  /// where nothing is scored.
  public TaskConfig scoredBy(String metric) {
    Fields entry = Fields.none(fields.place()).with("metric", metric);
    return new TaskConfig(
        name,
        data,
        prompt,
        fewShot,
        scoring,
        fields
            .with("metric_list", new YamlNode.Items(List.of(entry), fields.place()))
            .with("process_results", "process_results"));
  }

  /// The name in tables.
  public String alias() {
    return new Keys(fields).text("task_alias").orElse(name);
  }

  public List<String> tags() {
    return new Keys(fields).texts("tag");
  }

  /// What `metadata` says, a mapping; what is none stands in it as `_metadata`.
  public Optional<YamlNode> metadata() {
    return fields.get("metadata");
  }

  /// The version, as results show it: a number or a text.
  public Value version() {
    return metadata()
        .flatMap(node -> node instanceof Fields mapping ? mapping.get("version") : Optional.empty())
        .map(YamlNode::value)
        .orElse(Value.of("Yaml"));
  }
}
