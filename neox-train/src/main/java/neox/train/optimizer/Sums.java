package neox.train.optimizer;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import neox.parallel.comm.Communicator;
import neox.parallel.comm.Reduction;
import neox.tensor.MappedTensors;
import neox.tensor.Placement;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Sums of a few numbers over ranks.
public final class Sums {
  /// Each number summed over the ranks of a group.
  public static double[] over(Communicator group, double[] numbers) {
    return reduced(group, numbers, Reduction.SUM);
  }

  /// The largest of each number over the ranks of a group.
  static double[] max(Communicator group, double[] numbers) {
    return reduced(group, numbers, Reduction.MAX);
  }

  private static double[] reduced(Communicator group, double[] numbers, Reduction reduction) {
    if (group.isAlone() || numbers.length == 0) {
      return numbers;
    }
    try (var _ = Scope.open()) {
      Tensor sums = Placement.cpu(ScalarType.Double).zeros(numbers.length);
      MemorySegment bytes = MappedTensors.bytes(sums);
      bytes.copyFrom(MemorySegment.ofArray(numbers));
      group.allReduce(sums, reduction);
      return bytes.toArray(ValueLayout.JAVA_DOUBLE);
    }
  }

  private Sums() {}
}
