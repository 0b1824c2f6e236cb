package neox.model;

import org.bytedeco.pytorch.Tensor;

/// Sums over the keys that a token sees, in an order that depends on the token's place alone: keys
/// fill up whole tiles, whose last weights are 0, and tiles are added one by one.
///
/// A product over up to [#SUM] keys is one chain of multiply-adds for each of its elements, from
/// the first key to the last, whatever its other sizes are: OpenBLAS cuts longer sums, in other
/// places for other sizes (`GEMM_Q`). Zeros at a chain's end change nothing, nor do they change the
/// sums of a softmax, whose lanes are 16 keys apart.
final class KeyTiles {
  /// Keys that are read together at least.
  static final int TILE = 64;

  /// Keys of one product.
  private static final int SUM = 256;

  /// The keys that are read where `keys` are seen.
  static long padded(long keys) {
    return (keys + TILE - 1) / TILE * TILE;
  }

  /// `[b, s, t]` times `[b, t, d]`.
  static Tensor product(Tensor weights, Tensor values) {
    long t = weights.size(-1);
    Tensor sum = tile(weights, values, 0, t);
    for (long from = SUM; from < t; from += SUM) {
      sum = sum.add_(tile(weights, values, from, t));
    }
    return sum;
  }

  private static Tensor tile(Tensor weights, Tensor values, long from, long t) {
    long count = Math.min(SUM, t - from);
    return ConstantProducts.batched(weights.narrow(-1, from, count), values.narrow(1, from, count));
  }

  private KeyTiles() {}
}
