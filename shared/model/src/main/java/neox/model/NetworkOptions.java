package neox.model;

import neox.config.Precision;
import neox.config.RecomputeConfig;
import neox.parallel.PipelineParallel;
import neox.parallel.TensorParallel;
import neox.tensor.Device;
import neox.tensor.Placement;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// What is not architecture: how a network is held in memory and shared.
///
/// @param placement of parameters and activations
/// @param use what the network is for
/// @param tensorParallel the ranks that share each layer
/// @param pipelineParallel the ranks that hold the other layers, for passes through all of them
/// @param recompute what training keeps no activations of
/// @param memory where parameters have theirs from
/// @param quantization the form of matrices, for inference
/// @param rows how rows of activations are computed, for inference
public record NetworkOptions(
    Placement placement,
    Use use,
    TensorParallel tensorParallel,
    PipelineParallel pipelineParallel,
    RecomputeConfig recompute,
    Memory memory,
    Quantization quantization,
    Rows rows) {
  private static final RecomputeConfig NOTHING = new RecomputeConfig.Nothing();

  /// What a network is for.
  public enum Use {
    /// Parameters that are trainable collect gradients.
    TRAINING,
    /// Nothing collects gradients.
    INFERENCE
  }

  /// How rows of activations are computed.
  public enum Rows {
    /// As is fastest: many rows by libtorch, whose results depend on how many there are in their
    /// last digits.
    FAST,
    /// Each by itself, on a CPU: a row is the same bits whatever rows are beside it, and on any
    /// number of threads.
    CONSTANT
  }

  /// Where parameters have their memory from.
  public enum Memory {
    /// Each has its own.
    OWN,
    /// They have none until a [LayerWatch] puts some under them, so that a network can be built
    /// that is larger than what one rank has room for.
    LENT,
    /// That of the store that they are loaded from, where its numbers lie in main memory as the
    /// network computes with them, such as a mapped file: nothing is read before it is needed, and
    /// nothing may be written. Others have their own.
    STORED
  }

  public NetworkOptions {
    if (use == Use.TRAINING && (memory == Memory.STORED || quantization != Quantization.NONE)) {
      throw new IllegalArgumentException("weights that cannot be changed are not trained");
    }
  }

  /// Training on one rank.
  public static NetworkOptions training(Placement placement) {
    return new NetworkOptions(
        placement,
        Use.TRAINING,
        TensorParallel.single(),
        PipelineParallel.single(),
        NOTHING,
        Memory.OWN,
        Quantization.NONE,
        Rows.FAST);
  }

  /// Inference on one rank.
  public static NetworkOptions inference(Placement placement) {
    return new NetworkOptions(
        placement,
        Use.INFERENCE,
        TensorParallel.single(),
        PipelineParallel.single(),
        NOTHING,
        Memory.OWN,
        Quantization.NONE,
        Rows.FAST);
  }

  public NetworkOptions withTensorParallel(TensorParallel value) {
    return new NetworkOptions(
        placement, use, value, pipelineParallel, recompute, memory, quantization, rows);
  }

  public NetworkOptions withPipelineParallel(PipelineParallel value) {
    return new NetworkOptions(
        placement, use, tensorParallel, value, recompute, memory, quantization, rows);
  }

  public NetworkOptions withRecompute(RecomputeConfig value) {
    return new NetworkOptions(
        placement, use, tensorParallel, pipelineParallel, value, memory, quantization, rows);
  }

  public NetworkOptions withMemory(Memory value) {
    return new NetworkOptions(
        placement, use, tensorParallel, pipelineParallel, recompute, value, quantization, rows);
  }

  public NetworkOptions withQuantization(Quantization value) {
    return new NetworkOptions(
        placement, use, tensorParallel, pipelineParallel, recompute, memory, value, rows);
  }

  public NetworkOptions withRows(Rows value) {
    return new NetworkOptions(
        placement, use, tensorParallel, pipelineParallel, recompute, memory, quantization, value);
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
