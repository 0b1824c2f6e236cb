package neox.train.agent;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What the agent of a host is to do.
///
/// @param ranks that it runs
/// @param command of each rank: the words of a program whose environment says which rank it is
/// @param logs directory for `rank-N.log` and `heartbeat.json`; without one there are none
/// @param limits how long is waited for what
/// @param maxRestarts how often the ranks may be started anew after a failure
public record AgentPlan(
    HostRanks ranks, List<String> command, Optional<Path> logs, Limits limits, int maxRestarts) {
  public AgentPlan {
    command = List.copyOf(command);
    if (maxRestarts < 0) {
      throw new IllegalArgumentException("max restarts " + maxRestarts);
    }
  }
}
