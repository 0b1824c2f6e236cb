package neox.train;

import java.util.OptionalInt;
import neox.data.BatchSource;

/// The micro-batches of one split as tensors. Stateless: the position in the data is the argument.
///
/// @param source the samples of this data-parallel rank
/// @param masked see [MicroBatch#of]
record BatchFeed(BatchSource source, OptionalInt masked) {
  MicroBatch get(long microBatch) {
    return MicroBatch.of(source.get(microBatch), masked);
  }
}
