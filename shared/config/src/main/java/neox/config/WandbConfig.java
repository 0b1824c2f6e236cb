package neox.config;

import java.util.Optional;
import neox.config.table.ConfigTable;
import neox.config.table.ConfigType;

/// What a run does at Weights & Biases. What is empty here is left to W&B's variables.
///
/// @param use whether to use it; empty: where a key is found (`use_wandb`)
/// @param group of runs that are shown together (`wandb_group`)
/// @param runName that people read (`wandb_run_name`)
/// @param team whose the run is (`wandb_team`)
/// @param project it belongs to (`wandb_project`)
/// @param host address of the server (`wandb_host`)
/// @param allRanks whether each rank is a run (`wandb_init_all_ranks`)
public record WandbConfig(
    Optional<Boolean> use,
    Optional<String> group,
    Optional<String> runName,
    Optional<String> team,
    Optional<String> project,
    Optional<String> host,
    boolean allRanks) {

  static WandbConfig from(ConfigTable t) {
    t.section("Weights & Biases");
    return new WandbConfig(
        t.optional(
            "use_wandb",
            ConfigType.flag(),
            "send the run to Weights & Biases (default: where a key is found)"),
        t.optional(
            "wandb_group",
            ConfigType.text(),
            "runs that are shown together; as it is written, without GPT-NeoX's random suffixes"),
        t.optional("wandb_run_name", ConfigType.text(), "the run's name (default: WANDB_NAME)"),
        t.optional(
            "wandb_team",
            ConfigType.text(),
            "user or team whose the run is (default: WANDB_ENTITY, else the key's owner)"),
        t.optional(
            "wandb_project",
            ConfigType.text(),
            "project of the run (default: WANDB_PROJECT, else neox)"),
        t.optional(
            "wandb_host",
            ConfigType.text(),
            "address of the server (default: WANDB_BASE_URL, else https://api.wandb.ai)"),
        t.flag(
            "wandb_init_all_ranks",
            false,
            "make each rank a run of its own, in one group; else the first rank alone is one"));
  }
}
