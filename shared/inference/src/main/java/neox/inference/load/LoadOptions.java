package neox.inference.load;

import java.util.Optional;
import java.util.OptionalLong;
import neox.config.LoadedConfig;
import neox.config.Precision;
import neox.model.NetworkOptions.Rows;
import neox.model.Quantization;
import neox.parallel.Topology;
import neox.weights.neox.Reading.Weights;

/// How a model is opened.
///
/// @param precision of the computation; stored weights are converted
/// @param device its name, see [neox.tensor.Device#named]
/// @param iteration which checkpoint of a directory, instead of the latest
/// @param config the configuration to go by, instead of the one saved in the checkpoint
/// @param overridesArchitecture whether it may describe another network than the weights were
///   trained as
/// @param weights which of those that a checkpoint holds
/// @param quantization the form in which matrices are held
/// @param rows how rows of activations are computed
/// @param ranks how many compute with it, as threads of this process
public record LoadOptions(
    Precision precision,
    String device,
    OptionalLong iteration,
    Optional<LoadedConfig> config,
    boolean overridesArchitecture,
    Weights weights,
    Quantization quantization,
    Rows rows,
    Topology ranks) {

  /// With the weights of the model, as they are, on one rank.
  public LoadOptions(
      Precision precision,
      String device,
      OptionalLong iteration,
      Optional<LoadedConfig> config,
      boolean overridesArchitecture) {
    this(
        precision,
        device,
        iteration,
        config,
        overridesArchitecture,
        Weights.MODEL,
        Quantization.NONE,
        Rows.FAST,
        Topology.single());
  }

  /// The latest checkpoint with its own configuration, in float32, on the CPU.
  public static LoadOptions defaults() {
    return new LoadOptions(Precision.FP32, "cpu", OptionalLong.empty(), Optional.empty(), false);
  }

  public LoadOptions withPrecision(Precision value) {
    return new LoadOptions(
        value,
        device,
        iteration,
        config,
        overridesArchitecture,
        weights,
        quantization,
        rows,
        ranks);
  }

  public LoadOptions withDevice(String value) {
    return new LoadOptions(
        precision,
        value,
        iteration,
        config,
        overridesArchitecture,
        weights,
        quantization,
        rows,
        ranks);
  }

  public LoadOptions withIteration(OptionalLong value) {
    return new LoadOptions(
        precision,
        device,
        value,
        config,
        overridesArchitecture,
        weights,
        quantization,
        rows,
        ranks);
  }

  public LoadOptions withConfig(LoadedConfig value) {
    return new LoadOptions(
        precision,
        device,
        iteration,
        Optional.of(value),
        overridesArchitecture,
        weights,
        quantization,
        rows,
        ranks);
  }

  public LoadOptions withWeights(Weights value) {
    return new LoadOptions(
        precision,
        device,
        iteration,
        config,
        overridesArchitecture,
        value,
        quantization,
        rows,
        ranks);
  }

  public LoadOptions withQuantization(Quantization value) {
    return new LoadOptions(
        precision, device, iteration, config, overridesArchitecture, weights, value, rows, ranks);
  }

  public LoadOptions withRows(Rows value) {
    return new LoadOptions(
        precision,
        device,
        iteration,
        config,
        overridesArchitecture,
        weights,
        quantization,
        value,
        ranks);
  }

  public LoadOptions withRanks(Topology value) {
    return new LoadOptions(
        precision,
        device,
        iteration,
        config,
        overridesArchitecture,
        weights,
        quantization,
        rows,
        value);
  }
}
