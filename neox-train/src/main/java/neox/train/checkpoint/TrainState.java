package neox.train.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import neox.base.NamedFiles;
import neox.base.json.Json;
import neox.train.stability.NoiseScale;
import neox.train.stability.Stability;

/// Where a run stands, apart from tensors: `train_state.json` in a checkpoint.
///
/// @param iteration steps done, those that changed no weight included
/// @param samples training samples read, or passed over
/// @param tokens training tokens seen
/// @param updates steps that the learning rate follows: those that changed the weights, since the
///   schedule began
/// @param window losses since the last log line
/// @param schedule the learning rates in force
/// @param stability what earlier steps say about the next one
/// @param noiseScale of the gradients so far; nothing where it is not measured
/// @param randomState libtorch's generator in base 64
/// @param data where in the data the run stands; older checkpoints do not say, and the state of a
///   run under way does not either
public record TrainState(
    long iteration,
    long samples,
    long tokens,
    long updates,
    LossWindow window,
    LearningRateSchedule schedule,
    Stability stability,
    NoiseScale noiseScale,
    Optional<String> randomState,
    Optional<DataState> data) {

  public static final String FILE = "train_state.json";

  /// GPT-NeoX's name; left out where it is the number of all steps that changed the weights.
  private static final String UPDATES = "num_iters";

  /// The state before the first step.
  public static TrainState fresh(LearningRateSchedule schedule) {
    return after(0, 0, 0, schedule);
  }

  /// The state after so many steps, samples and tokens of another program.
  static TrainState after(
      long iteration, long samples, long tokens, LearningRateSchedule schedule) {
    return new TrainState(
        iteration,
        samples,
        tokens,
        iteration,
        LossWindow.EMPTY,
        schedule,
        Stability.FRESH,
        NoiseScale.NONE,
        Optional.empty(),
        Optional.empty());
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
    return counting(moreSamples, moreTokens, 1, window.plus(loss));
  }

  /// The state after one more step, which changed no weight.
  public TrainState plusSkipped(long moreSamples, long moreTokens, double loss) {
    return counting(moreSamples, moreTokens, 0, window.plusSkipped(loss));
  }

  /// The state after one more step, whose samples were passed over.
  public TrainState plusPassedOver(long moreSamples) {
    return counting(moreSamples, 0, 0, window).withStability(stability.passedOver());
  }

  private TrainState counting(
      long moreSamples, long moreTokens, int moreUpdates, LossWindow losses) {
    return new TrainState(
        iteration + 1,
        samples + moreSamples,
        tokens + moreTokens,
        updates + moreUpdates,
        losses,
        schedule,
        stability,
        noiseScale,
        randomState,
        data);
  }

  public TrainState withWindow(LossWindow other) {
    return new TrainState(
        iteration,
        samples,
        tokens,
        updates,
        other,
        schedule,
        stability,
        noiseScale,
        randomState,
        data);
  }

  public TrainState withRandomState(Optional<String> other) {
    return new TrainState(
        iteration, samples, tokens, updates, window, schedule, stability, noiseScale, other, data);
  }

  public TrainState withSchedule(LearningRateSchedule other) {
    return new TrainState(
        iteration,
        samples,
        tokens,
        updates,
        window,
        other,
        stability,
        noiseScale,
        randomState,
        data);
  }

  /// With learning rates that have been followed for so many updates.
  public TrainState withUpdates(long other) {
    return new TrainState(
        iteration,
        samples,
        tokens,
        other,
        window,
        schedule,
        stability,
        noiseScale,
        randomState,
        data);
  }

  public TrainState withStability(Stability other) {
    return new TrainState(
        iteration,
        samples,
        tokens,
        updates,
        window,
        schedule,
        other,
        noiseScale,
        randomState,
        data);
  }

  public TrainState withNoiseScale(NoiseScale other) {
    return new TrainState(
        iteration, samples, tokens, updates, window, schedule, stability, other, randomState, data);
  }

  public TrainState withData(DataState other) {
    return new TrainState(
        iteration,
        samples,
        tokens,
        updates,
        window,
        schedule,
        stability,
        noiseScale,
        randomState,
        Optional.of(other));
  }

  public void write(Path directory) throws IOException {
    ObjectNode json = Json.mapper().createObjectNode();
    json.put("iteration", iteration).put("samples", samples).put("tokens", tokens);
    window.write(json.putObject("loss_window"));
    ScheduleState.write(schedule, json.putObject("lr_scheduler"));
    if (updates != iteration - stability.skipped()) {
      json.withObject("lr_scheduler").put(UPDATES, updates);
    }
    StabilityFields.write(stability, json);
    StabilityFields.write(noiseScale, json);
    data.ifPresent(state -> state.write(json.putObject("data")));
    randomState.ifPresent(state -> json.put("torch_rng_state", state));
    NamedFiles.writeString(directory.resolve(FILE), Json.pretty(json));
  }

  /// The state of a checkpoint that neox-train wrote; empty for one by GPT-NeoX itself.
  public static Optional<TrainState> read(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    if (!isIn(directory)) {
      return Optional.empty();
    }
    JsonNode json = Json.read(file);
    StateFields fields = new StateFields(json, file);
    LossWindow window = LossWindow.read(fields.child("loss_window"));
    long iteration = fields.count("iteration");
    StateFields schedule = fields.child("lr_scheduler");
    Stability stability = StabilityFields.read(fields);
    return Optional.of(
        new TrainState(
            iteration,
            fields.count("samples"),
            fields.count("tokens"),
            schedule.countOr(UPDATES, iteration - stability.skipped()),
            window,
            ScheduleState.read(schedule),
            stability,
            StabilityFields.readNoiseScale(fields),
            Optional.ofNullable(json.get("torch_rng_state")).map(JsonNode::asText),
            fields.optionalChild("data").map(DataState::read)));
  }
}
