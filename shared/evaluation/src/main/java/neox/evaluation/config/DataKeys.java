package neox.evaluation.config;

import java.util.List;
import java.util.Optional;
import neox.base.UserException;
import neox.evaluation.yaml.YamlNode;
import neox.evaluation.yaml.YamlNode.Fields;
import neox.evaluation.yaml.YamlNode.FunctionName;

/// Where a task's documents are, and which splits it uses for what.
///
/// @param path of the data set on the Hugging Face hub, or a format such as `json`
/// @param name of the part of it
/// @param keywords for the loader of `datasets`
/// @param custom a function in place of a data set
/// @param process turns the documents of any split into those that all else sees
public record DataKeys(
    Optional<String> path,
    Optional<String> name,
    Optional<Fields> keywords,
    Optional<FunctionName> custom,
    Optional<String> training,
    Optional<String> validation,
    Optional<String> test,
    Optional<FunctionName> process) {
  static final List<String> KEYS =
      List.of(
          "custom_dataset",
          "dataset_path",
          "dataset_name",
          "dataset_kwargs",
          "training_split",
          "validation_split",
          "test_split",
          "process_docs");

  static DataKeys from(Keys keys, String task) {
    DataKeys data =
        new DataKeys(
            keys.text("dataset_path"),
            keys.text("dataset_name"),
            keys.mapping("dataset_kwargs"),
            function(keys, "custom_dataset"),
            keys.text("training_split"),
            keys.text("validation_split"),
            keys.text("test_split"),
            function(keys, "process_docs"));
    if (data.validation().isEmpty() && data.test().isEmpty()) {
      throw UserException.of(
          "%s: task %s has nothing to evaluate on; give it a test_split or a validation_split",
          keys.fields().place(), task);
    }
    return data;
  }

  static Optional<FunctionName> function(Keys keys, String key) {
    Optional<YamlNode> node = keys.node(key);
    if (node.isPresent() && !(node.get() instanceof FunctionName)) {
      throw Keys.wrong(node.get(), key, "!function module.function");
    }
    return node.map(FunctionName.class::cast);
  }
}
