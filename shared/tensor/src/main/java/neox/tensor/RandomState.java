package neox.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The state of libtorch's default generators, which dropout and sampling draw from: that of the
/// CPU unless another device is named.
public final class RandomState {
  public static void seed(long seed) {
    torch.manual_seed(seed);
  }

  /// The whole state of a device's generator, for [#resume]; belongs to the innermost scope.
  public static Tensor of(Device device) {
    return generator(device).get_state();
  }

  /// Continues exactly where [#of] was called.
  public static void resume(Device device, Tensor state) {
    generator(device).set_state(state);
  }

  /// A new generator on a device, which has nothing to do with the default one.
  public static GeneratorOptional generator(Device device, long seed) {
    Generator generator = generator(device).clone();
    generator.set_current_seed(seed);
    return new GeneratorOptional(generator);
  }

  private static Generator generator(Device device) {
    return torch.globalContext().defaultGenerator(device.toTorch());
  }

  /// The whole state, for [#restore].
  public static byte[] save() {
    try (var _ = Scope.open()) {
      return MappedTensors.bytes(torch.getDefaultCPUGenerator().get_state())
          .toArray(ValueLayout.JAVA_BYTE);
    }
  }

  /// Continues exactly where [#save] was called; [IllegalArgumentException] when `state` is nothing
  /// that [#save] returns.
  public static void restore(byte[] state) {
    try (var _ = Scope.open()) {
      Tensor bytes = torch.zeros(new long[] {state.length}, ElementType.options(ScalarType.Byte));
      if (bytes.numel() != torch.getDefaultCPUGenerator().get_state().numel()) {
        throw new IllegalArgumentException(
            "a random state of " + state.length + " bytes does not belong to this libtorch");
      }
      MemorySegment.copy(
          MemorySegment.ofArray(state), 0, MappedTensors.bytes(bytes), 0, state.length);
      set(bytes);
    }
  }

  private static void set(Tensor bytes) {
    try {
      torch.getDefaultCPUGenerator().set_state(bytes);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException("libtorch refuses the random state", e);
    }
  }

  private RandomState() {}
}
