package neox.eval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;
import neox.base.Console;
import neox.base.UserException;
import neox.base.json.Json;
import neox.config.Precision;
import neox.datasets.DataSets;
import neox.evaluation.Evaluation;
import neox.evaluation.cache.AnswerLog;
import neox.evaluation.cache.CachingRunner;
import neox.evaluation.metric.Bootstrap;
import neox.evaluation.report.Results;
import neox.evaluation.report.RunDescription;
import neox.evaluation.report.RunDescription.ModelDescription;
import neox.evaluation.report.RunDescription.Settings;
import neox.evaluation.report.RunDescription.SpecialToken;
import neox.evaluation.report.TaskResult;
import neox.evaluation.request.ModelRunner;
import neox.evaluation.task.Documents;
import neox.evaluation.task.InstanceBuilder;
import neox.evaluation.task.InstanceBuilder.Instances;
import neox.inference.load.LoadedModel;

/// Carries out a plan: the only place where tasks, model and pipeline meet.
///
/// @param started when, for the reports
record EvalRun(ModelOpener models, DataSets sets, LocalDateTime started, Console console) {

  /// Reads every document before the model is opened, so that mistakes show at once.
  ReportOptions.Outcome run(EvalPlan plan) throws IOException, InterruptedException {
    long startedAtNanos = System.nanoTime();
    Settings settings = plan.settings();
    InstanceBuilder builder =
        new InstanceBuilder(
            new Documents(sets), settings.seeds().fewShot(), plan.documents(), plan.style());
    Bootstrap bootstrap = Bootstrap.of(settings.bootstrapIterations());
    Evaluation evaluation = new Evaluation(builder, settings.shots(), bootstrap, console);
    List<Instances> instances = evaluation.prepare(plan.tasks());
    try (LoadedModel loaded = models.open(plan.location())) {
      List<TaskResult> results = answered(plan, loaded, evaluation, instances);
      RunDescription run =
          new RunDescription(
              describe(plan, loaded, maxLength(plan, loaded)),
              settings,
              plan.style(),
              started,
              Duration.ofNanos(System.nanoTime() - startedAtNanos));
      return new ReportOptions.Outcome(
          run,
          Results.of(results, plan.groups(), line -> console.warn("%s", line)),
          loaded.iteration());
    }
  }

  /// Has everything answered, by what is kept where that is wanted.
  private List<TaskResult> answered(
      EvalPlan plan, LoadedModel loaded, Evaluation evaluation, List<Instances> instances)
      throws IOException, InterruptedException {
    int maxLength = maxLength(plan, loaded);
    ModelRunner runner =
        new ModelRunner(
            loaded.model(),
            loaded.tokenizer(),
            loaded.bounds(),
            maxLength,
            plan.settings().batchSize(),
            console);
    if (plan.settings().cache().isEmpty()) {
      return evaluation.run(instances, runner);
    }
    Path directory = plan.settings().cache().get();
    String name = plan.location().directory().toAbsolutePath().getFileName().toString();
    ObjectNode identity = ModelIdentity.of(plan.location(), loaded, maxLength);
    try (AnswerLog log = AnswerLog.open(directory, name, identity)) {
      if (log.dropped() > 0) {
        console.warn("%s: %d torn lines are left out", directory, log.dropped());
      }
      return evaluation.run(instances, new CachingRunner(runner, log, console));
    }
  }

  private static int maxLength(EvalPlan plan, LoadedModel loaded) {
    int longest = loaded.model().maxLength();
    if (plan.maxLength().isPresent() && plan.maxLength().get() > longest) {
      throw UserException.of(
          "--max-length %d: the model was built for at most %d tokens",
          plan.maxLength().get(), longest);
    }
    return plan.maxLength().orElse(longest);
  }

  private static String dtype(Precision precision) {
    return switch (precision) {
      case FP32 -> "torch.float32";
      case FP16 -> "torch.float16";
      case BFLOAT16 -> "torch.bfloat16";
    };
  }

  private static ModelDescription describe(EvalPlan plan, LoadedModel loaded, int maxLength) {
    ObjectNode arguments = Json.mapper().createObjectNode();
    arguments.put("pretrained", plan.location().directory().toString());
    if (loaded.iteration() > 0) {
      arguments.put("iteration", loaded.iteration());
    }
    return new ModelDescription(
        "neox",
        arguments,
        Optional.empty(),
        Optional.of(dtype(plan.location().options().precision())),
        maxLength,
        SpecialToken.of(loaded.bounds().begin(), loaded.tokenizer()),
        SpecialToken.of(loaded.bounds().end(), loaded.tokenizer()));
  }
}
