package neox.tensor.kernel;

import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// Vectors of float32: read from numbers of all formats, and added up.
///
/// Methods that take or give vectors are short: the compiler takes those apart wherever they are
/// called from (`MaxInlineSize`, 35 bytes), while the vectors of a longer one may become objects.
/// Even of short ones it leaves some out where they call one another; sums are therefore folded in
/// their array, and no vector leaves the method that has read it.
final class Lanes {
  static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  static final int COUNT = FLOATS.length();

  /// How far apart [#four] leaves its sums.
  static final int FOUR = COUNT / 4;

  /// How far apart [#eight] leaves its sums.
  static final int EIGHT = COUNT / 8;

  private static final int MOST = 16;
  private static final VectorSpecies<Integer> INTS = FLOATS.withLanes(int.class);
  private static final VectorSpecies<Short> SHORTS = of(short.class, 2);
  private static final VectorSpecies<Byte> BYTES = of(byte.class, 4);
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private static final int BFLOAT16_SHIFT = 16;

  /// What is cut off of a float32, rounded down from a half.
  private static final int BELOW_HALF = 0x7fff;

  /// Sign, exponent and mantissa of a float16 where those of a float32 are.
  private static final int FLOAT16_SHIFT = 13;

  private static final int FLOAT16_BITS = 0x8fffe000;

  /// What makes the exponent of a float16 one of a float32.
  private static final float FLOAT16_BIAS = 0x1p112f;

  private static final Fold HALVES = Fold.of(COUNT / 2);
  private static final Fold QUARTERS = Fold.of(COUNT / 4);
  private static final Fold EIGHTHS = Fold.of(COUNT / 8);
  private static final Fold NEIGHBOURS = Fold.of(1);

  /// As many lanes of a type that is narrower by that factor.
  private static <T> VectorSpecies<T> of(Class<T> type, int narrower) {
    int bits = Math.max(FLOATS.vectorBitSize() / narrower, VectorShape.S_64_BIT.vectorBitSize());
    return VectorSpecies.of(type, VectorShape.forBitSize(bits));
  }

  /// Adding lanes to those `distance` away, of two vectors at once: the first one's sums come to
  /// the lower lanes, the second one's to the upper.
  ///
  /// @param swap brings both together
  /// @param upper the one that is further back
  private record Fold(VectorShuffle<Float> swap, VectorMask<Float> upper) {
    static Fold of(int distance) {
      boolean[] upper = new boolean[COUNT];
      for (int lane = 0; lane < COUNT; lane++) {
        upper[lane] = (lane & distance) != 0;
      }
      return new Fold(
          VectorShuffle.fromOp(FLOATS, lane -> lane ^ distance),
          VectorMask.fromArray(FLOATS, upper, 0));
    }

    /// The first `count` vectors of an array with the `count` behind them, in the place of the
    /// first.
    void fold(float[] sums, int from, int count) {
      int end = from + count * COUNT;
      for (int at = from; at < end; at += COUNT) {
        FloatVector a = FloatVector.fromArray(FLOATS, sums, at);
        FloatVector b = FloatVector.fromArray(FLOATS, sums, at + count * COUNT);
        FloatVector near = a.blend(b.rearrange(swap), upper);
        near.add(a.rearrange(swap).blend(b, upper)).intoArray(sums, at);
      }
    }

    /// The lanes of one vector, each in both of its places.
    void fold(float[] sums, int at) {
      FloatVector a = FloatVector.fromArray(FLOATS, sums, at);
      a.add(a.rearrange(swap)).intoArray(sums, at);
    }
  }

  /// Whether vectors of all formats have as many lanes.
  static boolean areWide() {
    return COUNT <= MOST && BYTES.length() == COUNT;
  }

  /// Where vectors end that begin with column 0.
  static int end(int columns) {
    return FLOATS.loopBound(columns);
  }

  /// The numbers of the vectors that hold so many.
  static int whole(int count) {
    return end(count + COUNT - 1);
  }

  static void write(FloatVector wide, long target, int index) {
    wide.intoMemorySegment(Memory.ALL, target + (long) index * Float.BYTES, ORDER);
  }

  /// Rounds to bfloat16, of two equally near to the even one.
  static void writeBfloat16(FloatVector wide, long target, int index) {
    shorts(rounded(wide.reinterpretAsInts()))
        .intoMemorySegment(Memory.ALL, target + (long) index * Short.BYTES, ORDER);
  }

  private static IntVector rounded(IntVector bits) {
    return bits.add(bits.lanewise(VectorOperators.LSHR, BFLOAT16_SHIFT).and(1)).add(BELOW_HALF);
  }

  private static ShortVector shorts(IntVector bits) {
    IntVector upper = bits.lanewise(VectorOperators.LSHR, BFLOAT16_SHIFT);
    return (ShortVector) upper.castShape(SHORTS, 0);
  }

  static FloatVector floats(long address) {
    return FloatVector.fromMemorySegment(FLOATS, Memory.ALL, address, ORDER);
  }

  static FloatVector ofBfloat16(long address) {
    return halves(address).lanewise(VectorOperators.LSHL, BFLOAT16_SHIFT).reinterpretAsFloats();
  }

  /// The bias of the exponent comes last, and makes normal numbers of subnormal ones, too.
  /// (Infinity and NaN become large numbers: weights are neither.)
  static FloatVector ofFloat16(long address) {
    return halves(address)
        .lanewise(VectorOperators.LSHL, FLOAT16_SHIFT)
        .and(FLOAT16_BITS)
        .reinterpretAsFloats()
        .mul(FLOAT16_BIAS);
  }

  /// With the sign in all upper bits.
  private static IntVector halves(long address) {
    ShortVector narrow = ShortVector.fromMemorySegment(SHORTS, Memory.ALL, address, ORDER);
    return (IntVector) narrow.castShape(INTS, 0);
  }

  static FloatVector ofInt8(long address) {
    ByteVector narrow = ByteVector.fromMemorySegment(BYTES, Memory.ALL, address, ORDER);
    return (FloatVector) narrow.castShape(FLOATS, 0);
  }

  /// Writes the sums of the lanes of four vectors, which follow one another in an array, over them,
  /// in [#FOUR] distances: the first half of the lanes plus the second, again and again. (The API's
  /// own sum has no fixed order.)
  static void four(float[] sums) {
    HALVES.fold(sums, 0, 2);
    QUARTERS.fold(sums, 0, 1);
    EIGHTHS.fold(sums, 0);
    neighbours(sums, 0);
  }

  /// The same of eight, from a place on, in [#EIGHT] distances.
  static void eight(float[] sums, int from) {
    HALVES.fold(sums, from, 4);
    QUARTERS.fold(sums, from, 2);
    EIGHTHS.fold(sums, from, 1);
    neighbours(sums, from);
  }

  private static void neighbours(float[] sums, int at) {
    if (COUNT == MOST) {
      NEIGHBOURS.fold(sums, at);
    }
  }

  /// The sum of the lanes of one vector: the first half of the lanes plus the second, again and
  /// again.
  static float one(float[] sums) {
    for (int half = COUNT / 2; half > 0; half /= 2) {
      for (int lane = 0; lane < half; lane++) {
        sums[lane] += sums[lane + half];
      }
    }
    return sums[0];
  }

  private Lanes() {}
}
