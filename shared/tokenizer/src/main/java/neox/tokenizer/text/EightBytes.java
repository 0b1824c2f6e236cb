package neox.tokenizer.text;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Eight bytes of a text in one long, the first in the lowest bits, and what can be asked of all at
/// once. Answers stand in bit 7 of each byte.
public final class EightBytes {
  public static final int SIZE = Long.BYTES;
  static final long HIGH_BITS = 0x8080808080808080L;
  private static final long ONES = 0x0101010101010101L;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  public static long at(byte[] text, int at) {
    return (long) LONGS.get(text, at);
  }

  /// The first `length` of eight bytes, without looking past them.
  public static long start(byte[] text, int at, int length) {
    long bytes = 0;
    for (int i = 0; i < length; i++) {
      bytes |= (text[at + i] & 0xFFL) << (8 * i);
    }
    return bytes;
  }

  /// One byte eight times over.
  public static long repeat(int unsignedByte) {
    return unsignedByte * ONES;
  }

  static boolean isAscii(long bytes) {
    return (bytes & HIGH_BITS) == 0;
  }

  /// Which bytes are zero; the other bits of the answer are zero.
  public static long zeros(long bytes) {
    return ~(((bytes & ~HIGH_BITS) + ~HIGH_BITS) | bytes) & HIGH_BITS;
  }

  /// Which ASCII bytes are between two characters; the other bits of the answer are anything.
  static long between(long ascii, int low, int high) {
    return (ascii + repeat(0x80 - low)) & ~(ascii + repeat(0x7F - high));
  }

  /// Which ASCII bytes are this character; the other bits of the answer are anything.
  static long equal(long ascii, int character) {
    return ~((ascii ^ repeat(character)) + ~HIGH_BITS);
  }

  /// Gathers the answers into the lowest eight bits, that of the first byte lowest.
  static long gather(long answers) {
    return (((answers & HIGH_BITS) >>> 7) * 0x0102040810204080L) >>> 56;
  }

  private EightBytes() {}
}
