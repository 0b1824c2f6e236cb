package neox.wandb;

import java.net.URI;
import java.util.Optional;

/// What a run is called at W&B, and how it begins.
///
/// @param server base address of the API, without a slash at its end
/// @param entity user or team; empty for the account's own
/// @param id of the run, unlike any other's in the project
/// @param name that people read; the server makes one up otherwise
/// @param group of runs that are shown together
/// @param resume what to do where the server knows the id
public record RunTerms(
    URI server,
    Optional<String> entity,
    String project,
    String id,
    Optional<String> name,
    Optional<String> group,
    Optional<String> jobType,
    Optional<String> tags,
    Optional<String> notes,
    Resume resume) {

  /// What to do where the server knows the run, and where it does not.
  public enum Resume {
    /// Go on with it, or begin it.
    ALLOW,
    /// Only go on.
    MUST,
    /// Only begin.
    NEVER
  }

  /// The page of the run.
  static String page(URI server, String entity, String project, String id) {
    String host = server.toString().replaceFirst("://api\\.wandb\\.ai", "://wandb.ai");
    return "%s/%s/%s/runs/%s".formatted(host, entity, project, id);
  }
}
