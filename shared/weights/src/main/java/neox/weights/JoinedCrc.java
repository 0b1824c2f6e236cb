package neox.weights;

/// The CRC-32 of bytes whose parts were checked apart (as by several threads).
///
/// The register of a CRC is a polynomial over GF(2) modulo the generator. To append `n` bytes to a
/// message multiplies it by x^(8n), so crc(a + b) = crc(a) · x^(8 |b|) + crc(b).
public final class JoinedCrc {
  /// The generator of zip's CRC-32, without x^32, lowest power in the highest bit.
  private static final int GENERATOR = 0xedb8_8320;

  private static final int ONE = 1 << 31;
  private static final int X = 1 << 30;

  private int crc;

  /// Appends a part.
  ///
  /// @param partCrc its own CRC-32
  /// @param bytes its length
  public void append(long partCrc, long bytes) {
    crc = product(power(Byte.SIZE * bytes), crc) ^ (int) partCrc;
  }

  public long value() {
    return Integer.toUnsignedLong(crc);
  }

  /// x^n modulo the generator.
  private static int power(long n) {
    int power = ONE;
    int square = X;
    for (long left = n; left != 0; left >>>= 1) {
      if ((left & 1) != 0) {
        power = product(power, square);
      }
      square = product(square, square);
    }
    return power;
  }

  /// a · b modulo the generator.
  private static int product(int a, int b) {
    int product = 0;
    int shifted = b;
    for (int bit = ONE; bit != 0; bit >>>= 1) {
      if ((a & bit) != 0) {
        product ^= shifted;
      }
      shifted = (shifted >>> 1) ^ (GENERATOR & -(shifted & 1));
    }
    return product;
  }
}
