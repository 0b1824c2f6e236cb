package neox.weights.neox;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import neox.weights.pickle.PickledObject;

/// Where DeepSpeed's dynamic loss scaling stood when it saved.
///
/// @param scale of the next step
/// @param step of the run, from 0 on
/// @param lastOverflow the step of the last overflow, -1 before the first
/// @param hysteresis the how-manieth overflow from now on halves the scale; ZeRO alone counts
public record StoredLossScale(double scale, long step, long lastOverflow, OptionalInt hysteresis) {

  /// What an optimizer's state says; empty where the scale is constant.
  static Optional<StoredLossScale> of(Map<?, ?> optimizer) {
    if (!Boolean.TRUE.equals(optimizer.get("dynamic_loss_scale"))) {
      return Optional.empty();
    }
    // ZeRO pickles the scaler itself; the optimizer without ZeRO writes its numbers.
    return optimizer.get("loss_scaler") instanceof PickledObject scaler
            && scaler.state() instanceof Map<?, ?> numbers
        ? ofNumbers(numbers)
        : ofNumbers(optimizer);
  }

  private static Optional<StoredLossScale> ofNumbers(Map<?, ?> numbers) {
    if (numbers.get("cur_scale") instanceof Number scale
        && numbers.get("cur_iter") instanceof Long step
        && numbers.get("last_overflow_iter") instanceof Long last
        && scale.doubleValue() > 0
        && step >= 0
        && last < step) {
      OptionalInt hysteresis =
          numbers.get("cur_hysteresis") instanceof Long left && left > 0 && left < 1 << 20
              ? OptionalInt.of(Math.toIntExact(left))
              : OptionalInt.empty();
      return Optional.of(
          new StoredLossScale(scale.doubleValue(), step, Math.max(-1, last), hysteresis));
    }
    return Optional.empty();
  }
}
