package neox.eval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
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
import neox.base.ExitCode;
import neox.base.StandardOptions;
import neox.base.Tool;
import neox.base.ToolCommand;
import neox.base.UserException;
import neox.base.Version;
import neox.base.help.HelpGroup;
import neox.config.ConfigOptions;
import neox.config.NeoxConfig;
import neox.evaluation.report.ReportFiles;
import neox.evaluation.report.ResultsJson;
import neox.evaluation.report.ResultsTable;
import neox.evaluation.report.RunDescription;
import neox.evaluation.report.TaskResult;
import neox.evaluation.task.OutputType;
import neox.evaluation.task.Task;
import neox.inference.LoadedModel;
import neox.inference.ModelLoader;
import neox.inference.ModelOptions;
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
      "Documents are read from local files, one JSON object per line, in DIR/TASK/SPLIT.jsonl with"
          + " the columns of the data set on the Hugging Face hub, for example",
      "  DIR/lambada_openai/test.jsonl      {\"text\": …}",
      "  DIR/hellaswag/validation.jsonl     {\"ctx_a\": …, \"ctx_b\": …, \"endings\": […], …}",
      "Few-shot examples come from train.jsonl beside it, where the data set has one.",
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

  @Mixin TaskOptions tasks = new TaskOptions();

  @Option(
      names = {"-C", "--config"},
      paramLabel = "FILE",
      description = "Take further options from a YAML file, as the harness's.")
  @Nullable Path options; // read by OptionsFile, before anything is parsed

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Directory of the data sets; see below.")
  @Nullable Path data;

  @Option(
      names = {"-L", "--limit"},
      paramLabel = "N",
      description = "At most N documents per task; below 1, a share of them.")
  @Nullable Double limit;

  @Option(
      names = {"-b", "--batch-size", "--batch_size"},
      paramLabel = "N",
      description = "Inputs per pass (default: ${DEFAULT-VALUE}).")
  int batchSize = 8;

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
      names = {"-o", "--output-path", "--output_path"},
      paramLabel = "PATH",
      description = "Save the results below this directory, or beside PATH if it ends in .json.")
  @Nullable Path output;

  @Option(
      names = {"-s", "--log-samples", "--log_samples"},
      description = "Save every document with its prompts, answers and scores, too.")
  boolean logSamples;

  @Option(
      names = {"--eval-results-prefix", "--eval_results_prefix"},
      paramLabel = "P",
      description = "With a CONFIG: results go to P_eval_results_TIME.json.")
  @Nullable String resultsPrefix;

  @Option(names = "--json", description = "Print the results as JSON instead of a table.")
  boolean json;

  private final ModelOpener models;

  public EvalCommand() {
    this(EvalCommand::openModel);
  }

  EvalCommand(ModelOpener models) {
    this.models = models;
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
    LocalDateTime started = LocalDateTime.now(ZoneId.systemDefault());
    Optional<ReportFiles> files = files(plan.location(), started);
    if (files.isPresent()) {
      files.get().requireWritable();
    }
    EvalRun.Outcome outcome =
        NativeRuntime.run(() -> new EvalRun(models, started, console).run(plan));
    report(files, outcome, console);
    return ExitCode.OK;
  }

  /// The options checked and put together; nothing has been opened yet.
  private EvalPlan plan(Console console) throws IOException {
    require(batchSize >= 1, "--batch-size", batchSize, "at least 1");
    tasks.check();
    require(limit == null || limit > 0, "--limit", limit, "more than 0");
    require(maxLength == null || maxLength >= 1, "--max-length", maxLength, "at least 1");
    require(bootstrapIterations >= 0, "--bootstrap-iters", bootstrapIterations, "0 or more");
    ModelLocation location = ModelLocation.of(config, model);
    if (data == null) {
      throw new UserException("name the directory of the data sets with --data DIR");
    }
    if (logSamples && output == null && !location.fromConfig()) {
      throw new UserException("--log-samples needs --output-path to say where to save them");
    }
    ObjectNode keywords = EvalArguments.keywords(generation);
    return new EvalPlan(
        location,
        chosen(location, keywords, console),
        tasks.style(location.directory(), console),
        data,
        Optional.ofNullable(tasks.shots),
        Optional.ofNullable(limit),
        batchSize,
        Optional.ofNullable(maxLength),
        keywords,
        EvalArguments.seeds(seed),
        bootstrapIterations);
  }

  private static void require(
      boolean holds, String option, @Nullable Object found, String expected) {
    if (!holds) {
      throw new UserException(option + " " + found + ": expected " + expected);
    }
  }

  private List<Task> chosen(ModelLocation location, ObjectNode keywords, Console console)
      throws IOException {
    List<String> names = new ArrayList<>(tasks.names());
    if (names.isEmpty()) {
      location.config().ifPresent(c -> names.addAll(c.generate().evalTasks()));
    }
    return tasks.select(names, console).tasks().stream()
        .map(task ->
            task.outputType() == OutputType.GENERATE_UNTIL
                ? task.generating(task.generation().with(keywords))
                : task)
        .toList();
  }

  /// Hours of work are in it: a disk that is full must not cost the table, nor a reader that has
  /// left the file.
  private void report(Optional<ReportFiles> files, EvalRun.Outcome outcome, Console console)
      throws IOException {
    Optional<IOException> unsaved = Optional.empty();
    if (files.isPresent()) {
      try {
        save(files.get(), outcome.run(), outcome.results(), console);
      } catch (IOException e) {
        unsaved = Optional.of(e);
      }
    }
    print(outcome.run(), outcome.results(), console);
    if (unsaved.isPresent()) {
      throw unsaved.get();
    }
  }

  private void print(RunDescription run, List<TaskResult> results, Console console) {
    if (json) {
      console.out().println(ResultsJson.of(run, results));
    } else {
      console.out().print(ResultsTable.of(run, results));
    }
    console.out().flush();
  }

  private void save(
      ReportFiles files, RunDescription run, List<TaskResult> results, Console console)
      throws IOException {
    if (logSamples) {
      files.writeSamples(results);
      console.info("samples in %s", files.samples());
    }
    files.writeResults(ResultsJson.of(run, results));
    console.info("results in %s", files.results());
  }

  /// GPT-NeoX always saves, in the working directory; the harness only where it is told to.
  private Optional<ReportFiles> files(ModelLocation location, LocalDateTime started) {
    Optional<NeoxConfig> configured = location.config();
    if (configured.isEmpty()) {
      return Optional.ofNullable(output)
          .map(path -> ReportFiles.harness(path, location.directory(), started));
    }
    Path directory = output == null ? Path.of("") : output;
    String prefix =
        resultsPrefix == null ? configured.get().generate().evalResultsPrefix() : resultsPrefix;
    return Optional.of(ReportFiles.neox(directory, prefix, started));
  }
}
