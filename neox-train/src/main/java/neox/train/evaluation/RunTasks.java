package neox.train.evaluation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.base.Console;
import neox.base.UserException;
import neox.config.EvalConfig;
import neox.config.NeoxConfig;
import neox.evaluation.Evaluation;
import neox.evaluation.catalogue.TaskCatalogue;
import neox.evaluation.function.HarnessFunctions;
import neox.evaluation.function.NamedFunctions;
import neox.evaluation.metric.Bootstrap;
import neox.evaluation.report.MetricResult;
import neox.evaluation.report.TaskResult;
import neox.evaluation.request.ModelRunner;
import neox.evaluation.task.Documents;
import neox.evaluation.task.InstanceBuilder;
import neox.evaluation.task.InstanceBuilder.Instances;
import neox.evaluation.task.PromptStyle;
import neox.evaluation.task.Task;
import neox.inference.BatchSize;
import neox.inference.LanguageModel;
import neox.tokenizer.Tokenizer;
import neox.tokenizer.special.TextBounds;

/// The tasks that a run is evaluated on (`eval_tasks`), read once, before the run begins.
///
/// @param batchSize inputs per pass
public record RunTasks(
    Evaluation evaluation, List<Instances> instances, Tokenizer tokenizer, int batchSize) {
  /// The harness's own seed of few-shot examples.
  private static final long SEED = 1234;

  /// The others wait for it; the harness takes 100,000 when there is time.
  private static final int RESAMPLES = 1000;

  private static final String UNFILTERED = "none";

  /// Whether a run is evaluated on tasks; [UserException] when it is not said where their data are.
  public static boolean areAsked(NeoxConfig config) {
    boolean asked = !config.generate().evalTasks().isEmpty();
    if (asked && config.eval().tasks().data().isEmpty()) {
      throw new UserException(
          "eval_tasks: training evaluates them on data sets of this machine; name their directory"
              + " with eval_task_data, or leave eval_tasks out");
    }
    return asked;
  }

  /// Reads the documents of all tasks. [UserException] that names what is missing.
  ///
  /// @param tokenizer of the run
  public static RunTasks read(NeoxConfig config, Tokenizer tokenizer, Console console)
      throws IOException {
    EvalConfig.Tasks asked = config.eval().tasks();
    Path data = asked.data().orElseThrow();
    Optional<Double> limit = asked.limit().map(Integer::doubleValue);
    InstanceBuilder builder =
        new InstanceBuilder(new Documents(data), SEED, limit, PromptStyle.PLAIN);
    Evaluation evaluation =
        new Evaluation(builder, asked.shots(), Bootstrap.of(RESAMPLES), console.silent());
    TaskCatalogue catalogue =
        TaskCatalogue.of(
            List.of(),
            new NamedFunctions(HarnessFunctions.all()),
            warning -> console.warn("%s", warning));
    List<Task> tasks = catalogue.select(config.generate().evalTasks()).tasks();
    return new RunTasks(
        evaluation, evaluation.prepare(tasks), tokenizer, config.batch().microBatchSize());
  }

  /// Has a model answer all requests; figures by their names, such as `piqa_acc`.
  Map<String, Double> evaluate(LanguageModel model, Console console) throws InterruptedException {
    ModelRunner runner =
        new ModelRunner(
            model,
            tokenizer,
            TextBounds.ofDocuments(tokenizer),
            model.maxLength(),
            BatchSize.of(batchSize),
            console.silent());
    Map<String, Double> figures = new LinkedHashMap<>();
    for (TaskResult result : evaluation.run(instances, runner)) {
      for (MetricResult metric : result.metrics()) {
        String name = name(result.task(), metric);
        figures.put(name, metric.value());
        metric.standardError().ifPresent(error -> figures.put(name + "_stderr", error));
      }
    }
    return figures;
  }

  /// A name that every evaluation has figures of.
  String someName() {
    Task task = instances.getFirst().task();
    return task.name() + "_" + task.metrics().getFirst().name();
  }

  private static String name(Task task, MetricResult result) {
    String name = task.name() + "_" + result.metric().name();
    return result.filter().equals(UNFILTERED) ? name : name + "," + result.filter();
  }
}
