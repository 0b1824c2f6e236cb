package neox.weights;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/// The weighted sum of tensors of one shape, element by element: `factor · Σ weight · tensor`,
/// computed in double precision and rounded once.
///
/// @param dtype of the sum
public record Summed(DType dtype, List<Term> terms, double factor) implements ByteSource {
  /// Elements at a time.
  private static final int PART = 1 << 15;

  /// What is added, and how often.
  ///
  /// @param tensor floating-point numbers of any type
  public record Term(LazyTensor tensor, double weight) {}

  public Summed {
    terms = List.copyOf(terms);
    Floats.requireFloat(dtype);
    terms.forEach(term -> Floats.requireFloat(term.tensor.dtype()));
  }

  /// The plain sum times `factor`, in the type of the first.
  public static Summed of(List<LazyTensor> tensors, double factor) {
    List<Term> terms = tensors.stream().map(tensor -> new Term(tensor, 1)).toList();
    return new Summed(tensors.getFirst().dtype(), terms, factor);
  }

  @Override
  public long byteSize() {
    return terms.getFirst().tensor.shape().count() * dtype.bytes();
  }

  @Override
  public List<ByteSource> parts() {
    return terms.stream().map(term -> term.tensor.bytes()).toList();
  }

  @Override
  public void read(long offset, MemorySegment target, Scratch scratch) throws IOException {
    long first = offset / dtype.bytes();
    long count = target.byteSize() / dtype.bytes();
    Sums sums = new Sums((int) Math.min(PART, count));
    for (long at = 0; at < count; at += PART) {
      int here = (int) Math.min(PART, count - at);
      sums.clear();
      for (Term term : terms) {
        sums.add(term, first + at, here, scratch);
      }
      sums.store(factor, dtype, target.asSlice(at * dtype.bytes(), (long) here * dtype.bytes()));
    }
  }

  /// The sums of some elements.
  private static final class Sums {
    private final double[] sums;
    private final FloatBlock block = new FloatBlock();

    Sums(int count) {
      sums = new double[count];
    }

    void clear() {
      Arrays.fill(sums, 0);
    }

    void add(Term term, long first, int count, Scratch scratch) throws IOException {
      DType type = term.tensor.dtype();
      try (Scratch.Lease lease = scratch.borrow((long) count * type.bytes())) {
        term.tensor.bytes().read(first * type.bytes(), lease.bytes(), scratch);
        if (type == DType.FLOAT64) {
          for (int i = 0; i < count; i++) {
            sums[i] += term.weight * Floats.get(type, lease.bytes(), i);
          }
          return;
        }
        for (int at = 0; at < count; at += FloatBlock.SIZE) {
          int here = Math.min(FloatBlock.SIZE, count - at);
          block.load(type, lease.bytes(), at, here);
          for (int i = 0; i < here; i++) {
            sums[at + i] += term.weight * block.values()[i];
          }
        }
      }
    }

    void store(double factor, DType type, MemorySegment target) {
      int count = Math.toIntExact(target.byteSize() / type.bytes());
      if (type == DType.FLOAT64) {
        for (int i = 0; i < count; i++) {
          Floats.set(type, target, i, sums[i] * factor);
        }
        return;
      }
      for (int at = 0; at < count; at += FloatBlock.SIZE) {
        int here = Math.min(FloatBlock.SIZE, count - at);
        for (int i = 0; i < here; i++) {
          block.values()[i] = (float) (sums[at + i] * factor);
        }
        block.store(type, target, at, here);
      }
    }
  }
}
