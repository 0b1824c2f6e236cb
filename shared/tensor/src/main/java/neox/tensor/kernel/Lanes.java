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

  /// Adding lanes to those `distance` away.
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

    /// Of two vectors at once: the first one's sums come to the lower lanes, the second one's to
    /// the upper.
    FloatVector of(FloatVector a, FloatVector b) {
      FloatVector near = a.blend(b.rearrange(swap), upper);
      return near.add(a.rearrange(swap).blend(b, upper));
    }

    FloatVector of(FloatVector a) {
      return a.add(a.rearrange(swap));
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

  static void write(FloatVector wide, long target, int index) {
    wide.intoMemorySegment(Memory.ALL, target + (long) index * Float.BYTES, ORDER);
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

  /// The sums of the lanes of each, in [#FOUR] distances: the first half of the lanes plus the
  /// second, again and again. (The API's own sum has no fixed order.)
  static void four(FloatVector a, FloatVector b, FloatVector c, FloatVector d, float[] sums) {
    FloatVector all = EIGHTHS.of(QUARTERS.of(HALVES.of(a, c), HALVES.of(b, d)));
    (COUNT == MOST ? NEIGHBOURS.of(all) : all).intoArray(sums, 0);
  }

  /// The same of twice as many, in [#EIGHT] distances, all of the first four before the others.
  static void eight(
      FloatVector a,
      FloatVector b,
      FloatVector c,
      FloatVector d,
      FloatVector e,
      FloatVector f,
      FloatVector g,
      FloatVector h,
      float[] sums) {
    FloatVector even = QUARTERS.of(HALVES.of(a, e), HALVES.of(c, g));
    FloatVector odd = QUARTERS.of(HALVES.of(b, f), HALVES.of(d, h));
    FloatVector all = EIGHTHS.of(even, odd);
    (COUNT == MOST ? NEIGHBOURS.of(all) : all).intoArray(sums, 0);
  }

  private Lanes() {}
}
