package neox.inference;

import java.util.Optional;
import java.util.OptionalLong;
import neox.config.NeoxConfig;
import neox.config.Precision;

/// How a model is opened.
///
/// @param precision of the computation; stored weights are converted
/// @param device its name, see [neox.tensor.Device#named]
/// @param iteration which checkpoint of a directory, instead of the latest
/// @param config the configuration to go by, instead of the one saved in the checkpoint
public record LoadOptions(
    Precision precision, String device, OptionalLong iteration, Optional<NeoxConfig> config) {

  /// The latest checkpoint with its own configuration, in float32, on the CPU.
  public static LoadOptions defaults() {
    return new LoadOptions(Precision.FP32, "cpu", OptionalLong.empty(), Optional.empty());
  }

  public LoadOptions withPrecision(Precision value) {
    return new LoadOptions(value, device, iteration, config);
  }

  public LoadOptions withDevice(String value) {
    return new LoadOptions(precision, value, iteration, config);
  }

  public LoadOptions withIteration(OptionalLong value) {
    return new LoadOptions(precision, device, value, config);
  }

  public LoadOptions withConfig(NeoxConfig value) {
    return new LoadOptions(precision, device, iteration, Optional.of(value));
  }
}
