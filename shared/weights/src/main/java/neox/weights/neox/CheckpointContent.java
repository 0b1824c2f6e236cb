package neox.weights.neox;

import java.util.Map;
import java.util.function.Function;
import neox.config.ModelConfig;
import neox.weights.TensorView;

/// What a checkpoint holds, except the optimizer (see [OptimizerStateFile]).
///
/// @param tokenizerType NeoX's name, compared when NeoX loads the checkpoint
/// @param iteration steps trained
/// @param samples training samples seen
/// @param weights the parameter of a [neox.weights.ParameterSpec#key]; asked for once each, layer
///   by layer
/// @param state further top-level entries of the rank's file, such as `lr_scheduler` and
///   `torch_rng_state`; they replace the standard ones of the same name
/// @param configs file name → text, written to `configs/`
public record CheckpointContent(
    ModelConfig model,
    int paddedVocab,
    String tokenizerType,
    long iteration,
    long samples,
    Layout layout,
    Function<String, TensorView> weights,
    Map<String, Object> state,
    Map<String, String> configs) {

  /// Which files hold the weights.
  public enum Layout {
    /// One per layer, as NeoX does with `pipe_parallel_size` 1 and more.
    FILE_PER_LAYER,
    /// All in the rank's file, as NeoX does with `pipe_parallel_size: 0`.
    FILE_PER_RANK
  }
}
