package neox.converthf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import neox.base.UserException;
import neox.base.help.HelpGroup;
import neox.config.ArchitectureCheck;
import neox.weights.dcp.DcpCheckpoint;
import neox.weights.hf.HfModel;
import neox.weights.neox.Reading.Weights;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What is converted; used as a picocli mixin.
@HelpGroup("Input")
final class SourceOptions {
  static final String INPUT = "--input_dir";
  static final String GQA_LAYOUT = "--gqa-layout";

  @Option(
      names = {INPUT, "--input-dir", "--model"},
      paramLabel = "DIR",
      description =
          "A global_stepN directory, or the one above it whose 'latest' names one; or a checkpoint of"
              + " torch.distributed.checkpoint, such as torchtitan's.")
  private @Nullable Path inputDir;

  @Option(
      names = "--iteration",
      paramLabel = "N",
      description = "Take global_stepN instead of the latest.")
  private @Nullable Long iteration;

  @Option(
      names = {"--config_file", "--config-file"},
      arity = "1..*",
      paramLabel = "CONFIG",
      description =
          "Configuration files, merged (default: those saved in the checkpoint). One of"
              + " torch.distributed.checkpoint needs them: it does not tell its architecture.")
  private List<Path> configFiles = new ArrayList<>();

  @Option(
      names = {ArchitectureCheck.OPTION, "--override_architecture"},
      description = ArchitectureCheck.DESCRIPTION)
  private boolean overrideArchitecture;

  @Option(
      names = {GQA_LAYOUT, "--gqa_layout"},
      paramLabel = "NAME",
      description =
          "Rows of query_key_value with num_kv_heads: sections (all q, all k, all v), or heads as"
              + " GPT-NeoX stored them from February to November 2024 (default: sections).")
  private GqaLayout gqaLayout = GqaLayout.SECTIONS;

  @Mixin private ReadingOptions careful = new ReadingOptions();

  /// Whether a directory was named, without which there is nothing to do.
  boolean areGiven() {
    return inputDir != null;
  }

  /// The directory as it was named.
  Path directory() {
    if (inputDir == null) {
      throw new IllegalStateException(INPUT + " was not asked for");
    }
    return inputDir;
  }

  /// What lies in the directory, by the files in it.
  Source source() throws IOException {
    Path directory = directory();
    if (DcpCheckpoint.in(directory).isPresent()) {
      refuseOptionsOfNeox(directory);
      return DcpSource.read(directory, configFiles);
    }
    if (HfModel.isIn(directory)) {
      throw UserException.of(
          "%s: is a Hugging Face model already (it has a config.json); expected a checkpoint of"
              + " NeoX. To use it as it is: neox-generate --model %s. To make a checkpoint of it: --from-hf",
          directory, directory);
    }
    OptionalLong step = iteration == null ? OptionalLong.empty() : OptionalLong.of(iteration);
    return NeoxSource.read(
        directory,
        step,
        configFiles,
        new NeoxSource.Choices(overrideArchitecture, gqaLayout, careful.reading()));
  }

  /// The directory of what comes from elsewhere.
  Path foreign() {
    Map<String, Boolean> given = optionsOfNeox();
    given.put("--config_file", !configFiles.isEmpty());
    given.forEach((option, isGiven) -> {
      if (isGiven) {
        throw UserException.of("%s does not go with --from-hf; leave it out", option);
      }
    });
    return directory();
  }

  private Map<String, Boolean> optionsOfNeox() {
    Map<String, Boolean> given = new LinkedHashMap<>();
    given.put("--iteration", iteration != null);
    given.put(ArchitectureCheck.OPTION, overrideArchitecture);
    given.put(GQA_LAYOUT, gqaLayout != GqaLayout.SECTIONS);
    given.put("--masters", careful.reading().weights() == Weights.MASTERS);
    given.put("--ema", careful.reading().weights() == Weights.EMA);
    return given;
  }

  /// What means nothing here must not seem to.
  private void refuseOptionsOfNeox(Path directory) {
    optionsOfNeox()
        .forEach((option, isGiven) -> {
          if (isGiven) {
            throw UserException.of(
                "%s: is a checkpoint of torch.distributed.checkpoint; %s goes with one of NeoX only; leave"
                    + " it out",
                directory, option);
          }
        });
  }
}
