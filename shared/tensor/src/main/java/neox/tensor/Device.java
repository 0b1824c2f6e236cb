package neox.tensor;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import neox.base.UserException;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;

/// Where tensors lie and are computed with.
public sealed interface Device {
  /// Main memory.
  record Cpu() implements Device {
    @Override
    public org.bytedeco.pytorch.Device toTorch() {
      return new org.bytedeco.pytorch.Device(DeviceType.CPU);
    }
  }

  /// Nowhere: tensors have shapes and no memory, for counting and planning.
  record Meta() implements Device {
    @Override
    public org.bytedeco.pytorch.Device toTorch() {
      return new org.bytedeco.pytorch.Device(DeviceType.Meta);
    }
  }

  /// A GPU, counted from 0 on this machine.
  record Cuda(int index) implements Device {
    @Override
    public org.bytedeco.pytorch.Device toTorch() {
      return new org.bytedeco.pytorch.Device(DeviceType.CUDA, (byte) index);
    }
  }

  /// The same in libtorch's terms.
  org.bytedeco.pytorch.Device toTorch();

  Device CPU = new Cpu();

  Device META = new Meta();

  /// The device of that name: `cpu`, `meta`, `cuda` or `cuda:N`.
  ///
  /// @throws UserException when there is no such name, or no such device on this machine
  static Device named(String name) {
    Matcher cuda = Pattern.compile("cuda(?::(\\d{1,4}))?").matcher(name);
    if (cuda.matches()) {
      return cuda(cuda.group(1) == null ? 0 : Integer.parseInt(cuda.group(1)));
    }
    return switch (name) {
      case "cpu" -> CPU;
      case "meta" -> META;
      default ->
          throw UserException.of("device '%s': expected cpu, cuda or cuda:N (N from 0)", name);
    };
  }

  /// Where a tensor lies.
  static Device of(Tensor tensor) {
    if (tensor.is_cuda()) {
      return new Cuda(tensor.device().index());
    }
    return tensor.is_meta() ? META : CPU;
  }

  private static Device cuda(int index) {
    int found = torch.cuda_is_available() ? (int) torch.cuda_device_count() : 0;
    if (index >= found) {
      throw UserException.of(
          "device cuda:%d: this machine has %s that libtorch can use; use cpu",
          index, found == 0 ? "no GPU" : found + " GPUs (from cuda:0)");
    }
    return new Cuda(index);
  }
}
