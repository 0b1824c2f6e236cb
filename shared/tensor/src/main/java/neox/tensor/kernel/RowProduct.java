package neox.tensor.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import neox.tensor.ElementType;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/// `x Wᵀ + bias` with one W in main memory, for inference: no gradient comes of it.
///
/// Decoding reads all weights for each token and computes little with them, so that it is as fast
/// as memory. W is read once, from where it lies, in the type it has; numbers are widened to
/// float32 and added up in it. Each number of the result depends on its row of x and its row of W
/// alone, bit for bit, whatever other rows there are and however many threads.
///
/// Does not own W, whose memory may move.
public final class RowProduct {
  /// Up to so many rows this is faster than libtorch's product, which is made for many.
  public static final int FEW = 16;

  private final Tensor weight;
  private final Optional<Tensor> scales;
  private final NumberFormat format;
  private final int most; // rows that this is used for
  private final int rows;
  private final int columns;

  private RowProduct(Tensor weight, Optional<Tensor> scales, NumberFormat format, int most) {
    this.weight = weight;
    this.scales = scales;
    this.format = format;
    this.most = most;
    this.rows = Math.toIntExact(weight.size(0));
    this.columns = Math.toIntExact(weight.size(1));
  }

  /// Whether matrices in main memory are multiplied with here at all, by this machine and this JVM.
  public static boolean isFast() {
    return VectorUnit.isThere();
  }

  /// The product with a matrix of floating-point numbers; empty where this machine, or this JVM,
  /// leaves products of its type to libtorch.
  ///
  /// @param weight `[out, in]`
  public static Optional<RowProduct> with(Tensor weight) {
    return of(weight, Optional.empty());
  }

  /// The same with whole numbers, of which a scale for each row makes weights.
  ///
  /// @param weight `[out, in]` int8
  /// @param scales `[out]` float32
  public static Optional<RowProduct> with(Tensor weight, Tensor scales) {
    return of(weight, Optional.of(scales));
  }

  private static Optional<RowProduct> of(Tensor weight, Optional<Tensor> scales) {
    if (!weight.is_cpu() || !weight.is_contiguous() || !VectorUnit.isThere()) {
      return Optional.empty();
    }
    return NumberFormat.of(ElementType.of(weight))
        .filter(format -> scales.isPresent() == (format == NumberFormat.INT8))
        .map(format -> new RowProduct(weight, scales, format, FEW));
  }

  /// The same product for other numbers of rows than a few.
  ///
  /// @param value how many it suits
  public RowProduct upTo(int value) {
    return new RowProduct(weight, scales, format, value);
  }

  /// Whether x `[…, in]` is what this is made for.
  public boolean suits(Tensor x) {
    return x.numel() <= (long) most * columns && reads(x);
  }

  /// Whether kernels of this package read a tensor: numbers in main memory, of a type that they
  /// know, which learn nothing.
  public static boolean reads(Tensor x) {
    return VectorUnit.isThere()
        && x.is_cpu()
        && !x.requires_grad()
        && NumberFormat.of(ElementType.of(x)).isPresent();
  }

  /// The product with x `[…, in]` of float32, bfloat16 or float16: `[…, out]` in x's type.
  ///
  /// @param bias `[out]` in x's type, if there is one
  public Tensor of(Tensor x, TensorOptional bias) {
    Tensor given = x.contiguous();
    NumberFormat type = NumberFormat.of(ElementType.of(given)).orElseThrow();
    Tensor result = given.new_empty(sizes(given));
    int count = Math.toIntExact(given.numel() / columns);
    MatrixProduct.Target target =
        new MatrixProduct.Target(
            type, address(result), bias.has_value() ? address(bias.get()) : Matrix.NONE);
    Matrix w = new Matrix(format, address(weight), rows, columns, scales());
    if (type == NumberFormat.FLOAT32) {
      new MatrixProduct(w, address(given), count, target).compute();
    } else {
      try (Arena arena = Arena.ofConfined()) {
        long wide = widened(address(given), type, given.numel(), arena);
        new MatrixProduct(w, wide, count, target).compute();
      }
    }
    return result;
  }

  /// Those of the result.
  private long[] sizes(Tensor x) {
    long[] sizes = new long[Math.toIntExact(x.dim())];
    for (int dim = 0; dim < sizes.length - 1; dim++) {
      sizes[dim] = x.size(dim);
    }
    sizes[sizes.length - 1] = rows;
    return sizes;
  }

  private long scales() {
    return scales.map(RowProduct::address).orElse(Matrix.NONE);
  }

  private static long address(Tensor tensor) {
    return tensor.data_ptr().address();
  }

  /// The address of the same numbers in float32.
  private static long widened(long from, NumberFormat type, long count, Arena arena) {
    MemorySegment wide = arena.allocate(count * Float.BYTES, Float.BYTES);
    for (long i = 0; i < count; i++) {
      Memory.set(NumberFormat.FLOAT32, wide.address(), i, Memory.get(type, from, i));
    }
    return wide.address();
  }
}
