package neox.tensor.kernel;

import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/// Matrix products as libtorch has them; those of float32 in main memory, which it leaves to a
/// library that has a pool of threads of its own, are cut into tiles here that our threads compute
/// with that library one by one. Nothing waits for others in the middle of a product, and no pool
/// stands in the way of libtorch's.
///
/// A tile's numbers are those of the whole: sums go over the same terms in the same order. No
/// gradient comes of any of them.
public final class Products {
  /// Multiplications and additions that are worth a thread of their own; below half of it OpenBLAS
  /// has other kernels, whose sums may be in another order.
  private static final long ENOUGH = 1 << 21;

  /// Rows, or columns, of a tile are a multiple of this, which is one of every kernel's own tiles.
  private static final int GRAIN = 96;

  /// `a b`: `[m, k]` times `[k, n]`.
  public static Tensor of(Tensor a, Tensor b) {
    Optional<Strided> left = Strided.of(a);
    Optional<Strided> right = Strided.of(b);
    if (left.isEmpty() || right.isEmpty() || !Sgemm.isThere()) {
      return torch.mm(a, b);
    }
    Tensor product = a.new_empty(a.size(0), b.size(1));
    compute(left.get(), right.get(), 0, Strided.of(product).orElseThrow());
    return product;
  }

  /// The same into memory that is there, contiguous or some columns of such.
  ///
  /// @param product `[m, n]`
  public static void into(Tensor product, Tensor a, Tensor b) {
    if (!compute(product, a, b, 0)) {
      torch.mm_out(product, a, b);
    }
  }

  /// Adds it up there.
  ///
  /// @param sum `[m, n]`
  public static void add(Tensor sum, Tensor a, Tensor b) {
    if (!compute(sum, a, b, 1)) {
      sum.addmm_(a, b);
    }
  }

  /// `x wᵀ + bias`.
  ///
  /// @param x `[…, in]`
  /// @param w `[out, in]`
  /// @param bias `[out]`, if there is one
  public static Tensor linear(Tensor x, Tensor w, TensorOptional bias) {
    long in = w.size(1);
    Tensor flat = x.dim() == 2 ? x : x.reshape(-1, in);
    Optional<Strided> left = Strided.of(flat);
    Optional<Strided> right = Strided.of(w.t());
    if (left.isEmpty() || right.isEmpty() || !Sgemm.isThere()) {
      return torch.linear(x, w, bias);
    }
    Tensor y = x.new_empty(sizes(x, w.size(0)));
    Tensor rows = y.view(-1, w.size(0));
    if (bias.has_value()) {
      rows.copy_(bias.get().expand(rows.size(0), rows.size(1)));
    }
    compute(left.get(), right.get(), bias.has_value() ? 1 : 0, Strided.of(rows).orElseThrow());
    return y;
  }

  /// `scale · a b` of each pair: `[n, m, k]` times `[n, k, p]`.
  public static Tensor batched(Tensor a, Tensor b, double scale) {
    int count = Math.toIntExact(a.size(0));
    Optional<Strided> left = Strided.of(a.select(0, 0));
    Optional<Strided> right = Strided.of(b.select(0, 0));
    if (left.isEmpty() || right.isEmpty() || !Sgemm.isThere()) {
      Tensor products = torch.bmm(a, b);
      return scale == 1 ? products : products.mul_(new Scalar(scale));
    }
    Tensor products = a.new_empty(count, a.size(1), b.size(2));
    Strided first = Strided.of(products.select(0, 0)).orElseThrow();
    long fromA = a.stride(0);
    long fromB = b.stride(0);
    long fromC = products.stride(0);
    Workers.run(
        count,
        i ->
            Sgemm.multiply(
                (float) scale,
                left.get().moved(i * fromA),
                right.get().moved(i * fromB),
                0,
                first.moved(i * fromC)));
    return products;
  }

  private static long[] sizes(Tensor x, long last) {
    long[] sizes = x.sizes().vec().get();
    sizes[sizes.length - 1] = last;
    return sizes;
  }

  private static boolean compute(Tensor product, Tensor a, Tensor b, float kept) {
    Optional<Strided> left = Strided.of(a);
    Optional<Strided> right = Strided.of(b);
    Optional<Strided> target = Strided.of(product).filter(c -> !c.turned());
    if (left.isEmpty() || right.isEmpty() || target.isEmpty() || !Sgemm.isThere()) {
      return false;
    }
    compute(left.get(), right.get(), kept, target.get());
    return true;
  }

  private static void compute(Strided a, Strided b, float kept, Strided c) {
    if (a.rows() != c.rows() || a.columns() != b.rows() || b.columns() != c.columns()) {
      throw new IllegalArgumentException(
          "[%d, %d] times [%d, %d] is not [%d, %d]"
              .formatted(a.rows(), a.columns(), b.rows(), b.columns(), c.rows(), c.columns()));
    }
    long work = (long) c.rows() * c.columns() * a.columns();
    int threads = Math.clamp(work / ENOUGH, 1, FewRows.threads());
    if (c.rows() >= c.columns()) {
      Tiles tiles = Tiles.of(c.rows(), threads);
      Workers.run(
          tiles.count(),
          i ->
              Sgemm.multiply(
                  1,
                  a.ofRows(tiles.from(i), tiles.length(i)),
                  b,
                  kept,
                  c.ofRows(tiles.from(i), tiles.length(i))));
    } else {
      Tiles tiles = Tiles.of(c.columns(), threads);
      Workers.run(
          tiles.count(),
          i ->
              Sgemm.multiply(
                  1,
                  a,
                  b.ofColumns(tiles.from(i), tiles.length(i)),
                  kept,
                  c.ofColumns(tiles.from(i), tiles.length(i))));
    }
  }

  /// A length in nearly equal parts, of which the last takes what is left over.
  private record Tiles(int total, int each, int count) {
    static Tiles of(int total, int threads) {
      int grains = Math.max(1, total / GRAIN);
      int each = GRAIN * Math.ceilDiv(grains, threads);
      return new Tiles(total, each, Math.ceilDiv(grains * GRAIN, each));
    }

    int from(int tile) {
      return tile * each;
    }

    int length(int tile) {
      return tile == count - 1 ? total - from(tile) : each;
    }
  }

  private Products() {}
}
