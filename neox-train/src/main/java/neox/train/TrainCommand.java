package neox.train;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.StandardOptions;
import neox.base.StopRequest;
import neox.base.Tool;
import neox.base.ToolCommand;
import neox.base.Version;
import neox.config.ConfigOptions;
import neox.config.ConfigSource;
import neox.config.LoadedConfig;
import neox.tensor.NativeRuntime;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `neox-train`: trains the network that GPT-NeoX configuration files describe.
@Command(
    name = "neox-train",
    mixinStandardHelpOptions = false,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Train a language model as GPT-NeoX configuration files say.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  neox-train -d configs demo",
      "  neox-train pythia-14m.yml local.yml --set train_iters=1000",
      "",
      "The log goes to standard output, metrics to metrics.jsonl in log_dir (else save).",
      "SIGTERM and Ctrl-C finish the step and save; exit code 75 then means:",
      "run the same command again to continue."
    })
public final class TrainCommand implements ToolCommand {
  @Mixin StandardOptions standard = new StandardOptions();
  @Mixin ConfigOptions config = new ConfigOptions();

  @Option(
      names = "--iteration",
      paramLabel = "N",
      description = "Continue from the checkpoint of step N instead of the latest.")
  @Nullable Long iteration;

  public static void main(String[] args) {
    System.exit(Tool.run(new TrainCommand(), args));
  }

  @Override
  public int call(Console console) throws Exception {
    Optional<String> answer = config.answer();
    if (answer.isPresent()) {
      console.out().print(answer.get());
      return ExitCode.OK;
    }
    LoadedConfig loaded = RunLength.read(source(), console::info);
    NativeRuntime.start(NativeRuntime.defaultThreads());
    try (StopRequest stop = StopRequest.listen(console)) {
      int code = NativeRuntime.run(() -> Training.run(loaded, console, stop));
      console.out().flush();
      stop.finished(code);
      return code;
    }
  }

  /// The option is short for `--set iteration=N`.
  private ConfigSource source() {
    ConfigSource source = config.source();
    if (iteration == null) {
      return source;
    }
    Map<String, String> overrides = new LinkedHashMap<>(source.overrides());
    overrides.put("iteration", iteration.toString());
    return new ConfigSource(source.directory(), source.files(), overrides);
  }
}
