package neox.config;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The flags of GPT-NeoX's launcher that set a key, for tools that train; a picocli mixin beside
/// [ConfigOptions]. Flags of what is not supported are accepted as long as the key is.
public final class DeepyOptions {
  @Option(
      names = "--iteration",
      paramLabel = "N",
      description = "Checkpoint step to load instead of the latest.")
  @Nullable String iteration;

  @Option(
      names = {"-H", "--hostfile"},
      hidden = true)
  @Nullable String hostfile;

  @Option(
      names = {"--wandb_group", "--wandb-group"},
      hidden = true)
  @Nullable String wandbGroup;

  @Option(
      names = {"--wandb_run_name", "--wandb-run-name"},
      hidden = true)
  @Nullable String wandbRunName;

  @Option(
      names = {"--wandb_team", "--wandb-team"},
      hidden = true)
  @Nullable String wandbTeam;

  @Option(names = "--autotuning", hidden = true)
  @Nullable String autotuning;

  /// The flags that were given, as overrides of keys.
  public Map<String, String> overrides() {
    Map<String, String> overrides = new LinkedHashMap<>();
    put(overrides, "iteration", iteration);
    put(overrides, "hostfile", hostfile);
    put(overrides, "wandb_group", wandbGroup);
    put(overrides, "wandb_run_name", wandbRunName);
    put(overrides, "wandb_team", wandbTeam);
    put(overrides, "autotuning_run", autotuning);
    return overrides;
  }

  private static void put(Map<String, String> overrides, String key, @Nullable String value) {
    if (value != null) {
      overrides.put(key, value);
    }
  }
}
