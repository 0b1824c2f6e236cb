package neox.tensor;

import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Where a network's tensors lie, and as what: every new tensor of a network is made here, and
/// belongs to the innermost [Scope].
///
/// @param type of weights and activations
public record Placement(Device device, ScalarType type) {
  /// Main memory.
  public static Placement cpu(ScalarType type) {
    return new Placement(Device.CPU, type);
  }

  /// Shapes without memory.
  public static Placement meta(ScalarType type) {
    return new Placement(Device.META, type);
  }

  /// That of another tensor.
  public static Placement of(Tensor tensor) {
    return new Placement(Device.of(tensor), ElementType.of(tensor));
  }

  /// The same device with another element type.
  public Placement as(ScalarType other) {
    return new Placement(device, other);
  }

  /// The type in which to compute what this type is too coarse for: float32, or float64 itself.
  public Placement precise() {
    return as(type == ScalarType.Double ? type : ScalarType.Float);
  }

  public Tensor zeros(long... sizes) {
    return torch.zeros(sizes, options());
  }

  /// Memory that holds anything.
  Tensor empty(long... sizes) {
    return torch.empty(sizes, options(), new MemoryFormatOptional());
  }

  public Tensor full(double value, long... sizes) {
    return torch.full(sizes, new Scalar(value), options());
  }

  /// `start, start + step, …` below `end`.
  public Tensor range(double start, double end, double step) {
    return torch.arange(new Scalar(start), new Scalar(end), new Scalar(step), options());
  }

  /// `start, …, end - 1` as int64: positions.
  public Tensor positions(long start, long end) {
    return torch.arange(
        new Scalar(start), new Scalar(end), new Scalar(1), as(ScalarType.Long).options());
  }

  /// Rows of equal length as int64 `[rows, length]`: the form in which token ids enter a network.
  public Tensor ids(int[][] rows) {
    return here(TensorData.ofIds(rows));
  }

  /// Numbers as int64 `[length]`.
  public Tensor indices(long... values) {
    return here(torch.tensor(values));
  }

  /// A float32 tensor of these sizes.
  public Tensor floats(float[] values, long... sizes) {
    return here(TensorData.ofFloats(values, sizes));
  }

  /// A tensor of main memory on this device. To a GPU it goes from memory that the GPU reads by
  /// itself, in the order of the stream: nobody here waits for it.
  private Tensor here(Tensor made) {
    return switch (device) {
      case Device.Cpu _ -> made;
      case Device.Meta _ -> made.to(device.toTorch(), ElementType.of(made));
      case Device.Cuda _ -> {
        boolean waits = false;
        boolean copies = false;
        yield made.pin_memory()
            .to(device.toTorch(), ElementType.of(made), !waits, copies, new MemoryFormatOptional());
      }
    };
  }

  private TensorOptions options() {
    return new TensorOptions(type).device(new DeviceOptional(device.toTorch()));
  }
}
