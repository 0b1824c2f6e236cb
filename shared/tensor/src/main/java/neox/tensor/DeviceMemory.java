package neox.tensor;

import java.util.Optional;
import org.bytedeco.pytorch.cuda.DeviceStats;
import org.bytedeco.pytorch.global.torch_cuda;

/// How much memory of a GPU libtorch's allocator has.
///
/// @param allocated bytes of tensors
/// @param peakAllocated the most that these were
/// @param reserved bytes that the allocator has taken from the driver
public record DeviceMemory(long allocated, long peakAllocated, long reserved) {
  /// Of this moment; empty where tensors lie in main memory. It does not wait for the device.
  public static Optional<DeviceMemory> of(Device device) {
    return switch (device) {
      case Device.Cpu _, Device.Meta _ -> Optional.empty();
      case Device.Cuda(int index) -> Optional.of(Gpu.memory((byte) index));
    };
  }

  /// Keeps the classes of CUDA apart, which are there on machines with GPUs alone.
  private static final class Gpu {
    static DeviceMemory memory(byte index) {
      try (var _ = Scope.open()) {
        DeviceStats stats = torch_cuda.getAllocator().getDeviceStats(index);
        return new DeviceMemory(
            stats.allocated_bytes().current(),
            stats.allocated_bytes().peak(),
            stats.reserved_bytes().current());
      }
    }
  }
}
