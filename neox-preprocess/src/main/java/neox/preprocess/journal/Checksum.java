package neox.preprocess.journal;

import java.util.zip.CRC32C;

/// CRC-32C of a growing sequence of bytes, of which only the sum so far need be kept.
///
/// The JDK's implementation is fast but cannot start from a given sum. So each piece is summed by
/// it alone, and the two sums are joined: appending `n` bytes multiplies the sum by x^(8n) modulo
/// the polynomial, over GF(2).
public final class Checksum {
  private static final int POLYNOMIAL = 0x82f63b78; // reflected
  private static final int ONE = 1 << 31; // the polynomial 1, reflected
  private static final int X_8 = 1 << 23; // the polynomial x^8, reflected

  /// The sum of what `sum` stands for followed by `bytes[from, to)`.
  public static int extend(int sum, byte[] bytes, int from, int to) {
    CRC32C piece = new CRC32C();
    piece.update(bytes, from, to - from);
    return join(sum, (int) piece.getValue(), to - from);
  }

  /// The sum of what `sum` stands for followed by the `length` bytes that `next` stands for.
  public static int join(int sum, int next, long length) {
    return times(power(length), sum) ^ next;
  }

  /// x^(8n), by repeated squaring.
  private static int power(long n) {
    int result = ONE;
    int square = X_8;
    for (long rest = n; rest > 0; rest >>= 1) {
      if ((rest & 1) != 0) {
        result = times(square, result);
      }
      square = times(square, square);
    }
    return result;
  }

  private static int times(int a, int b) {
    int product = 0;
    int shifted = b;
    for (int bit = ONE; bit != 0; bit >>>= 1) {
      if ((a & bit) != 0) {
        product ^= shifted;
      }
      shifted = (shifted & 1) != 0 ? (shifted >>> 1) ^ POLYNOMIAL : shifted >>> 1;
    }
    return product;
  }

  private Checksum() {}
}
