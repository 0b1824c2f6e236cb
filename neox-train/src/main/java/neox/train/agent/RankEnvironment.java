package neox.train.agent;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import neox.train.heartbeat.Heartbeat;

/// What the environment of a rank says besides what its agent's says.
///
/// @param ranks of this host
/// @param start which attempt it is
/// @param beats where the ranks leave their heartbeats
/// @param processors of this host
record RankEnvironment(HostRanks ranks, Attempt.Start start, Path beats, int processors) {
  private static final String THREADS = "OMP_NUM_THREADS";

  /// The variables of one rank.
  ///
  /// @param local its number on this host
  /// @param inherited the agent's own, where what the user has set wins
  Map<String, String> of(int local, Map<String, String> inherited) {
    Map<String, String> variables = new HashMap<>();
    variables.put("RANK", Integer.toString(ranks.first() + local));
    variables.put("LOCAL_RANK", Integer.toString(local));
    variables.put("WORLD_SIZE", Integer.toString(ranks.worldSize()));
    variables.put("LOCAL_WORLD_SIZE", Integer.toString(ranks.here()));
    variables.put("MASTER_ADDR", ranks.masterAddress());
    variables.put("MASTER_PORT", Integer.toString(start.port()));
    variables.put(Heartbeat.VARIABLE, beat(local).toString());
    variables.put(Heartbeat.RESTARTS, Integer.toString(start.restarts()));
    variables.put(Heartbeat.JOB_START, Long.toString(start.jobStartMillis()));
    if (!ranks.devices().isEmpty()) {
      variables.put("CUDA_VISIBLE_DEVICES", ranks.devices().get(local));
    }
    if (inherited.getOrDefault(THREADS, "").isBlank()) {
      variables.put(THREADS, Integer.toString(Math.max(1, processors / ranks.here())));
    }
    return variables;
  }

  /// The file of one rank's heartbeat.
  Path beat(int local) {
    return beats.resolve("rank-%d.json".formatted(ranks.first() + local));
  }
}
