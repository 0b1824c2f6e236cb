package neox.evaluation.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.evaluation.document.ValueJson;
import neox.evaluation.task.OutputType;
import neox.evaluation.task.Task;
import neox.evaluation.yaml.YamlNode;
import neox.evaluation.yaml.YamlNode.Fields;
import neox.python.PythonJson;

/// What a task's file says, with the harness's defaults and in its order, as results files keep it.
/// Functions stand there by their names.
record TaskConfigJson(Task task, int shots, RunDescription run) {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /// Keys that are kept as they are written, in the harness's order, up to the examples'.
  private static final List<String> BEFORE =
      List.of(
          "task",
          "task_alias",
          "tag",
          "custom_dataset",
          "dataset_path",
          "dataset_name",
          "dataset_kwargs",
          "training_split",
          "validation_split",
          "test_split",
          "fewshot_split",
          "process_docs",
          "doc_to_text",
          "doc_to_target",
          "unsafe_code",
          "doc_to_choice",
          "process_results",
          "description",
          "target_delimiter",
          "fewshot_delimiter");

  private static final List<String> OF_EXAMPLES =
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

  /// What is said where the file says nothing.
  private static final Map<String, JsonNode> DEFAULTS =
      Map.of(
          "unsafe_code", JSON.booleanNode(false),
          "description", JSON.textNode(""),
          "target_delimiter", JSON.textNode(" "),
          "fewshot_delimiter", JSON.textNode("\n\n"),
          "output_type", JSON.textNode(OutputType.GENERATE_UNTIL.key()),
          "repeats", JSON.numberNode(1),
          "should_decontaminate", JSON.booleanNode(false));

  ObjectNode json() {
    ObjectNode json = JSON.objectNode();
    BEFORE.forEach(key -> put(json, key));
    json.put("task", task.name());
    json.set("fewshot_config", examples());
    json.put("num_fewshot", shots);
    put(json, "metric_list");
    put(json, "output_type");
    if (task.outputType() == OutputType.GENERATE_UNTIL) {
      json.set("generation_kwargs", task.generation().keywords());
    }
    put(json, "repeats");
    put(json, "filter_list");
    put(json, "should_decontaminate");
    put(json, "doc_to_decontamination_query");
    put(json, "gen_prefix");
    json.set("metadata", metadata());
    return json;
  }

  private void put(ObjectNode json, String key) {
    said(key).or(() -> Optional.ofNullable(DEFAULTS.get(key))).ifPresent(v -> json.set(key, v));
  }

  private Optional<JsonNode> said(String key) {
    return task.config().fields().get(key).map(TaskConfigJson::json);
  }

  /// How examples are written: as questions are, where nothing else is said. Null is said, too.
  private ObjectNode examples() {
    Optional<YamlNode> own = task.config().fields().get("fewshot_config");
    ObjectNode json = JSON.objectNode();
    for (String key : OF_EXAMPLES) {
      Optional<JsonNode> value =
          own.flatMap(
                  node -> node instanceof Fields fields ? fields.written(key) : Optional.empty())
              .map(TaskConfigJson::json);
      json.set(key, value.or(() -> inherited(key)).orElse(JSON.nullNode()));
    }
    return json;
  }

  private Optional<JsonNode> inherited(String key) {
    return switch (key) {
      case "sampler" -> Optional.of(JSON.textNode("default"));
      case "split" -> said("fewshot_split");
      case "fewshot_indices", "samples" -> Optional.empty();
      default -> said(key).or(() -> Optional.ofNullable(DEFAULTS.get(key)));
    };
  }

  private ObjectNode metadata() {
    ObjectNode json = JSON.objectNode();
    if (said("metadata").orElse(JSON.nullNode()) instanceof ObjectNode own) {
      json.setAll(own);
    }
    json.setAll(run.model().arguments());
    json.setAll(run.settings().metadata());
    return json.put("config_source", task.config().fields().place().file().toString());
  }

  private static JsonNode json(YamlNode node) {
    return switch (node) {
      case YamlNode.Scalar scalar -> ValueJson.of(scalar.value());
      case YamlNode.FunctionName function -> TextNode.valueOf("<function " + function.name() + ">");
      case YamlNode.Items list -> {
        ArrayNode array = JSON.arrayNode();
        list.items().forEach(item -> array.add(json(item)));
        yield array;
      }
      case Fields fields -> {
        ObjectNode object = JSON.objectNode();
        fields
            .fields()
            .values()
            .forEach(
                field -> object.set(PythonJson.str(ValueJson.of(field.key())), json(field.node())));
        yield object;
      }
    };
  }
}
