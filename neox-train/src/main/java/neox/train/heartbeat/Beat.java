package neox.train.heartbeat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import neox.base.UserException;
import neox.base.json.Json;

/// One heartbeat of a rank.
///
/// @param pid of the rank's process
/// @param atMillis when it was written, by the host's clock: older ones mean that the process is
///   stopped
/// @param progressAtMillis when the rank has last got on with its work
/// @param phase what it does
/// @param step the last that it has taken
/// @param lastStep of the whole run, 0 before that is known
/// @param progress counts signs of progress
/// @param longestMillis between two of them, in the phases that come again and again
/// @param waiting whether it waits for other ranks
/// @param where the call that it is in, if it has been in it for long; else empty
public record Beat(
    long pid,
    long atMillis,
    long progressAtMillis,
    Phase phase,
    long step,
    long lastStep,
    long progress,
    long longestMillis,
    boolean waiting,
    String where) {

  /// The same by a clock that is so much ahead.
  public Beat shifted(long millis) {
    return new Beat(
        pid,
        atMillis + millis,
        progressAtMillis + millis,
        phase,
        step,
        lastStep,
        progress,
        longestMillis,
        waiting,
        where);
  }

  /// One line of JSON.
  public String toJson() {
    return Json.line(
        Map.of(
            "pid", pid,
            "time", atMillis,
            "progress_time", progressAtMillis,
            "phase", phase.name(),
            "iteration", step,
            "train_iters", lastStep,
            "progress", progress,
            "longest", longestMillis,
            "waiting", waiting,
            "where", where));
  }

  /// What a file holds; nothing while the rank is writing it.
  public static Optional<Beat> parse(String text) {
    if (text.isBlank()) {
      return Optional.empty();
    }
    try {
      return Optional.of(of(Json.parse(text, "heartbeat")));
    } catch (UserException | IllegalArgumentException e) {
      return Optional.empty(); // half old, half new: the next is read soon
    }
  }

  private static Beat of(JsonNode json) {
    return new Beat(
        json.path("pid").asLong(),
        json.path("time").asLong(),
        json.path("progress_time").asLong(),
        Phase.valueOf(json.path("phase").asText()),
        json.path("iteration").asLong(),
        json.path("train_iters").asLong(),
        json.path("progress").asLong(),
        json.path("longest").asLong(),
        json.path("waiting").asBoolean(),
        json.path("where").asText());
  }

  /// What the rank does, for people: `step 12`, `loading`.
  public String doing() {
    return switch (phase) {
      case STEP, FIRST_STEP -> "step " + (step + 1);
      case EVALUATION -> "evaluation after step " + step;
      case TASKS -> "tasks after step " + step;
      case SAVE -> "save after step " + step;
      case STARTING, LOADING, DATA, PUSHING, ENDING -> phase.words();
    };
  }
}
