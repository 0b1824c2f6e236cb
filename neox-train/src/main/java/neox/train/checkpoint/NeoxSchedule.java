package neox.train.checkpoint;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import neox.base.UserException;
import neox.config.DecayStyle;

/// What GPT-NeoX's scheduler has left in a checkpoint, as far as it is there: other schedulers of
/// DeepSpeed, and other writers, store less of it or nothing.
///
/// @param entries name → value, of whatever type
record NeoxSchedule(Map<?, ?> entries, Path checkpoint) {
  private static final String ENTRY = "lr_scheduler";

  /// @param state of the checkpoint, without its weights
  static NeoxSchedule in(Map<String, Object> state, Path checkpoint) {
    return new NeoxSchedule(
        state.get(ENTRY) instanceof Map<?, ?> entries ? entries : Map.of(), checkpoint);
  }

  /// How many steps the schedule has been followed for.
  OptionalLong updates() {
    return count("num_iters").map(OptionalLong::of).orElseGet(OptionalLong::empty);
  }

  /// The stored schedule; what is not stored is that of `configured`.
  LearningRateSchedule over(LearningRateSchedule configured) {
    return new LearningRateSchedule(
        style(configured.style()),
        real("start_lr").orElse(configured.peak()),
        real("min_lr").orElse(configured.minRate()),
        real("warmup_iter").orElse(configured.warmupSteps()),
        count("end_iter").orElse(configured.decaySteps()));
  }

  /// A label says all of a style, but for wsd, which GPT-NeoX does not have.
  private DecayStyle style(DecayStyle configured) {
    Object label = entries.get("decay_style");
    if (label == null || label.equals(configured.label())) {
      return configured;
    }
    return Arrays.stream(DecayStyle.Whole.values())
        .filter(style -> style.label().equals(label))
        .findFirst()
        .orElseThrow(() ->
            UserException.of(
                "%s: its %s has decay_style \"%s\", of which it does not say enough to go on with"
                    + " it, and lr_decay_style is %s; set lr_decay_style to what it was, or"
                    + " override_lr_scheduler to take the configured",
                checkpoint, ENTRY, label, configured));
  }

  private Optional<Double> real(String name) {
    return number(name).map(Number::doubleValue);
  }

  private Optional<Long> count(String name) {
    return number(name).map(Number::longValue);
  }

  private Optional<Number> number(String name) {
    if (!(entries.get(name) instanceof Number number)) {
      return Optional.empty();
    }
    if (!(number.doubleValue() >= 0) || Double.isInfinite(number.doubleValue())) {
      throw UserException.of(
          "%s: its %s has %s %s, expected a number of at least 0; the checkpoint is damaged, load"
              + " another one (iteration)",
          checkpoint, ENTRY, name, number);
    }
    return Optional.of(number);
  }
}
