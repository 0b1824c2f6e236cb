package neox.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;

/// Damages files as disks, networks and hostile hands do; the same seed damages the same way.
public final class Mutations {
  private static final long[] HOSTILE = {
    -1, 0, 1, 1L << 31, 0xffffffffL, 1L << 40, 1L << 50, 1L << 62, Long.MAX_VALUE, Long.MIN_VALUE
  };

  private final Random random;

  public Mutations(long seed) {
    this.random = new Random(seed);
  }

  /// A damaged copy of a file that is not empty.
  ///
  /// @param other what may be spliced in
  public byte[] damage(byte[] file, byte[] other) {
    byte[] copy = file.clone();
    int at = position(file.length);
    int length = 1 + random.nextInt(Math.min(64, file.length - at));
    switch (random.nextInt(8)) {
      case 0 -> copy[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> copy[at] = (byte) random.nextInt(256);
      case 2 -> Arrays.fill(copy, at, at + length, (byte) 0);
      case 3 -> copy = Arrays.copyOf(copy, at);
      case 4 -> copy = join(copy, 0, at, copy, Math.max(0, at - length), copy.length);
      case 5 -> copy = join(copy, 0, at, copy, at + length, copy.length);
      case 6 -> hostileNumber(copy, at);
      default -> copy = join(copy, 0, at, other, Math.min(at, other.length), other.length);
    }
    return copy;
  }

  /// Half of all damage hits the first hundred bytes, where headers lie.
  private int position(int length) {
    return random.nextInt(random.nextBoolean() ? Math.min(100, length) : length);
  }

  private void hostileNumber(byte[] copy, int at) {
    ByteBuffer number = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    number.putLong(0, HOSTILE[random.nextInt(HOSTILE.length)] + random.nextInt(3) - 1);
    System.arraycopy(number.array(), 0, copy, at, Math.min(Long.BYTES, copy.length - at));
  }

  private static byte[] join(byte[] a, int aFrom, int aTo, byte[] b, int bFrom, int bTo) {
    byte[] joined = Arrays.copyOf(Arrays.copyOfRange(a, aFrom, aTo), aTo - aFrom + bTo - bFrom);
    System.arraycopy(b, bFrom, joined, aTo - aFrom, bTo - bFrom);
    return joined;
  }
}
