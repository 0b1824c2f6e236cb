package neox.parallel.comm;

import java.util.Arrays;
import java.util.function.Consumer;
import neox.tensor.ElementType;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// What all communicators check and prepare. Mistakes here are the program's own: with other ranks
/// involved they would show as a hang, or as another rank's failure.
final class Arguments {
  static void member(int rank, Communicator group) {
    if (rank < 0 || rank >= group.size()) {
      throw new IllegalArgumentException(group + " knows no rank " + rank);
    }
  }

  static void peer(int rank, Communicator group) {
    member(rank, group);
    if (rank == group.rank()) {
      throw new IllegalArgumentException(group + " cannot talk to itself");
    }
  }

  /// Checks that `whole` is as many parts along dim 0 as there are ranks.
  static void parts(Tensor whole, Tensor part, Communicator group) {
    sizes(whole, part, group);
    if (ElementType.of(whole) != ElementType.of(part)) {
      throw notAWhole(whole, part, group);
    }
  }

  /// The same of parts in which narrower terms are added up.
  static void sums(Tensor whole, Tensor part, Communicator group) {
    sizes(whole, part, group);
    boolean wider =
        ElementType.of(part) == ScalarType.Float
            && ElementType.bytes(ElementType.of(whole)) < Float.BYTES
            && whole.is_floating_point();
    if (!wider && ElementType.of(whole) != ElementType.of(part)) {
      throw notAWhole(whole, part, group);
    }
  }

  private static void sizes(Tensor whole, Tensor part, Communicator group) {
    long[] expected = shape(part);
    if (expected.length > 0) {
      expected[0] *= group.size();
    }
    if (expected.length == 0 || !Arrays.equals(expected, shape(whole))) {
      throw notAWhole(whole, part, group);
    }
  }

  private static IllegalArgumentException notAWhole(Tensor whole, Tensor part, Communicator group) {
    return new IllegalArgumentException(
        "%d parts of %s are not a whole of %s"
            .formatted(group.size(), describe(part), describe(whole)));
  }

  /// The slice of `whole` along dim 0 that belongs to a rank.
  static Tensor slice(Tensor whole, int rank, Communicator group) {
    long length = whole.size(0) / group.size();
    return whole.narrow(0, rank * length, length);
  }

  static void copy(Tensor to, Tensor from) {
    try (var _ = Scope.open()) {
      to.detach().copy_(from.detach());
    }
  }

  /// Runs `body` with `x`, or with a contiguous copy that is written back.
  static void inPlace(Tensor x, Consumer<Tensor> body) {
    try (var _ = Scope.open()) {
      Tensor plain = x.detach();
      Tensor contiguous = plain.contiguous();
      body.accept(contiguous);
      if (!plain.is_contiguous()) {
        plain.copy_(contiguous);
      }
    }
  }

  static String describe(Tensor tensor) {
    return ElementType.of(tensor) + Arrays.toString(shape(tensor));
  }

  static long[] shape(Tensor tensor) {
    return tensor.sizes().vec().get();
  }

  private Arguments() {}
}
