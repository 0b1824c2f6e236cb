package neox.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import neox.base.UserException;

/// Which samples each data-parallel rank gets, micro-batch by micro-batch.
///
/// Global micro-batch `n` is a run of `microBatch * dataParallelSize` consecutive samples; rank `r`
/// takes the `r`-th part. Optimizer step `k` with `g` micro-batches uses the global micro-batches
/// `k * g` to `(k + 1) * g - 1`. After the last whole micro-batch the order begins again.
///
/// @param origin where counting begins
public record BatchSource(
    TokenSamples samples,
    int microBatch,
    int dataParallelRank,
    int dataParallelSize,
    Origin origin) {

  /// Where counting begins: global micro-batch `microBatch` starts with sample `sample`. A run that
  /// goes on with batches of another size says so here, and reads what comes next.
  public record Origin(long microBatch, long sample) {
    /// The beginning of a run.
    public static final Origin START = new Origin(0, 0);

    public Origin {
      if (microBatch < 0 || sample < 0) {
        throw new IllegalArgumentException("before the beginning");
      }
    }
  }

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

  /// The batches of a run from its beginning.
  public BatchSource(
      TokenSamples samples, int microBatch, int dataParallelRank, int dataParallelSize) {
    this(samples, microBatch, dataParallelRank, dataParallelSize, Origin.START);
  }

  /// The same batches, counted from elsewhere.
  public BatchSource from(Origin other) {
    return new BatchSource(samples, microBatch, dataParallelRank, dataParallelSize, other);
  }

  /// The batches of other samples in the same order.
  public BatchSource of(TokenSamples others) {
    return new BatchSource(others, microBatch, dataParallelRank, dataParallelSize, origin);
  }

  /// Samples of one global micro-batch.
  private long size() {
    return (long) microBatch * dataParallelSize;
  }

  /// Whole global micro-batches before the order begins again.
  public long microBatches() {
    return samples.count() / size();
  }

  /// The sample after `consumed` ones, where all were read in batches of this size: GPT-NeoX's
  /// rule.
  public long sampleAfter(long consumed) {
    return consumed % (microBatches() * size());
  }

  /// The sample that follows the micro-batches before `globalMicroBatch`. It is the next to be
  /// read, unless too few are left behind it for a whole micro-batch.
  public long next(long globalMicroBatch) {
    return globalMicroBatch == origin.microBatch()
        ? origin.sample()
        : first(globalMicroBatch - 1) + size();
  }

  /// The first sample of a global micro-batch.
  private long first(long globalMicroBatch) {
    long number = globalMicroBatch - origin.microBatch();
    Objects.checkIndex(number, Long.MAX_VALUE);
    long left = Math.max(0, samples.count() - origin.sample()) / size();
    return number < left
        ? origin.sample() + number * size()
        : (number - left) % microBatches() * size();
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

  /// What the reference model says of them, `[microBatch][seqLength]`: log p of what follows each
  /// token, NaN where it is not known; empty without one.
  public Optional<float[][]> reference(long globalMicroBatch) {
    if (!samples.hasReference()) {
      return Optional.empty();
    }
    long first = first(globalMicroBatch) + (long) dataParallelRank * microBatch;
    float[][] batch = new float[microBatch][samples.length() - 1];
    for (int row = 0; row < microBatch; row++) {
      samples.reference(first + row, batch[row]);
    }
    return Optional.of(batch);
  }

  /// Where documents begin in each of them, and what pads them: `[microBatch][…]`, rising from 0.
  public int[][] documentStarts(long globalMicroBatch) {
    long first = first(globalMicroBatch) + (long) dataParallelRank * microBatch;
    int[][] starts = new int[microBatch][];
    for (int row = 0; row < microBatch; row++) {
      int[] ends = samples.pieces(first + row).stream().mapToInt(SamplePiece::length).toArray();
      Arrays.parallelPrefix(ends, Integer::sum);
      starts[row] = IntStream.concat(IntStream.of(0), IntStream.of(ends)).toArray();
    }
    return starts;
  }

  /// Where the tokens of a global micro-batch come from, of all ranks together.
  public List<SamplePiece> pieces(long globalMicroBatch) {
    long first = first(globalMicroBatch);
    List<SamplePiece> pieces = new ArrayList<>();
    for (long i = 0; i < size(); i++) {
      pieces.addAll(samples.pieces(first + i));
    }
    return pieces;
  }

  private interface Reader {
    void read(long sample, int[] out);
  }

  private int[][] read(long globalMicroBatch, Reader reader) {
    long first = first(globalMicroBatch) + (long) dataParallelRank * microBatch;
    int[][] batch = new int[microBatch][samples.length()];
    for (int row = 0; row < microBatch; row++) {
      reader.read(first + row, batch[row]);
    }
    return batch;
  }
}
