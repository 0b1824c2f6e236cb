package neox.weights.neox;

import java.util.Map;
import java.util.function.Function;
import neox.weights.NamedTensor;
import neox.weights.TensorView;

/// What one rank writes into a checkpoint, except the optimizer (see [OptimizerStateFile]).
///
/// @param tokenizerType NeoX's name, compared when NeoX loads the checkpoint
/// @param iteration steps trained
/// @param samples training samples seen
/// @param weights this rank's piece of the parameter of a [neox.weights.spec.ParameterSpec#key];
///   asked for once each, layer by layer; its bytes when their turn comes, in the order of
///   [NeoxCheckpointWriter#order]
/// @param state further top-level entries of the rank's file, such as `lr_scheduler` and
///   `torch_rng_state`; they replace the standard ones of the same name
/// @param configs file name → text, written to `configs/`; one rank's are enough
public record CheckpointContent(
    CheckpointPart part,
    String tokenizerType,
    long iteration,
    long samples,
    Layout layout,
    Function<String, NamedTensor> weights,
    Map<String, Object> state,
    Map<String, String> configs) {

  public CheckpointContent {
    if (layout == Layout.FILE_PER_RANK && part.stages() > 1) {
      throw new IllegalArgumentException("a pipeline of stages has a file for each layer");
    }
  }

  /// Weights whose bytes exist already.
  public static Function<String, NamedTensor> existing(Function<String, TensorView> views) {
    return key -> NamedTensor.of(key, views.apply(key));
  }

  /// Which files hold the weights.
  public enum Layout {
    /// One per layer, as NeoX does with `pipe_parallel_size` 1 and more.
    FILE_PER_LAYER,
    /// All in the rank's file, as NeoX does with `pipe_parallel_size: 0`.
    FILE_PER_RANK
  }
}
