package neox.train.optimizer;

import java.util.List;
import java.util.stream.IntStream;

/// How what micro-batches come to is added up, as far as those who work on them must know.
public interface MicroBatchSums {
  /// Nothing is added up.
  MicroBatchSums NONE = () -> {};

  /// Takes over what the backward pass of one micro-batch has left; call it after each.
  void accumulate();

  /// In which order this rank's micro-batches are to be worked on.
  ///
  /// @param count of them
  default List<Integer> order(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  /// What a micro-batch's loss is divided by, so that the sums are means.
  ///
  /// @param count this rank's micro-batches
  default int divisor(int count) {
    return count;
  }
}
