package neox.evaluation.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import neox.base.Version;
import neox.evaluation.report.RunDescription.ModelDescription;
import neox.evaluation.task.DataSet;
import neox.evaluation.task.OutputType;
import neox.evaluation.task.Task;
import neox.python.PythonJson;
import neox.python.PythonRepr;

/// The results file: the keys of lm-evaluation-harness 0.4.13 in its order, so that what reads its
/// files reads ours. What it records about Python and its packages is null here.
public final class ResultsJson {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /// The file's text.
  public static String of(RunDescription run, Results results) {
    return PythonJson.indented(json(run, results));
  }

  /// The file's text of tasks without groups.
  public static String of(RunDescription run, List<TaskResult> tasks) {
    return of(run, Results.of(tasks));
  }

  static ObjectNode json(RunDescription run, Results all) {
    List<TaskResult> results = all.tasks();
    List<TaskResult> sorted =
        results.stream().sorted(Comparator.comparing(result -> result.task().name())).toList();
    ObjectNode json = JSON.objectNode();
    GroupJson groups = new GroupJson(all);
    json.set("results", groups.appendTo(byTask(results, ResultsJson::figures)));
    groups.scored().ifPresent(scored -> json.set("groups", scored));
    json.set("group_subtasks", groups.members());
    json.set("configs", byTask(sorted, result -> TaskConfig.of(result, run)));
    json.set("versions", groups.versions());
    json.set("n-shot", groups.shots());
    json.set("higher_is_better", groups.directions());
    json.set("n-samples", byTask(results, ResultsJson::counts));
    json.set("config", config(run));
    json.putNull("git_hash");
    json.put("date", epochSeconds(run));
    json.put("pretty_env_info", environment());
    json.putNull("transformers_version").putNull("lm_eval_version").putNull("upper_git_hash");
    appendModel(json, run.model(), results);
    json.putNull("system_instruction").putNull("system_instruction_sha");
    json.putNull("fewshot_as_multiturn").putNull("chat_template").putNull("chat_template_sha");
    json.put("total_evaluation_time_seconds", PythonRepr.of(run.elapsed().toNanos() / 1e9));
    return json;
  }

  private static ObjectNode byTask(List<TaskResult> results, Function<TaskResult, JsonNode> value) {
    ObjectNode json = JSON.objectNode();
    results.forEach(result -> json.set(result.task().name(), value.apply(result)));
    return json;
  }

  private static ObjectNode figures(TaskResult result) {
    ObjectNode json = JSON.objectNode();
    json.put("name", result.task().name());
    json.put("alias", result.task().name());
    json.put("sample_len", result.documents());
    for (MetricResult metric : result.metrics()) {
      json.put(metric.key(), metric.value());
      String key = metric.metric().name() + "_stderr," + metric.filter();
      metric.standardError().ifPresentOrElse(e -> json.put(key, e), () -> json.put(key, "N/A"));
    }
    return json;
  }

  private static ObjectNode counts(TaskResult result) {
    return JSON.objectNode().put("original", result.total()).put("effective", result.documents());
  }

  private static ObjectNode config(RunDescription run) {
    ModelDescription model = run.model();
    ObjectNode json = JSON.objectNode();
    json.put("model", model.source());
    json.set("model_args", model.arguments());
    json.set("model_num_parameters", orNull(model.parameters().map(JSON::numberNode)));
    json.set("model_dtype", orNull(model.dtype().map(JSON::textNode)));
    json.putNull("model_revision").putNull("model_sha");
    json.put("batch_size", String.valueOf(run.batchSize()));
    json.putArray("batch_sizes");
    json.put("device", run.device());
    json.set("use_cache", orNull(run.cache().map(path -> JSON.textNode(path.toString()))));
    json.set("limit", orNull(run.limit().map(JSON::numberNode)));
    json.put("bootstrap_iters", run.bootstrapIterations());
    json.set("gen_kwargs", run.generation());
    json.put("random_seed", run.seeds().random());
    json.put("numpy_seed", run.seeds().numpy());
    json.put("torch_seed", run.seeds().torch());
    return json.put("fewshot_seed", run.seeds().fewShot());
  }

  private static void appendModel(
      ObjectNode json, ModelDescription model, List<TaskResult> results) {
    json.putNull("tokenizer_pad_token");
    json.putArray("tokenizer_eos_token")
        .add(model.endOfText())
        .add(String.valueOf(model.endOfTextId()));
    json.putNull("tokenizer_bos_token");
    json.put("eot_token_id", model.endOfTextId());
    json.put("max_length", model.maxLength());
    json.set(
        "task_hashes",
        byTask(results, result -> JSON.textNode(SampleLines.taskHash(result.samples()))));
    json.put("model_source", model.source());
    json.put("model_name", model.name());
    json.put("model_name_sanitized", model.sanitizedName());
  }

  private static double epochSeconds(RunDescription run) {
    var instant = run.started().atZone(ZoneId.systemDefault()).toInstant();
    return instant.getEpochSecond() + instant.getNano() / 1e9;
  }

  private static String environment() {
    return "neox %s, Java %s, %s %s"
        .formatted(
            Version.string(),
            Runtime.version(),
            System.getProperty("os.name"),
            System.getProperty("os.arch"));
  }

  private static JsonNode orNull(Optional<? extends JsonNode> value) {
    return value.isPresent() ? value.get() : JSON.nullNode();
  }

  /// The part of a task that can be written down; prompts are code and are not.
  private static final class TaskConfig {
    static ObjectNode of(TaskResult result, RunDescription run) {
      Task task = result.task();
      DataSet data = task.data();
      ObjectNode json = JSON.objectNode();
      json.put("task", task.name());
      json.put("dataset_path", "json");
      ObjectNode files = json.putObject("dataset_kwargs").putObject("data_files");
      List<Optional<String>> splits = List.of(data.training(), data.validation(), data.test());
      for (Optional<String> split : splits) {
        split.ifPresent(name ->
            files.put(name, run.data().resolve(data.folder()).resolve(name + ".jsonl").toString()));
      }
      data.training().ifPresent(name -> json.put("training_split", name));
      data.validation().ifPresent(name -> json.put("validation_split", name));
      data.test().ifPresent(name -> json.put("test_split", name));
      task.fewShot().split().ifPresent(name -> json.put("fewshot_split", name));
      json.put("target_delimiter", task.prompt().targetDelimiter());
      json.put("fewshot_delimiter", task.prompt().exampleDelimiter());
      json.put("num_fewshot", result.shots());
      appendMetrics(json, task);
      json.put("output_type", task.outputType().key());
      if (task.outputType() == OutputType.GENERATE_UNTIL) {
        json.set("generation_kwargs", task.generation().keywords());
      }
      json.put("repeats", task.repeats());
      json.putObject("metadata").set("version", task.version());
      return json;
    }

    private static void appendMetrics(ObjectNode json, Task task) {
      var list = json.putArray("metric_list");
      task.metrics()
          .forEach(metric ->
              list.addObject()
                  .put("metric", metric.name())
                  .put("aggregation", metric.aggregation().key())
                  .put("higher_is_better", metric.higherIsBetter()));
    }
  }

  private ResultsJson() {}
}
