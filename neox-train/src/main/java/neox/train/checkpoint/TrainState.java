package neox.train.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import neox.base.Json;
import neox.base.UserException;
import neox.config.ScheduleConfig.DecayStyle;

/// Where a run stands, apart from tensors: `train_state.json` in a checkpoint. The position in the
/// data needs no entry, for it is a function of the step.
///
/// @param iteration optimizer steps taken
/// @param samples training samples seen
/// @param tokens training tokens seen
/// @param window losses since the last log line
/// @param schedule the learning rates in force
/// @param randomState libtorch's generator in base 64
public record TrainState(
    long iteration,
    long samples,
    long tokens,
    LossWindow window,
    LearningRateSchedule schedule,
    Optional<String> randomState) {

  public static final String FILE = "train_state.json";

  /// The state before the first step.
  public static TrainState fresh(LearningRateSchedule schedule) {
    return new TrainState(0, 0, 0, LossWindow.EMPTY, schedule, Optional.empty());
  }

  public static String encode(byte[] randomState) {
    return Base64.getEncoder().encodeToString(randomState);
  }

  /// The generator's state; [IllegalArgumentException] when the text is not what [#encode] makes.
  public static byte[] decode(String randomState) {
    return Base64.getDecoder().decode(randomState);
  }

  /// True when neox-train wrote the checkpoint in `directory`.
  public static boolean isIn(Path directory) {
    return Files.exists(directory.resolve(FILE));
  }

  /// The state after one more step.
  public TrainState plus(long moreSamples, long moreTokens, double loss) {
    return new TrainState(
        iteration + 1,
        samples + moreSamples,
        tokens + moreTokens,
        window.plus(loss),
        schedule,
        randomState);
  }

  public TrainState withWindow(LossWindow other) {
    return new TrainState(iteration, samples, tokens, other, schedule, randomState);
  }

  public TrainState withRandomState(Optional<String> other) {
    return new TrainState(iteration, samples, tokens, window, schedule, other);
  }

  public TrainState withSchedule(LearningRateSchedule other) {
    return new TrainState(iteration, samples, tokens, window, other, randomState);
  }

  public void write(Path directory) throws IOException {
    ObjectNode json = Json.mapper().createObjectNode();
    json.put("iteration", iteration).put("samples", samples).put("tokens", tokens);
    json.putObject("loss_window").put("sum", window.sum()).put("steps", window.steps());
    json.putObject("lr_scheduler")
        .put("decay_style", schedule.style().name().toLowerCase(Locale.ROOT))
        .put("start_lr", schedule.peak())
        .put("min_lr", schedule.minRate())
        .put("warmup_iter", schedule.warmupSteps())
        .put("end_iter", schedule.decaySteps());
    randomState.ifPresent(state -> json.put("torch_rng_state", state));
    Files.writeString(directory.resolve(FILE), Json.pretty(json));
  }

  /// The state of a checkpoint that neox-train wrote; empty for one by GPT-NeoX itself.
  public static Optional<TrainState> read(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    if (!isIn(directory)) {
      return Optional.empty();
    }
    JsonNode json = Json.read(file);
    JsonNode window = required(json, "loss_window", file);
    JsonNode schedule = required(json, "lr_scheduler", file);
    return Optional.of(
        new TrainState(
            count(json, "iteration", file),
            count(json, "samples", file),
            count(json, "tokens", file),
            new LossWindow(real(window, "sum", file), count(window, "steps", file)),
            new LearningRateSchedule(
                style(required(schedule, "decay_style", file), file),
                real(schedule, "start_lr", file),
                real(schedule, "min_lr", file),
                real(schedule, "warmup_iter", file),
                count(schedule, "end_iter", file)),
            Optional.ofNullable(json.get("torch_rng_state")).map(JsonNode::asText)));
  }

  private static JsonNode required(JsonNode json, String name, Path file) {
    JsonNode value = json.get(name);
    if (value == null) {
      throw UserException.of(
          "%s: no entry \"%s\"; the checkpoint is damaged, load another one (iteration)",
          file, name);
    }
    return value;
  }

  private static long count(JsonNode json, String name, Path file) {
    JsonNode value = required(json, name, file);
    if (!value.isIntegralNumber() || !value.canConvertToLong() || value.asLong() < 0) {
      throw damaged(file, name, "a count", value);
    }
    return value.asLong();
  }

  private static double real(JsonNode json, String name, Path file) {
    JsonNode value = required(json, name, file);
    if (!value.isNumber()) {
      throw damaged(file, name, "a number", value);
    }
    return value.asDouble();
  }

  private static UserException damaged(Path file, String name, String expected, JsonNode found) {
    return UserException.of(
        "%s: \"%s\": expected %s, found %s; the checkpoint is damaged, load another one"
            + " (iteration)",
        file, name, expected, found);
  }

  private static DecayStyle style(JsonNode name, Path file) {
    for (DecayStyle style : DecayStyle.values()) {
      if (style.name().equalsIgnoreCase(name.asText())) {
        return style;
      }
    }
    throw UserException.of("%s: unknown decay_style \"%s\"", file, name.asText());
  }
}
