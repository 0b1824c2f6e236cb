package neox.model;

import neox.base.UserException;
import neox.config.Precision;
import neox.parallel.TensorParallel;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// What is not architecture: how a network is held in memory and shared.
///
/// @param dtype of parameters and activations: `Float`, `BFloat16`, or `Double` for checking
/// @param requiresGrad whether the parameters collect gradients
/// @param tensorParallel the ranks that share each layer
public record NetworkOptions(
    ScalarType dtype, boolean requiresGrad, TensorParallel tensorParallel) {
  public NetworkOptions {
    switch (dtype) {
      case Float, BFloat16, Double -> {}
      default ->
          throw new UserException(
              "precision %s is not supported on this device; use fp32 or bfloat16"
                  .formatted(dtype == ScalarType.Half ? "fp16" : dtype));
    }
    if (tensorParallel.size() != 1) {
      throw new UserException(
          "model_parallel_size %d is not supported yet; use 1".formatted(tensorParallel.size()));
    }
  }

  /// One rank, with gradients.
  public static NetworkOptions training(ScalarType dtype) {
    return new NetworkOptions(dtype, true, TensorParallel.single());
  }

  /// One rank, with gradients.
  public static NetworkOptions training(Precision precision) {
    return training(dtype(precision));
  }

  /// One rank, without gradients.
  public static NetworkOptions inference(ScalarType dtype) {
    return new NetworkOptions(dtype, false, TensorParallel.single());
  }

  /// One rank, without gradients.
  public static NetworkOptions inference(Precision precision) {
    return inference(dtype(precision));
  }

  private static ScalarType dtype(Precision precision) {
    return switch (precision) {
      case FP32 -> ScalarType.Float;
      case BFLOAT16 -> ScalarType.BFloat16;
      case FP16 -> ScalarType.Half;
    };
  }
}
