package neox.wandb;

import java.util.Optional;

/// What is asked of W&B by a configuration or a command line; the environment says the rest.
///
/// @param use whether to use it; where nothing is said, it is used when a key is found
/// @param host base address of the API
/// @param entity user or team
public record Asked(
    Optional<Boolean> use,
    Optional<String> host,
    Optional<String> entity,
    Optional<String> project,
    Optional<String> name,
    Optional<String> group,
    Optional<String> jobType) {}
