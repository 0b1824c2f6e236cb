package neox.converthf.tools;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import neox.base.AtomicDirectory;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.StandardOptions;
import neox.base.ToolCommand;
import neox.base.UserException;
import neox.base.Version;
import neox.base.help.HelpGroup;
import neox.base.text.ShellWord;
import neox.config.LoadedConfig;
import neox.converthf.inspect.CheckpointOptions;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.neox.StoredLayout;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `neox-convert-hf average`: one checkpoint of several.
@Command(
    name = "average",
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Averages the weights of several checkpoints of NeoX, in place of a decay of the rate.",
      "",
      "Sums are taken in float64 and rounded once, to the stored type. The average has the layout"
          + " and the iteration of the latest checkpoint, and no optimizer state."
    },
    footerHeading = "Examples:",
    footer = {
      "  neox-convert-hf average checkpoints --last 5 --output-dir averaged",
      "  neox-convert-hf average checkpoints --last 8 --method ema --decay 0.8 --output-dir averaged",
      "  neox-convert-hf average run/global_step10 run/global_step20 --weights 1 3 --output-dir two"
    })
final class AverageCommand implements ToolCommand {
  /// How much each checkpoint counts.
  enum Method {
    UNIFORM,
    LINEAR,
    EMA
  }

  @Mixin StandardOptions standard = new StandardOptions();

  @Parameters(
      paramLabel = "CHECKPOINT",
      arity = "1..*",
      description = "Directories global_stepN, oldest first, or one that holds them.")
  private List<Path> paths = new ArrayList<>();

  @HelpGroup("Which checkpoints, and how much each counts")
  @Option(
      names = "--last",
      paramLabel = "N",
      description = "Average the last N checkpoints of a directory.")
  private @Nullable Integer last;

  @Option(
      names = "--method",
      paramLabel = "NAME",
      description =
          "How they count: uniform, all alike; linear, as 1, 2, 3 … (WMA); ema, see --decay"
              + " (default: uniform).")
  private @Nullable Method method;

  @Option(
      names = "--decay",
      paramLabel = "D",
      description = "For ema: average = D · average + (1 - D) · next checkpoint (default: 0.8).")
  private @Nullable Double decay;

  @Option(
      names = "--weights",
      paramLabel = "W",
      arity = "1..*",
      description = "How much each checkpoint counts, in proportion.")
  private List<Double> weights = new ArrayList<>();

  @Mixin CheckpointOptions options = new CheckpointOptions();

  @Mixin OutputOptions output = new OutputOptions();

  @Override
  public int call(Console console) throws IOException {
    AverageWeights counted = counted();
    Path directory = output.free();
    List<OriginalCheckpoint> sources = new ArrayList<>();
    try {
      for (Path path : checkpoints()) {
        sources.add(OriginalCheckpoint.open(path, options));
      }
      Averaging averaging =
          new Averaging(sources, Arrays.stream(counted.of(sources.size())).boxed().toList());
      averaging.requireOneNetwork();
      write(averaging, directory, console);
    } finally {
      sources.forEach(OriginalCheckpoint::close);
    }
    return ExitCode.OK;
  }

  private static void write(Averaging averaging, Path directory, Console console)
      throws IOException {
    OriginalCheckpoint latest = averaging.sources().getLast();
    StoredLayout layout = StoredLayout.of(latest.directory());
    LoadedConfig configured = latest.configFor(layout.tensorRanks(), layout.pipeParallelSize());
    try (AtomicDirectory output = AtomicDirectory.create(directory)) {
      Path written =
          new NeoxOutput(latest, configured, averaging::of).write(output.path(), console);
      output.commit();
      Path made = directory.resolve(String.valueOf(written.getFileName()));
      console.made(made.toString(), averaging.describe());
      console.next("neox-eval --model " + ShellWord.quoted(made) + " --tasks lambada_openai,sciq");
    }
  }

  private List<Path> checkpoints() throws IOException {
    if (last == null) {
      if (paths.size() == 1) {
        throw UserException.of(
            "%s: one checkpoint is its own average; name several, or say how many with --last N",
            paths.getFirst());
      }
      return paths;
    }
    if (paths.size() > 1) {
      throw new UserException("--last takes one directory; leave it out to name checkpoints");
    }
    if (last < 1) {
      throw UserException.of("--last %d: expected a number of at least 1", last);
    }
    return NeoxCheckpoint.last(paths.getFirst(), last);
  }

  private AverageWeights counted() {
    if (decay != null && (method != Method.EMA || !(decay >= 0 && decay < 1))) {
      throw UserException.of(
          "--decay %s: expected a number of at least 0 and less than 1, with --method ema", decay);
    }
    if (!weights.isEmpty()) {
      if (method != null) {
        throw new UserException("give either --weights or --method");
      }
      return new AverageWeights.Given(weights);
    }
    return switch (method == null ? Method.UNIFORM : method) {
      case UNIFORM -> new AverageWeights.Uniform();
      case LINEAR -> new AverageWeights.Linear();
      case EMA -> new AverageWeights.Exponential(decay == null ? DECAY : decay);
    };
  }

  private static final double DECAY = 0.8;
}
