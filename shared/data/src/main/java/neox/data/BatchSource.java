package neox.data;

import java.util.Objects;
import java.util.Optional;
import neox.base.UserException;

/// Which samples each data-parallel rank gets, micro-batch by micro-batch.
///
/// Global micro-batch `n` is a run of `microBatch * dataParallelSize` consecutive samples; rank `r`
/// takes the `r`-th part. Optimizer step `k` with `g` micro-batches uses the global micro-batches
/// `k * g` to `(k + 1) * g - 1`, so a run resumes by its step number alone. After the last whole
/// micro-batch the order begins again.
public record BatchSource(
    TokenSamples samples, int microBatch, int dataParallelRank, int dataParallelSize) {

  public BatchSource {
    Objects.checkIndex(dataParallelRank, dataParallelSize);
    if (microBatch < 1) {
      throw new IllegalArgumentException("micro-batch of " + microBatch);
    }
    long needed = (long) microBatch * dataParallelSize;
    if (samples.count() < needed) {
      throw UserException.of(
          "the data gives %d samples of %d tokens, but one micro-batch needs %d (%d on each of %d"
              + " data-parallel ranks); use more data, a shorter seq_length or a smaller"
              + " micro-batch",
          samples.count(), samples.length() - 1, needed, microBatch, dataParallelSize);
    }
  }

  /// Whole global micro-batches before the order begins again.
  public long microBatches() {
    return samples.count() / ((long) microBatch * dataParallelSize);
  }

  /// This rank's samples of a global micro-batch, `[microBatch][seqLength + 1]`.
  public int[][] get(long globalMicroBatch) {
    return read(globalMicroBatch, samples::get);
  }

  /// Their labels in the same shape, negative where a token is not to be predicted; empty when all
  /// tokens are.
  public Optional<int[][]> labels(long globalMicroBatch) {
    return samples.hasLabels()
        ? Optional.of(read(globalMicroBatch, samples::labels))
        : Optional.empty();
  }

  private interface Reader {
    void read(long sample, int[] out);
  }

  private int[][] read(long globalMicroBatch, Reader reader) {
    Objects.checkIndex(globalMicroBatch, Long.MAX_VALUE);
    long whole = globalMicroBatch % microBatches();
    long first = (whole * dataParallelSize + dataParallelRank) * microBatch;
    int[][] batch = new int[microBatch][samples.length()];
    for (int row = 0; row < microBatch; row++) {
      reader.read(first + row, batch[row]);
    }
    return batch;
  }
}
