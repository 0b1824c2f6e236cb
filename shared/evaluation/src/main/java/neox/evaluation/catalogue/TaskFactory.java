package neox.evaluation.catalogue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.base.UserException;
import neox.evaluation.config.DataKeys;
import neox.evaluation.config.FewShotKeys;
import neox.evaluation.config.ScoringKeys;
import neox.evaluation.config.TaskConfig;
import neox.evaluation.document.Document;
import neox.evaluation.document.ValueJson;
import neox.evaluation.function.FunctionRole;
import neox.evaluation.function.NamedFunctions;
import neox.evaluation.metric.Metric;
import neox.evaluation.request.GenerationOptions;
import neox.evaluation.task.DataSet;
import neox.evaluation.task.FewShot;
import neox.evaluation.task.FilterPipeline;
import neox.evaluation.task.FunctionScoring;
import neox.evaluation.task.OutputType;
import neox.evaluation.task.OwnMetric;
import neox.evaluation.task.Prompt;
import neox.evaluation.task.Scoring;
import neox.evaluation.task.Task;
import neox.evaluation.yaml.Place;
import neox.evaluation.yaml.YamlNode;
import neox.evaluation.yaml.YamlNode.Fields;
import neox.evaluation.yaml.YamlNode.FunctionName;
import neox.evaluation.yaml.YamlNode.Items;
import neox.python.PythonLiteral;
import neox.template.value.Dict;
import neox.template.value.Printing;
import neox.template.value.Value;

/// Makes tasks of what their files say.
public record TaskFactory(NamedFunctions functions) {

  /// The task; [UserException] `file:line: …` when something in it cannot be, or cannot be here.
  public Task task(Fields fields) {
    TaskConfig config = TaskConfig.of(fields);
    Prompt prompt = Prompt.of(config.prompt(), fields, functions);
    List<Metric> metrics = new MetricFactory(functions).metrics(config.scoring());
    FilterFactory filters = new FilterFactory(functions);
    List<FilterPipeline> pipelines =
        config.scoring().filters().stream().map(filters::pipeline).toList();
    return new Task(
        config,
        data(config),
        config
            .data()
            .process()
            .map(f -> functions.require(f, FunctionRole.DOCUMENTS, "process_docs")),
        prompt,
        fewShot(config.fewShot(), fields),
        generation(config, prompt),
        metrics,
        scoring(config.scoring(), metrics, pipelines, fields),
        pipelines.isEmpty() ? List.of(FilterPipeline.FIRST) : pipelines);
  }

  private static DataSet data(TaskConfig config) {
    DataKeys keys = config.data();
    keys.custom()
        .ifPresent(function -> {
          throw UserException.of(
              "%s: custom_dataset: the Python function %s cannot be run here; name a data set with"
                  + " dataset_path",
              function.place(), function.name());
        });
    ObjectNode keywords =
        keys.keywords()
            .map(fields -> ValueJson.of(fields.dict()))
            .orElseGet(JsonNodeFactory.instance::objectNode);
    keywords.remove("trust_remote_code");
    return new DataSet(
        config.name().replace("::", "_"),
        keys.path()
            .orElseThrow(() ->
                UserException.of(
                    "%s: task %s has no dataset_path", config.fields().place(), config.name())),
        keys.name(),
        keywords,
        keys.training(),
        keys.validation(),
        keys.test());
  }

  private FewShot fewShot(FewShotKeys keys, Fields fields) {
    Optional<YamlNode> samples = keys.split().isPresent() ? Optional.empty() : keys.samples();
    return new FewShot(
        keys.split(),
        samples.map(this::samples),
        keys.process().map(f -> functions.require(f, FunctionRole.DOCUMENTS, "process_docs")),
        keys.sampler(),
        keys.count(),
        Prompt.of(keys.prompt(), fields, functions));
  }

  private List<Document> samples(YamlNode node) {
    List<Document> documents = new ArrayList<>();
    if (node instanceof FunctionName function) {
      for (Dict dict : functions.require(function, FunctionRole.SAMPLES, "samples").get()) {
        documents.add(new Document(dict, node.place() + ": sample " + documents.size()));
      }
      return documents;
    }
    if (!(node instanceof Items list)) {
      throw node.wrong("samples: a list of mappings");
    }
    for (YamlNode item : list.items()) {
      if (!(item instanceof Fields mapping)) {
        throw item.wrong("samples: a mapping");
      }
      documents.add(new Document(mapping.dict(), item.place().toString()));
    }
    return documents;
  }

  /// What a task says about generation, or greedy up to 256 tokens; in any case until the few-shot
  /// delimiter where nothing else is said.
  private static GenerationOptions generation(TaskConfig config, Prompt prompt) {
    Optional<Fields> written = config.scoring().generation();
    if (written.isEmpty()
        || OutputType.of(config.scoring().outputType()) != OutputType.GENERATE_UNTIL) {
      return GenerationOptions.until(prompt.exampleDelimiter());
    }
    ObjectNode keywords = ValueJson.of(written.get().dict());
    if (keywords.has("temperature")) {
      double temperature = number(written.get().get("temperature"), "temperature");
      keywords.put("temperature", temperature);
    }
    if (!keywords.has("until")) {
      keywords.putArray("until").add(prompt.exampleDelimiter());
    }
    try {
      return new GenerationOptions(keywords);
    } catch (UserException e) {
      throw new UserException(written.get().place() + ": " + e.getMessage(), e);
    }
  }

  private static double number(Optional<YamlNode> node, String key) {
    Value value = node.map(YamlNode::value).orElse(Value.None.NONE);
    return PythonLiteral.number(Printing.str(value))
        .orElseThrow(() -> node.orElseThrow().wrong(key + ": a number"));
  }

  private Scoring scoring(
      ScoringKeys keys, List<Metric> metrics, List<FilterPipeline> filters, Fields fields) {
    if (keys.process().isPresent()) {
      return new FunctionScoring(
          functions.require(keys.process().get(), FunctionRole.RESULTS, "process_results"));
    }
    Map<String, OwnMetric> own = new MetricFactory(functions).own(keys);
    OutputType type = OutputType.of(keys.outputType());
    if (type == OutputType.GENERATE_UNTIL) {
      Place place = fields.get("filter_list").orElse(fields).place();
      ListedResponses listed = new ListedResponses(filters, place, keys.repeats());
      metrics.stream().filter(m -> !own.containsKey(m.name())).forEach(listed::require);
    }
    try {
      return Scoring.standard(type, metrics, own);
    } catch (UserException e) {
      YamlNode place = fields.get("metric_list").orElse(fields);
      throw new UserException(place.place() + ": " + e.getMessage(), e);
    }
  }
}
