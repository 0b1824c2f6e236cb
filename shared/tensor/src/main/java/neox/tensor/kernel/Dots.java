package neox.tensor.kernel;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// Dot products of four rows of weights with one or two rows of float32, in vectors.
///
/// Every sum is made in one order, whichever of the methods makes it and whether the JVM interprets
/// or compiles it: lane `l` adds the products of columns `l`, `l + L`, `l + 2L`, … with fused
/// multiplication, the `L` lanes are added pair by pair ([#sum]), and the columns that fill no
/// vector come last. So a row's result does not depend on the rows beside it.
///
/// Four rows are enough to have loads and additions overlap; memory is the limit then.
final class Dots {
  /// Rows of weights that are computed together.
  static final int ROWS = 4;

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = FLOATS.withLanes(int.class);
  private static final VectorSpecies<Short> SHORTS = of(short.class, 2);
  private static final VectorSpecies<Byte> BYTES = of(byte.class, 4);
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final int LANES = FLOATS.length();
  private static final int BFLOAT16_SHIFT = 16;

  /// What makes the exponent of a float16 one of a float32.
  private static final float FLOAT16_BIAS = 0x1p112f;

  /// As many lanes of a type that is narrower by that factor.
  private static <T> VectorSpecies<T> of(Class<T> type, int narrower) {
    int bits = Math.max(FLOATS.vectorBitSize() / narrower, VectorShape.S_64_BIT.vectorBitSize());
    return VectorSpecies.of(type, VectorShape.forBitSize(bits));
  }

  /// Whether vectors of all formats have as many lanes.
  static boolean areWide() {
    return BYTES.length() == LANES;
  }

  /// Floats of scratch memory that [#one] and [#two] need for a sum.
  static int lanes() {
    return LANES;
  }

  /// The four rows of weights: the addresses of their first columns.
  record Rows(NumberFormat format, long a, long b, long c, long d) {}

  /// Four rows with one: `sums[0]` to `sums[3]`.
  ///
  /// @param x the address of float32 numbers
  /// @param lanes of four sums
  static void one(Rows rows, long x, int columns, float[] lanes, float[] sums) {
    switch (rows.format()) {
      case FLOAT32 -> float32(rows, x, columns, lanes);
      case BFLOAT16 -> bfloat16(rows, x, columns, lanes);
      case FLOAT16 -> float16(rows, x, columns, lanes);
      case INT8 -> int8(rows, x, columns, lanes);
    }
    int from = FLOATS.loopBound(columns);
    sums[0] = rest(rows.format(), rows.a(), x, from, columns, sum(lanes, 0));
    sums[1] = rest(rows.format(), rows.b(), x, from, columns, sum(lanes, LANES));
    sums[2] = rest(rows.format(), rows.c(), x, from, columns, sum(lanes, 2 * LANES));
    sums[3] = rest(rows.format(), rows.d(), x, from, columns, sum(lanes, 3 * LANES));
  }

  private static void float32(Rows rows, long x, int columns, float[] lanes) {
    FloatVector a = FloatVector.zero(FLOATS);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    for (int i = 0; i < FLOATS.loopBound(columns); i += LANES) {
      long at = (long) i * Float.BYTES;
      FloatVector right = floats(x + at);
      a = floats(rows.a() + at).fma(right, a);
      b = floats(rows.b() + at).fma(right, b);
      c = floats(rows.c() + at).fma(right, c);
      d = floats(rows.d() + at).fma(right, d);
    }
    store(a, b, c, d, lanes, 0);
  }

  private static void bfloat16(Rows rows, long x, int columns, float[] lanes) {
    FloatVector a = FloatVector.zero(FLOATS);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    for (int i = 0; i < FLOATS.loopBound(columns); i += LANES) {
      long at = (long) i * Short.BYTES;
      FloatVector right = floats(x + (long) i * Float.BYTES);
      a = ofBfloat16(rows.a() + at).fma(right, a);
      b = ofBfloat16(rows.b() + at).fma(right, b);
      c = ofBfloat16(rows.c() + at).fma(right, c);
      d = ofBfloat16(rows.d() + at).fma(right, d);
    }
    store(a, b, c, d, lanes, 0);
  }

  private static void float16(Rows rows, long x, int columns, float[] lanes) {
    FloatVector a = FloatVector.zero(FLOATS);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    for (int i = 0; i < FLOATS.loopBound(columns); i += LANES) {
      long at = (long) i * Short.BYTES;
      FloatVector right = floats(x + (long) i * Float.BYTES);
      a = ofFloat16(rows.a() + at).fma(right, a);
      b = ofFloat16(rows.b() + at).fma(right, b);
      c = ofFloat16(rows.c() + at).fma(right, c);
      d = ofFloat16(rows.d() + at).fma(right, d);
    }
    store(a, b, c, d, lanes, 0);
  }

  private static void int8(Rows rows, long x, int columns, float[] lanes) {
    FloatVector a = FloatVector.zero(FLOATS);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    for (int i = 0; i < FLOATS.loopBound(columns); i += LANES) {
      FloatVector right = floats(x + (long) i * Float.BYTES);
      a = ofInt8(rows.a() + i).fma(right, a);
      b = ofInt8(rows.b() + i).fma(right, b);
      c = ofInt8(rows.c() + i).fma(right, c);
      d = ofInt8(rows.d() + i).fma(right, d);
    }
    store(a, b, c, d, lanes, 0);
  }

  /// Four rows of float32 with two: `sums[0]` to `sums[3]` with x, `sums[4]` to `sums[7]` with y.
  ///
  /// @param lanes of eight sums
  static void two(Rows rows, long x, long y, int columns, float[] lanes, float[] sums) {
    FloatVector ax = FloatVector.zero(FLOATS);
    FloatVector bx = ax;
    FloatVector cx = ax;
    FloatVector dx = ax;
    FloatVector ay = ax;
    FloatVector by = ax;
    FloatVector cy = ax;
    FloatVector dy = ax;
    int vectors = FLOATS.loopBound(columns);
    for (int i = 0; i < vectors; i += LANES) {
      long at = (long) i * Float.BYTES;
      FloatVector ofX = floats(x + at);
      FloatVector ofY = floats(y + at);
      FloatVector a = floats(rows.a() + at);
      ax = a.fma(ofX, ax);
      ay = a.fma(ofY, ay);
      FloatVector b = floats(rows.b() + at);
      bx = b.fma(ofX, bx);
      by = b.fma(ofY, by);
      FloatVector c = floats(rows.c() + at);
      cx = c.fma(ofX, cx);
      cy = c.fma(ofY, cy);
      FloatVector d = floats(rows.d() + at);
      dx = d.fma(ofX, dx);
      dy = d.fma(ofY, dy);
    }
    store(ax, bx, cx, dx, lanes, 0);
    store(ay, by, cy, dy, lanes, ROWS * LANES);
    long[] addresses = {rows.a(), rows.b(), rows.c(), rows.d()};
    for (int row = 0; row < ROWS; row++) {
      float ofX = sum(lanes, row * LANES);
      float ofY = sum(lanes, (ROWS + row) * LANES);
      sums[row] = rest(NumberFormat.FLOAT32, addresses[row], x, vectors, columns, ofX);
      sums[ROWS + row] = rest(NumberFormat.FLOAT32, addresses[row], y, vectors, columns, ofY);
    }
  }

  /// Writes a row as float32, unscaled.
  static void widen(NumberFormat format, long row, int columns, long target) {
    int vectors = FLOATS.loopBound(columns);
    switch (format) {
      case FLOAT32 -> {
        for (int i = 0; i < vectors; i += LANES) {
          write(floats(row + (long) i * Float.BYTES), target, i);
        }
      }
      case BFLOAT16 -> {
        for (int i = 0; i < vectors; i += LANES) {
          write(ofBfloat16(row + (long) i * Short.BYTES), target, i);
        }
      }
      case FLOAT16 -> {
        for (int i = 0; i < vectors; i += LANES) {
          write(ofFloat16(row + (long) i * Short.BYTES), target, i);
        }
      }
      case INT8 -> {
        for (int i = 0; i < vectors; i += LANES) {
          write(ofInt8(row + i), target, i);
        }
      }
    }
    for (int i = vectors; i < columns; i++) {
      Memory.set(NumberFormat.FLOAT32, target, i, Memory.get(format, row, i));
    }
  }

  private static void write(FloatVector wide, long target, int index) {
    wide.intoMemorySegment(Memory.ALL, target + (long) index * Float.BYTES, ORDER);
  }

  private static FloatVector floats(long address) {
    return FloatVector.fromMemorySegment(FLOATS, Memory.ALL, address, ORDER);
  }

  private static FloatVector ofBfloat16(long address) {
    return halves(address).lanewise(VectorOperators.LSHL, BFLOAT16_SHIFT).reinterpretAsFloats();
  }

  /// Sign, then exponent and mantissa in their new places, then the bias of the exponent, which
  /// makes normal numbers of subnormal ones, too. (Infinity and NaN become large numbers: weights
  /// are neither.)
  private static FloatVector ofFloat16(long address) {
    IntVector bits = halves(address);
    IntVector sign = bits.and(0x8000).lanewise(VectorOperators.LSHL, 16);
    FloatVector magnitude =
        bits.and(0x7fff).lanewise(VectorOperators.LSHL, 13).reinterpretAsFloats();
    return magnitude.mul(FLOAT16_BIAS).reinterpretAsInts().or(sign).reinterpretAsFloats();
  }

  private static IntVector halves(long address) {
    ShortVector narrow = ShortVector.fromMemorySegment(SHORTS, Memory.ALL, address, ORDER);
    return (IntVector) narrow.convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
  }

  private static FloatVector ofInt8(long address) {
    ByteVector narrow = ByteVector.fromMemorySegment(BYTES, Memory.ALL, address, ORDER);
    return (FloatVector) narrow.castShape(FLOATS, 0);
  }

  private static void store(
      FloatVector a, FloatVector b, FloatVector c, FloatVector d, float[] lanes, int from) {
    a.intoArray(lanes, from);
    b.intoArray(lanes, from + LANES);
    c.intoArray(lanes, from + 2 * LANES);
    d.intoArray(lanes, from + 3 * LANES);
  }

  /// Of the lanes from there on, the first half plus the second, again and again.
  private static float sum(float[] lanes, int from) {
    for (int half = LANES / 2; half > 0; half /= 2) {
      for (int i = 0; i < half; i++) {
        lanes[from + i] += lanes[from + half + i];
      }
    }
    return lanes[from];
  }

  private static float rest(
      NumberFormat format, long row, long x, int from, int columns, float sum) {
    float total = sum;
    for (int i = from; i < columns; i++) {
      float right = Memory.ALL.get(ValueLayout.JAVA_FLOAT_UNALIGNED, x + (long) i * Float.BYTES);
      total = Math.fma(Memory.get(format, row, i), right, total);
    }
    return total;
  }

  private Dots() {}
}
