package neox.preprocess;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;

/// Damages bytes as disks, networks and enemies do. The same seed gives the same damage.
public final class Mutations {
  private static final long[] HOSTILE = {
    0,
    -1,
    1,
    0x7f,
    0xff,
    0xffff,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    1L << 62,
    1L << 32
  };

  private final Random dice;

  public Mutations(long seed) {
    dice = new Random(seed);
  }

  /// One to three damages of `original`, which stays as it is.
  public byte[] of(byte[] original) {
    byte[] bytes = original.clone();
    for (int left = 1 + dice.nextInt(3); left > 0 && bytes.length > 0; left--) {
      bytes = one(bytes);
    }
    return bytes;
  }

  private byte[] one(byte[] bytes) {
    int at = place(bytes.length);
    int to = Math.min(bytes.length, at + 1 + dice.nextInt(1 << dice.nextInt(10)));
    return switch (dice.nextInt(9)) {
      case 0 -> flipped(bytes, at);
      case 1 -> overwritten(bytes, at, new byte[] {(byte) dice.nextInt()});
      case 2 -> overwritten(bytes, at, new byte[to - at]);
      case 3 -> Arrays.copyOf(bytes, at);
      case 4 -> joined(bytes, 0, to, bytes, at, bytes.length); // the range twice
      case 5 -> joined(bytes, 0, at, bytes, to, bytes.length); // the range left out
      case 6 -> overwritten(bytes, at, number());
      case 7 -> inserted(bytes, at, number());
      default -> {
        int from = place(bytes.length); // a piece from elsewhere
        int length = Math.min(to - at, bytes.length - from);
        yield overwritten(bytes, at, Arrays.copyOfRange(bytes, from, from + length));
      }
    };
  }

  /// Heads and ends hold what steers a reader, and so are hit more often.
  private int place(int length) {
    int near = Math.min(length, 64);
    return switch (dice.nextInt(4)) {
      case 0 -> dice.nextInt(near);
      case 1 -> length - 1 - dice.nextInt(near);
      default -> dice.nextInt(length);
    };
  }

  private byte[] number() {
    long value = HOSTILE[dice.nextInt(HOSTILE.length)];
    ByteOrder order = dice.nextBoolean() ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    return switch (dice.nextInt(4)) {
      case 0 -> new byte[] {(byte) value};
      case 1 -> ByteBuffer.allocate(4).order(order).putInt((int) value).array();
      case 2 -> ByteBuffer.allocate(8).order(order).putLong(value).array();
      default -> varint(value);
    };
  }

  private static byte[] varint(long value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
    return out.toByteArray();
  }

  private byte[] flipped(byte[] bytes, int at) {
    bytes[at] ^= (byte) (1 << dice.nextInt(8));
    return bytes;
  }

  private static byte[] overwritten(byte[] bytes, int at, byte[] with) {
    System.arraycopy(with, 0, bytes, at, Math.min(with.length, bytes.length - at));
    return bytes;
  }

  private static byte[] inserted(byte[] bytes, int at, byte[] what) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(bytes, 0, at);
    out.writeBytes(what);
    out.write(bytes, at, bytes.length - at);
    return out.toByteArray();
  }

  private static byte[] joined(byte[] a, int aFrom, int aTo, byte[] b, int bFrom, int bTo) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(a, aFrom, aTo - aFrom);
    out.write(b, bFrom, bTo - bFrom);
    return out.toByteArray();
  }
}
