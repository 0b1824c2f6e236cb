package neox.inference;

import java.util.Optional;
import java.util.OptionalLong;
import neox.config.NeoxConfig;
import neox.config.Precision;

/// How a model is opened.
///
/// @param precision of the computation; stored weights are converted
/// @param iteration which checkpoint of a directory, instead of the latest
/// @param config the configuration to go by, instead of the one saved in the checkpoint
public record LoadOptions(
    Precision precision, OptionalLong iteration, Optional<NeoxConfig> config) {

  /// The latest checkpoint with its own configuration, in float32.
  public static LoadOptions defaults() {
    return new LoadOptions(Precision.FP32, OptionalLong.empty(), Optional.empty());
  }

  public LoadOptions withPrecision(Precision value) {
    return new LoadOptions(value, iteration, config);
  }

  public LoadOptions withIteration(OptionalLong value) {
    return new LoadOptions(precision, value, config);
  }

  public LoadOptions withConfig(NeoxConfig value) {
    return new LoadOptions(precision, iteration, Optional.of(value));
  }
}
