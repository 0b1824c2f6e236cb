package neox.weights;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// XXH64 with seed 0, after the "XXH64 Algorithm Description" of its author, Yann Collet.
///
/// The loop reads direct buffers alone. One that has seen memory of several kinds (arrays, mapped
/// files) asks at every word which it is, and takes twice to ten times as long.
final class XxHash64 {
  private static final long P1 = 0x9E3779B185EBCA87L;
  private static final long P2 = 0xC2B2AE3D27D4EB4FL;
  private static final long P3 = 0x165667B19E3779F9L;
  private static final long P4 = 0x85EBCA77C2B2AE63L;
  private static final long P5 = 0x27D4EB2F165667C5L;

  /// P1 + P2, modulo 2^64.
  private static final long P1_P2 = 0x60EA27EEADC0B5D6L;

  private static final int STRIPE = 4 * Long.BYTES;

  /// The hash of all bytes, which are fewer than 2^31.
  static long of(MemorySegment bytes) {
    if (bytes.isNative()) {
      return of(bytes.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN));
    }
    try (Arena arena = Arena.ofConfined()) {
      return of(arena.allocate(bytes.byteSize()).copyFrom(bytes));
    }
  }

  private static long of(ByteBuffer bytes) {
    int size = bytes.capacity();
    int at = size - size % STRIPE;
    long hash = (at == 0 ? P5 : stripes(bytes, at)) + size;
    for (; at + Long.BYTES <= size; at += Long.BYTES) {
      hash = Long.rotateLeft(hash ^ round(0, bytes.getLong(at)), 27) * P1 + P4;
    }
    if (at + Integer.BYTES <= size) {
      long word = Integer.toUnsignedLong(bytes.getInt(at));
      hash = Long.rotateLeft(hash ^ word * P1, 23) * P2 + P3;
      at += Integer.BYTES;
    }
    for (; at < size; at++) {
      long octet = Byte.toUnsignedLong(bytes.get(at));
      hash = Long.rotateLeft(hash ^ octet * P5, 11) * P1;
    }
    hash = (hash ^ hash >>> 33) * P2;
    hash = (hash ^ hash >>> 29) * P3;
    return hash ^ hash >>> 32;
  }

  /// Four lanes over the bytes up to `end`, merged.
  private static long stripes(ByteBuffer bytes, int end) {
    long a = P1_P2;
    long b = P2;
    long c = 0;
    long d = -P1;
    for (int at = 0; at < end; at += STRIPE) {
      a = round(a, bytes.getLong(at));
      b = round(b, bytes.getLong(at + Long.BYTES));
      c = round(c, bytes.getLong(at + 2 * Long.BYTES));
      d = round(d, bytes.getLong(at + 3 * Long.BYTES));
    }
    long hash =
        Long.rotateLeft(a, 1)
            + Long.rotateLeft(b, 7)
            + Long.rotateLeft(c, 12)
            + Long.rotateLeft(d, 18);
    for (long lane : new long[] {a, b, c, d}) {
      hash = (hash ^ round(0, lane)) * P1 + P4;
    }
    return hash;
  }

  private static long round(long lane, long input) {
    return Long.rotateLeft(lane + input * P2, 31) * P1;
  }

  private XxHash64() {}
}
