package neox.eval;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import neox.base.Console;
import neox.base.Environment;
import neox.base.ExitCode;
import neox.base.StandardOptions;
import neox.base.Tool;
import neox.base.ToolCommand;
import neox.base.UserException;
import neox.base.Version;
import neox.base.help.HelpGroup;
import neox.base.text.ShellWord;
import neox.config.ConfigOptions;
import neox.datasets.DataSets;
import neox.evaluation.catalogue.Selection;
import neox.evaluation.report.Group;
import neox.evaluation.report.ReportFiles;
import neox.evaluation.report.RunDescription.Settings;
import neox.evaluation.task.DocumentChoice;
import neox.evaluation.task.OutputType;
import neox.evaluation.task.Task;
import neox.inference.BatchSize;
import neox.inference.load.LoadedModel;
import neox.inference.load.ModelLoader;
import neox.inference.load.ModelOptions;
import neox.tensor.NativeRuntime;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/// The tool: options to a plan, the plan to results.
@Command(
    name = "neox-eval",
    mixinStandardHelpOptions = false,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Scores a model on benchmark tasks, as lm-evaluation-harness 0.4 does.",
    footerHeading = "Data sets:",
    footer = {
      "A split is looked for in DIR/TASK/SPLIT.jsonl (or .json, .parquet, .arrow), then in"
          + " DIR/OWNER/NAME/CONFIG and in a copy of the repository in DIR/OWNER/NAME, then in what"
          + " Hugging Face's tools keep below HF_HOME. What is nowhere is fetched from the hub and"
          + " put into DIR, unless --offline is given or HF_HUB_OFFLINE set. docs/eval.md tells"
          + " more.",
      "",
      "Examples:",
      "  neox-eval --model checkpoints --tasks sciq,piqa --data eval-data -o results",
      "  neox-eval -d configs demo --eval_tasks sciq piqa --data eval-data --iteration 100",
      "  neox-eval run --config evaluation.yaml --tasks my_task --include_path my-tasks"
    })
@HelpGroup("Evaluation")
public final class EvalCommand implements ToolCommand {
  @Mixin StandardOptions standard = new StandardOptions();
  @Mixin ConfigOptions config = new ConfigOptions();
  @Mixin ModelOptions model = new ModelOptions();
  @Mixin DataOptions data = new DataOptions();
  @Mixin ReportOptions reports = new ReportOptions();
  @Mixin WandbOptions wandb = new WandbOptions();

  @Mixin TaskOptions tasks = new TaskOptions();

  @Option(
      names = {"-C", "--config"},
      paramLabel = "FILE",
      description = "Take further options from a YAML file, as the harness's.")
  @Nullable Path options; // read by OptionsFile, before anything is parsed

  @Option(
      names = {"-L", "--limit"},
      paramLabel = "N",
      description = "At most N documents per task; below 1, a share of them.")
  @Nullable Double limit;

  @Option(
      names = {"-E", "--samples"},
      paramLabel = "JSON",
      description =
          "Evaluate these documents, counted from 0: {\"TASK\": [N, …], …}, or a file of that;"
              + " instead of --limit.")
  @Nullable String samples;

  @Option(
      names = {"-b", "--batch-size", "--batch_size"},
      paramLabel = "N",
      description =
          "At most N inputs per pass, or auto: as many as suit the model (default:"
              + " ${DEFAULT-VALUE}). It changes no score.")
  String batchSize = "auto";

  @Option(
      names = {"--max-length", "--max_length"},
      paramLabel = "N",
      description = "Longest input in tokens (default: the model's).")
  @Nullable Integer maxLength;

  @Option(
      names = {"--gen-kwargs", "--gen_kwargs"},
      paramLabel = "K=V,…",
      description = "Change the options of tasks that generate text, such as max_gen_toks=32.")
  String generation = "";

  @Option(
      names = "--seed",
      paramLabel = "N[,N,N,N]",
      description =
          "Seeds, of which the last of four (or the only one) picks few-shot examples (default:"
              + " 0,1234,1234,1234).")
  String seed = "";

  @Option(
      names = {"--bootstrap-iters", "--bootstrap_iters"},
      paramLabel = "N",
      description = "Resamples for standard errors, 0 for none (default: ${DEFAULT-VALUE}).")
  int bootstrapIterations = 100_000;

  @Option(
      names = {"-c", "--use-cache", "--use_cache"},
      paramLabel = "DIR",
      description =
          "Keep every answer of the model in DIR, and ask it nothing that it has answered before:"
              + " an evaluation that was ended goes on where it was.")
  @Nullable Path cache;

  @Option(
      names = "--metadata",
      paramLabel = "K=V,…",
      description = "Keep this in the results, too, as metadata of every task.")
  String metadata = "";

  private final ModelOpener models;
  private final Map<String, String> environment;

  public EvalCommand() {
    this(EvalCommand::openModel, Environment.all());
  }

  /// For tests: with their own models and variables.
  EvalCommand(ModelOpener models, Map<String, String> environment) {
    this.models = models;
    this.environment = environment;
  }

  public static void main(String[] args) {
    System.exit(Tool.run(new EvalCommand(), args));
  }

  static LoadedModel openModel(ModelLocation location) throws IOException {
    NativeRuntime.start(location.threads());
    return ModelLoader.open(location.directory(), location.options());
  }

  /// Without `run`, which the harness has in this place, and with what a file of options says.
  @Override
  public String[] expand(String[] args) throws IOException {
    boolean named = args.length > 0 && args[0].equals("run");
    String[] rest = named ? Arrays.copyOfRange(args, 1, args.length) : args;
    return OptionsFile.expand(CommandSpec.forAnnotatedObject(this), rest);
  }

  @Override
  public Map<String, Supplier<ToolCommand>> subcommands() {
    return Map.of("ls", ListCommand::new, "validate", ValidateCommand::new);
  }

  @Override
  public int call(Console console) throws Exception {
    Optional<String> answer = config.answer();
    if (answer.isPresent()) {
      console.out().print(answer.get());
      return ExitCode.OK;
    }
    EvalPlan plan = plan(console);
    wandb.check(environment);
    LocalDateTime started = LocalDateTime.now(ZoneId.systemDefault());
    Optional<ReportFiles> files = reports.files(plan.location(), started);
    if (files.isPresent()) {
      files.get().requireWritable();
    }
    ReportOptions.Outcome outcome = NativeRuntime.run(() -> evaluate(plan, started, console));
    reports.report(plan.location(), files, outcome, console);
    wandb.report(directory(files), outcome, environment, console);
    console.next(next(plan.location().directory()));
    return ExitCode.OK;
  }

  /// Where results are saved, if anywhere.
  private static Path directory(Optional<ReportFiles> files) {
    return files.map(ReportFiles::results).map(Path::getParent).orElse(Path.of(""));
  }

  /// A Hugging Face directory can be published; a checkpoint becomes one.
  private static String next(Path model) {
    String directory = ShellWord.quoted(model);
    return Files.exists(model.resolve("config.json"))
        ? "neox-upload " + directory + " OWNER/NAME --private"
        : "neox-convert-hf --input-dir " + directory + " --output-dir " + directory + "-hf";
  }

  private ReportOptions.Outcome evaluate(EvalPlan plan, LocalDateTime started, Console console)
      throws IOException, InterruptedException {
    try (DataSets sets = data.open(environment, console)) {
      return new EvalRun(models, sets, started, console).run(plan);
    }
  }

  /// The options checked and put together; nothing has been opened yet.
  private EvalPlan plan(Console console) throws IOException {
    tasks.check();
    require(limit == null || limit > 0, "--limit", limit, "more than 0");
    require(maxLength == null || maxLength >= 1, "--max-length", maxLength, "at least 1");
    require(bootstrapIterations >= 0, "--bootstrap-iters", bootstrapIterations, "0 or more");
    ModelLocation location = ModelLocation.of(config, model);
    reports.check(location);
    Settings settings =
        new Settings(
            BatchSize.parse("--batch-size", batchSize),
            location.options().device(),
            Optional.ofNullable(cache),
            Optional.ofNullable(limit),
            Optional.ofNullable(tasks.shots),
            EvalArguments.keywords("--gen-kwargs", generation),
            EvalArguments.keywords("--metadata", metadata),
            bootstrapIterations,
            EvalArguments.seeds(seed));
    Selection selection = selection(location, console);
    return new EvalPlan(
        location,
        selection.tasks().stream().map(task -> changed(task, settings)).toList(),
        selection.groups().stream().map(Group::of).toList(),
        documents(),
        tasks.style(location.directory(), console),
        settings,
        Optional.ofNullable(maxLength));
  }

  private DocumentChoice documents() throws IOException {
    if (samples != null && limit != null) {
      throw new UserException("--samples and --limit: give one of them");
    }
    if (samples != null) {
      return EvalArguments.samples(samples);
    }
    return limit == null ? new DocumentChoice.All() : new DocumentChoice.First(limit);
  }

  private static void require(
      boolean holds, String option, @Nullable Object found, String expected) {
    if (!holds) {
      throw new UserException(option + " " + found + ": expected " + expected);
    }
  }

  private Selection selection(ModelLocation location, Console console) throws IOException {
    List<String> names = new ArrayList<>(tasks.names());
    if (names.isEmpty()) {
      location.config().ifPresent(c -> names.addAll(c.generate().evalTasks()));
    }
    return tasks.select(names, console);
  }

  private Task changed(Task task, Settings settings) {
    Task generating =
        task.outputType() == OutputType.GENERATE_UNTIL
            ? task.generating(task.generation().with(settings.generation()))
            : task;
    return reports.predictsOnly() ? generating.predicting() : generating;
  }
}
