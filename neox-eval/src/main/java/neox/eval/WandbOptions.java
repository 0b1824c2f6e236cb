package neox.eval;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.UserException;
import neox.base.help.HelpGroup;
import neox.base.json.Json;
import neox.evaluation.report.ResultsJson;
import neox.wandb.Asked;
import neox.wandb.Login;
import neox.wandb.Pace;
import neox.wandb.WandbRun;
import picocli.CommandLine.Option;

/// An evaluation as a run at W&B, in the form of the harness; used as a picocli mixin.
@HelpGroup("Results")
final class WandbOptions {
  private static final String OPTION = "--wandb_args";
  private static final String UNFILTERED = ",none";

  /// Arguments of `wandb.init` that a variable says as well.
  private static final Map<String, String> VARIABLES =
      Map.of(
          "id",
          "WANDB_RUN_ID",
          "resume",
          "WANDB_RESUME",
          "mode",
          "WANDB_MODE",
          "tags",
          "WANDB_TAGS",
          "notes",
          "WANDB_NOTES");

  private static final List<String> OTHERS =
      List.of("entity", "group", "job_type", "name", "project", "step");

  @Option(
      names = {"--wandb-args", OPTION},
      paramLabel = "K=V,…",
      description =
          "Log the results to Weights & Biases, such as project=evals,name=pythia-70m; without a"
              + " key they are kept, and neox-train sync sends them later.")
  private String arguments = "";

  @Option(
      names = {"--wandb-config-args", "--wandb_config_args"},
      paramLabel = "K=V,…",
      description = "Add this to the configuration that Weights & Biases shows.")
  private String configuration = "";

  /// Complains before any work is done about what cannot be used.
  void check(Map<String, String> environment) throws IOException {
    login(environment);
    EvalArguments.keywords("--wandb_config_args", configuration);
  }

  private Optional<Login> login(Map<String, String> environment) throws IOException {
    if (arguments.isBlank()) {
      return Optional.empty();
    }
    ObjectNode given = EvalArguments.keywords(OPTION, arguments);
    Map<String, String> variables = new HashMap<>(environment);
    for (Map.Entry<String, JsonNode> argument : given.properties()) {
      String name = argument.getKey();
      if (VARIABLES.containsKey(name)) {
        variables.put(VARIABLES.getOrDefault(name, ""), argument.getValue().asText());
      } else if (!OTHERS.contains(name)) {
        throw UserException.of(
            "%s: %s is not an argument of W&B that is known here; expected %s, %s",
            OPTION,
            name,
            String.join(", ", OTHERS),
            String.join(", ", VARIABLES.keySet().stream().sorted().toList()));
      }
    }
    Asked asked =
        new Asked(
            Optional.of(true),
            Optional.empty(),
            text(given, "entity"),
            text(given, "project"),
            text(given, "name"),
            text(given, "group"),
            text(given, "job_type"));
    String id = UUID.randomUUID().toString().replace("-", "").substring(0, 8);
    return Login.of(asked, id, variables);
  }

  private static Optional<String> text(ObjectNode given, String name) {
    return Optional.of(given.path(name).asText("")).filter(value -> !value.isBlank());
  }

  /// Sends what came out, or keeps it below `directory`.
  void report(
      Path directory,
      ReportOptions.Outcome outcome,
      Map<String, String> environment,
      Console console)
      throws IOException {
    Optional<Login> login = login(environment);
    if (login.isEmpty()) {
      return;
    }
    JsonNode json = Json.parse(ResultsJson.of(outcome.run(), outcome.results()), "results");
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("task_configs", json.path("configs"));
    config.put("cli_configs", json.path("config"));
    EvalArguments.keywords("--wandb_config_args", configuration)
        .properties()
        .forEach(field -> config.put(field.getKey(), field.getValue()));
    long step = EvalArguments.keywords(OPTION, arguments).path("step").asLong(0);
    WandbRun.Around around =
        new WandbRun.Around(console, environment, Pace.USUAL, WandbOptions::goOn);
    try (WandbRun run =
        WandbRun.open(login.get(), new WandbRun.About(directory, "neox-eval", config), around)) {
      record(json.path("results"), run, step);
      run.ends(ExitCode.OK, false);
    }
  }

  /// All is done when W&B hears of it: there is nothing left to stop.
  private static void goOn() {}

  /// Numbers are a row, as `task/metric`; texts belong to the run.
  private static void record(JsonNode results, WandbRun run, long step) {
    results
        .properties()
        .forEach(task ->
            task.getValue()
                .properties()
                .forEach(figure -> {
                  String name = task.getKey() + "/" + figure.getKey().replace(UNFILTERED, "");
                  if (figure.getValue().isNumber()) {
                    run.scalar(name, figure.getValue().asDouble(), step);
                  } else {
                    run.summary(name, figure.getValue().asText());
                  }
                }));
  }
}
