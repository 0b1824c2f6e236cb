package neox.weights.neox;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import neox.weights.ByteSource;
import neox.weights.DType;
import neox.weights.Floats;
import neox.weights.LazyTensor;
import neox.weights.Scratch;

/// W + scale · B A (arXiv:2106.09685 §4.1), summed up in float32 and stored in W's type. Of W and
/// of the product no more exists than was asked for; A and B are small.
///
/// @param weight [out, in]
/// @param a [rank, in]
/// @param b [out, rank]
record AdaptedWeight(LazyTensor weight, LazyTensor a, LazyTensor b, float scale)
    implements ByteSource {
  @Override
  public long byteSize() {
    return weight.byteSize();
  }

  @Override
  public List<ByteSource> parts() {
    return List.of(weight.bytes(), a.bytes(), b.bytes());
  }

  @Override
  public void read(long offset, MemorySegment target, Scratch scratch) throws IOException {
    int width = weight.dtype().bytes();
    int rank = Math.toIntExact(a.shape().size(0));
    int columns = Math.toIntExact(a.shape().size(1));
    long first = offset / width;
    int count = Math.toIntExact(target.byteSize() / width);
    long firstRow = first / columns;
    long rows = Math.ceilDiv(first + count, columns) - firstRow;
    float[] sums = floats(weight, first, count, scratch);
    float[] in = floats(a, 0, rank * columns, scratch);
    float[] out = floats(b, firstRow * rank, Math.toIntExact(rows * rank), scratch);
    float[] added = new float[columns];
    for (int done = 0; done < count; ) {
      int row = Math.toIntExact((first + done) / columns - firstRow);
      int column = Math.toIntExact((first + done) % columns);
      int here = Math.min(columns - column, count - done);
      Arrays.fill(added, 0, here, 0);
      for (int k = 0; k < rank; k++) {
        float factor = out[row * rank + k];
        int at = k * columns + column;
        for (int j = 0; j < here; j++) {
          added[j] += factor * in[at + j];
        }
      }
      for (int j = 0; j < here; j++) {
        sums[done + j] += scale * added[j];
      }
      done += here;
    }
    Floats.convert(DType.FLOAT32, MemorySegment.ofArray(sums), weight.dtype(), target);
  }

  /// Some elements of a tensor.
  private static float[] floats(LazyTensor tensor, long first, int count, Scratch scratch)
      throws IOException {
    float[] values = new float[count];
    int width = tensor.dtype().bytes();
    try (Scratch.Lease lease = scratch.borrow((long) count * width)) {
      tensor.bytes().read(first * width, lease.bytes(), scratch);
      Floats.convert(tensor.dtype(), lease.bytes(), DType.FLOAT32, MemorySegment.ofArray(values));
    }
    return values;
  }
}
