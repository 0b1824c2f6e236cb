package neox.train.stability;

import java.util.Locale;
import java.util.Optional;

/// Why a step must not change the weights.
public sealed interface SkipReason {
  /// For a message, after the step's number: what was found.
  String found();

  /// For a message about the run's fate: what became of it, and what may help.
  String consequence();

  /// Whether what the step read may be why.
  default boolean mayLieInTheData() {
    return switch (this) {
      case Overflow _ -> false; // so many scales are tried
      case NotFinite _, Spike _ -> true;
    };
  }

  /// The float16 gradients of a scaled loss are not finite, which is how the scale is found.
  ///
  /// @param parameter the first whose gradient is not finite, in the network's order
  /// @param tried the scale
  /// @param next scale
  record Overflow(Optional<String> parameter, double tried, double next) implements SkipReason {
    @Override
    public String found() {
      return String.format(
          Locale.ROOT, "gradients overflow at loss scale %s%s", number(tried), where(parameter));
    }

    @Override
    public String consequence() {
      return "the next loss scale is " + number(next);
    }
  }

  /// Loss or gradient are not finite.
  ///
  /// @param parameter see [Overflow]
  record NotFinite(double loss, double gradNorm, Optional<String> parameter) implements SkipReason {
    @Override
    public String found() {
      return "loss %s, grad norm %s%s".formatted(loss, gradNorm, where(parameter));
    }

    @Override
    public String consequence() {
      return "its gradients are thrown away";
    }
  }

  /// Loss or gradient norm stand out from those of the steps before.
  ///
  /// @param quantity what stands out
  /// @param mean of the steps before
  /// @param deviation of the steps before
  record Spike(String quantity, double value, double mean, double deviation) implements SkipReason {
    @Override
    public String found() {
      return String.format(
          Locale.ROOT,
          "%s %.6g is a spike: the steps before have a mean of %.6g and a standard deviation of %.3g",
          quantity,
          value,
          mean,
          deviation);
    }

    @Override
    public String consequence() {
      return "its gradients are thrown away";
    }
  }

  private static String where(Optional<String> parameter) {
    return parameter.map(key -> ", first in " + key).orElse("");
  }

  private static String number(double scale) {
    return scale == Math.rint(scale) && Math.abs(scale) < 1e15
        ? Long.toString((long) scale)
        : Double.toString(scale);
  }
}
