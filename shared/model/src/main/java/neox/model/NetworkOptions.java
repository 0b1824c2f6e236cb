package neox.model;

import neox.config.Precision;
import neox.config.RecomputeConfig;
import neox.parallel.TensorParallel;
import neox.tensor.Device;
import neox.tensor.Placement;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// What is not architecture: how a network is held in memory and shared.
///
/// @param placement of parameters and activations
/// @param use what the network is for
/// @param tensorParallel the ranks that share each layer
/// @param recompute what training keeps no activations of
public record NetworkOptions(
    Placement placement, Use use, TensorParallel tensorParallel, RecomputeConfig recompute) {
  private static final RecomputeConfig NOTHING = new RecomputeConfig.Nothing();

  /// What a network is for.
  public enum Use {
    /// Parameters that are trainable collect gradients.
    TRAINING,
    /// Nothing collects gradients.
    INFERENCE
  }

  /// Training on one rank.
  public static NetworkOptions training(Placement placement) {
    return new NetworkOptions(placement, Use.TRAINING, TensorParallel.single(), NOTHING);
  }

  /// Inference on one rank.
  public static NetworkOptions inference(Placement placement) {
    return new NetworkOptions(placement, Use.INFERENCE, TensorParallel.single(), NOTHING);
  }

  public NetworkOptions withTensorParallel(TensorParallel value) {
    return new NetworkOptions(placement, use, value, recompute);
  }

  public NetworkOptions withRecompute(RecomputeConfig value) {
    return new NetworkOptions(placement, use, tensorParallel, value);
  }

  /// Where a network of that precision lies on a device.
  public static Placement placement(Device device, Precision precision) {
    return new Placement(
        device,
        switch (precision) {
          case FP32 -> ScalarType.Float;
          case BFLOAT16 -> ScalarType.BFloat16;
          case FP16 -> ScalarType.Half;
        });
  }
}
