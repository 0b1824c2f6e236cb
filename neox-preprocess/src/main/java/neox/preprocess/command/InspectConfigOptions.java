package neox.preprocess.command;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import neox.base.UserException;
import neox.base.help.HelpGroup;
import neox.config.ConfigSource;
import neox.preprocess.inspect.SampleChoice;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options of `inspect` that are about a configuration; used as a mixin.
@HelpGroup("Configuration")
final class InspectConfigOptions {
  @Option(
      names = "--config",
      arity = "1..*",
      paramLabel = "CONFIG",
      description = "Say what the run of this configuration will see, instead.")
  private List<Path> files = List.of();

  @Option(
      names = {"-d", "--conf_dir", "--conf-dir"},
      paramLabel = "DIR",
      description = "Directory of the configuration files.")
  private @Nullable Path directory;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Set one key of the configuration; may be given again.")
  private List<String> assignments = List.of();

  @Option(
      names = "--sample",
      paramLabel = "N",
      description = "Print sample N: its text, what no loss is taken on, where it comes from.")
  private @Nullable Long sample;

  @Option(
      names = "--split",
      paramLabel = "train|valid|test",
      description = "The split that --sample counts in (default: train).")
  private @Nullable String split;

  @Option(
      names = "--batch",
      paramLabel = "STEP",
      description = "Print the samples of this optimizer step, counted from 0.")
  private @Nullable Long batch;

  @Option(
      names = "--step",
      paramLabel = "STEP",
      description = "Say what the training documents come to up to this step: read, left out, why.")
  private @Nullable Long step;

  @Option(
      names = "--documents",
      description = "The same document by document; up to the last step without --step.")
  private boolean documents;

  @Option(
      names = "--checkpoint",
      paramLabel = "DIR",
      description =
          "Of a run that goes on: its checkpoint, whose record of mixtures counts for the steps"
              + " before it.")
  private @Nullable Path checkpoint;

  /// Where the run stands that goes on.
  Optional<Path> checkpoint() {
    return Optional.ofNullable(checkpoint);
  }

  /// What to read; empty without `--config`.
  Optional<ConfigSource> source() {
    if (files.isEmpty()) {
      boolean idle = directory == null && assignments.isEmpty() && sample == null;
      boolean choosing = split != null || batch != null || step != null || documents;
      if (!idle || choosing || checkpoint != null) {
        throw new UserException(
            "-d, --set, --sample, --split, --batch, --step, --documents and --checkpoint belong to"
                + " --config");
      }
      return Optional.empty();
    }
    return Optional.of(
        new ConfigSource(
            Optional.ofNullable(directory), files, ConfigSource.overrides(assignments)));
  }

  /// Which samples to print.
  SampleChoice choice() {
    if (sample != null && batch != null) {
      throw new UserException("give either --sample or --batch");
    }
    if (step != null || documents) {
      if (sample != null || batch != null || split != null) {
        throw new UserException(
            "--step and --documents stand without --sample, --batch and --split");
      }
      return new SampleChoice.Fates(
          step == null ? OptionalLong.empty() : OptionalLong.of(step), documents);
    }
    if (batch != null) {
      if (split != null) {
        throw new UserException("--batch is of the training split; leave --split out");
      }
      return new SampleChoice.Batch(batch);
    }
    if (sample == null && split != null) {
      throw new UserException("--split belongs to --sample N");
    }
    return sample == null
        ? new SampleChoice.Overview()
        : new SampleChoice.One(split == null ? "train" : split, sample);
  }
}
