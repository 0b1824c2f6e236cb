package neox.wandb;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// How long a run has been going on, in seconds, without the time between its processes.
///
/// @param startedAt when the present process began
/// @param before of the processes before it
/// @param latest the longest that was told
record RunClock(double startedAt, double before, double latest) {
  static final RunClock NEW = new RunClock(0, 0, 0);

  /// Another process goes on.
  RunClock restarted(double at) {
    return new RunClock(at, latest, latest);
  }

  /// The run has gone on elsewhere for so long.
  RunClock after(double seconds) {
    return new RunClock(startedAt, before + seconds, latest + seconds);
  }

  RunClock told(double at) {
    return new RunClock(startedAt, before, Math.max(latest, runtime(at)));
  }

  double runtime(double at) {
    return before + Math.max(0, at - startedAt);
  }

  ObjectNode json() {
    return WandbJson.object()
        .put("started_at", startedAt)
        .put("before", before)
        .put("latest", latest);
  }

  static RunClock of(JsonNode json) {
    return new RunClock(
        json.path("started_at").asDouble(),
        json.path("before").asDouble(),
        json.path("latest").asDouble());
  }
}
