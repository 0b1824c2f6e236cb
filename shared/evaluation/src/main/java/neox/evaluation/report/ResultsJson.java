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
import neox.base.text.Sha256;
import neox.evaluation.report.RunDescription.ModelDescription;
import neox.evaluation.report.RunDescription.Settings;
import neox.evaluation.report.RunDescription.SpecialToken;
import neox.evaluation.task.ChatFormat;
import neox.evaluation.task.PromptStyle;
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

  static ObjectNode json(RunDescription run, Results all) {
    List<TaskResult> results = all.tasks();
    List<TaskResult> sorted =
        results.stream().sorted(Comparator.comparing(result -> result.task().name())).toList();
    ObjectNode json = JSON.objectNode();
    GroupJson groups = new GroupJson(all);
    json.set("results", groups.appendTo(byTask(results, ResultsJson::figures)));
    groups.scored().ifPresent(scored -> json.set("groups", scored));
    json.set("group_subtasks", groups.members());
    json.set(
        "configs",
        byTask(sorted, result -> new TaskConfigJson(result.task(), result.shots(), run).json()));
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
    appendStyle(json, run.style());
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
    json.put("alias", result.task().config().alias());
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
    Settings settings = run.settings();
    json.put("batch_size", String.valueOf(settings.batchSize()));
    json.putArray("batch_sizes");
    json.put("device", settings.device());
    json.set("use_cache", orNull(settings.cache().map(path -> JSON.textNode(path.toString()))));
    json.set("limit", orNull(settings.limit().map(JSON::numberNode)));
    json.put("bootstrap_iters", settings.bootstrapIterations());
    json.set("gen_kwargs", settings.generation());
    json.put("random_seed", settings.seeds().random());
    json.put("numpy_seed", settings.seeds().numpy());
    json.put("torch_seed", settings.seeds().torch());
    return json.put("fewshot_seed", settings.seeds().fewShot());
  }

  /// How prompts were written; the texts with their digests.
  private static void appendStyle(ObjectNode json, PromptStyle style) {
    appendText(json, "system_instruction", style.systemInstruction());
    json.set(
        "fewshot_as_multiturn",
        orNull(style.chat().map(chat -> JSON.booleanNode(style.multiturn()))));
    appendText(json, "chat_template", style.chat().map(ChatFormat::source));
  }

  private static void appendText(ObjectNode json, String key, Optional<String> text) {
    json.set(key, orNull(text.map(JSON::textNode)));
    json.set(key + "_sha", orNull(text.map(Sha256::of).map(JSON::textNode)));
  }

  /// As Python prints both.
  private static JsonNode described(Optional<SpecialToken> token) {
    return JSON.arrayNode()
        .add(token.map(SpecialToken::written).orElse(null))
        .add(token.map(each -> String.valueOf(each.id())).orElse("None"));
  }

  private static void appendModel(
      ObjectNode json, ModelDescription model, List<TaskResult> results) {
    json.putNull("tokenizer_pad_token");
    json.set("tokenizer_eos_token", described(model.end()));
    json.set("tokenizer_bos_token", described(model.begin()));
    json.set("eot_token_id", orNull(model.end().map(end -> JSON.numberNode(end.id()))));
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

  private ResultsJson() {}
}
