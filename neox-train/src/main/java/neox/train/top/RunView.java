package neox.train.top;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import neox.base.UserException;
import neox.base.json.Json;
import neox.train.heartbeat.JobBeat;

/// What the files of a run tell of it at one moment.
///
/// @param directory as the user names it
/// @param step the last that was taken
/// @param lastStep of the whole run, 0 where that is not known
/// @param secondsAgo since anything was told
/// @param restarts of its ranks after failures
/// @param numbers the newest
/// @param ranks all, where an agent watches them
record RunView(
    Path directory,
    State state,
    long step,
    long lastStep,
    double secondsAgo,
    int restarts,
    Tail numbers,
    List<RankLine> ranks) {
  private static final List<String> PLACES = List.of("", "logs");
  private static final String METRICS = "metrics.jsonl";

  /// An agent writes twice a second.
  private static final double BEAT_SECONDS = 30;

  /// A run without an agent is silent while it evaluates and saves.
  private static final double STEP_SECONDS = 120;

  private static final double STEPS_OF_SILENCE = 20;

  /// What a run does.
  enum State {
    RUNNING,
    ENDED,
    /// It has not said that it has ended, and says nothing.
    SILENT;

    String words() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// One rank.
  ///
  /// @param beatAgo seconds since its heart has beaten
  /// @param progressAgo seconds since it has got on
  /// @param waiting for other ranks
  record RankLine(
      int rank,
      String host,
      String phase,
      long step,
      double beatAgo,
      double progressAgo,
      boolean waiting) {}

  /// Reads what there is; [UserException] where there is nothing.
  ///
  /// @param nowMillis since 1970
  static RunView of(Path directory, long nowMillis) throws IOException {
    Optional<Path> metrics = find(directory, METRICS);
    Optional<Path> heartbeat = find(directory, JobBeat.FILE);
    if (metrics.isEmpty() && heartbeat.isEmpty()) {
      throw UserException.of(
          "%s: expected the records of a run (%s or %s, there or in logs/), found neither: name its"
              + " log_dir, or its save",
          directory, METRICS, JobBeat.FILE);
    }
    Tail tail = metrics.isPresent() ? Tail.of(metrics.get()) : Tail.EMPTY;
    double silence =
        metrics.isPresent()
            ? seconds(Files.getLastModifiedTime(metrics.get()).toMillis(), nowMillis)
            : Double.MAX_VALUE;
    if (heartbeat.isPresent()) {
      JsonNode beat = Json.read(heartbeat.get());
      double beatAgo = seconds(beat.path("time").asLong(), nowMillis);
      if (beatAgo <= silence || beatAgo < BEAT_SECONDS) {
        return watched(directory, beat, tail, nowMillis);
      }
    }
    return alone(directory, tail, silence);
  }

  private static Optional<Path> find(Path directory, String file) {
    return PLACES.stream()
        .map(place -> directory.resolve(place).resolve(file))
        .filter(Files::isRegularFile)
        .findFirst();
  }

  private static double seconds(long sinceMillis, long nowMillis) {
    return Math.max(0, (nowMillis - sinceMillis) / 1e3);
  }

  private static RunView watched(Path directory, JsonNode beat, Tail tail, long nowMillis) {
    double ago = seconds(beat.path("time").asLong(), nowMillis);
    boolean ended = beat.path("state").asText().equals(JobBeat.ENDED);
    State state = ended ? State.ENDED : ago > BEAT_SECONDS ? State.SILENT : State.RUNNING;
    List<RankLine> ranks = new ArrayList<>();
    beat.path("ranks").forEach(rank -> ranks.add(rank(rank, nowMillis)));
    return new RunView(
        directory,
        state,
        Math.max(beat.path("iteration").asLong(), tail.step()),
        beat.path("train_iters").asLong(),
        ago,
        beat.path("restarts").asInt(),
        tail,
        ranks);
  }

  private static RankLine rank(JsonNode rank, long nowMillis) {
    return new RankLine(
        rank.path("rank").asInt(),
        rank.path("host").asText(),
        rank.path("phase").asText("not started"),
        rank.path("iteration").asLong(),
        seconds(rank.path("time").asLong(nowMillis), nowMillis),
        seconds(rank.path("progress_time").asLong(nowMillis), nowMillis),
        rank.path("waiting").asBoolean());
  }

  /// A run that nobody watches: the age of its last step has to do.
  private static RunView alone(Path directory, Tail tail, double silence) {
    double each = tail.number("runtime/iteration_time");
    long last = tail.lastStep();
    double patience = Math.max(STEP_SECONDS, Double.isNaN(each) ? 0 : STEPS_OF_SILENCE * each);
    boolean ended = last > 0 && tail.step() >= last;
    State state = ended ? State.ENDED : silence > patience ? State.SILENT : State.RUNNING;
    return new RunView(directory, state, tail.step(), last, silence, 0, tail, List.of());
  }

  /// Seconds until the last step; NaN where that is not known.
  double secondsLeft() {
    return state == State.ENDED
        ? 0
        : lastStep == 0 ? Double.NaN : (lastStep - step) * numbers.number("runtime/iteration_time");
  }

  /// As an object of JSON; what is not known is left out.
  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("run", directory.toString());
    json.put("state", state.words());
    json.put("iteration", step);
    if (lastStep > 0) {
      json.put("train_iters", lastStep);
    }
    json.put("seconds_ago", secondsAgo);
    json.put("restarts", restarts);
    put(json, "seconds_left", secondsLeft());
    Stream.of(
            "train/lm_loss",
            "train/grad_norm",
            "train/learning_rate",
            "train/tokens_seen",
            "train/epoch",
            "validation/lm_loss",
            "runtime/tokens_per_sec",
            "runtime/iteration_time",
            "runtime/strict_mfu",
            "memory/resident",
            "memory/device_allocated_peak")
        .forEach(name -> put(json, name, numbers.number(name)));
    json.put("ranks", ranks.stream().map(RunView::json).toList());
    return json;
  }

  private static void put(Map<String, Object> json, String name, double value) {
    if (Double.isFinite(value)) {
      json.put(name, value);
    }
  }

  private static Map<String, Object> json(RankLine rank) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("rank", rank.rank());
    json.put("host", rank.host());
    json.put("phase", rank.phase());
    json.put("iteration", rank.step());
    json.put("beat_seconds_ago", rank.beatAgo());
    json.put("progress_seconds_ago", rank.progressAgo());
    json.put("waiting", rank.waiting());
    return json;
  }
}
