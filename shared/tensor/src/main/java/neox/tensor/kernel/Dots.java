package neox.tensor.kernel;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// Dot products of four rows of weights with one or two rows of float32, in vectors.
///
/// Every sum is made in one order, whichever of the methods makes it and whether the JVM interprets
/// or compiles it: lane `l` adds the products of columns `l`, `l + L`, `l + 2L`, … with fused
/// multiplication, the `L` lanes are added in halves ([#sum]), and the columns that fill no vector
/// come last. So a row's result does not depend on the rows beside it.
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

  /// Sign, exponent and mantissa of a float16 where those of a float32 are.
  private static final int FLOAT16_SHIFT = 13;

  private static final int FLOAT16_BITS = 0x8fffe000;

  private static final VectorShuffle<Float> HALVES = swap(8);
  private static final VectorShuffle<Float> QUARTERS = swap(4);
  private static final VectorShuffle<Float> PAIRS = swap(2);
  private static final VectorShuffle<Float> NEIGHBOURS = swap(1);

  private static VectorShuffle<Float> swap(int lanes) {
    return VectorShuffle.fromOp(FLOATS, lane -> lane ^ Math.min(lanes, LANES / 2));
  }

  /// What makes the exponent of a float16 one of a float32.
  private static final float FLOAT16_BIAS = 0x1p112f;

  /// As many lanes of a type that is narrower by that factor.
  private static <T> VectorSpecies<T> of(Class<T> type, int narrower) {
    int bits = Math.max(FLOATS.vectorBitSize() / narrower, VectorShape.S_64_BIT.vectorBitSize());
    return VectorSpecies.of(type, VectorShape.forBitSize(bits));
  }

  /// Whether vectors of all formats have as many lanes.
  static boolean areWide() {
    return LANES <= 16 && BYTES.length() == LANES;
  }

  /// The four rows of weights: the addresses of their first columns.
  record Rows(NumberFormat format, long a, long b, long c, long d) {}

  /// Four rows with one: `sums[0]` to `sums[3]`.
  ///
  /// @param x the address of float32 numbers
  static void one(Rows rows, long x, int columns, float[] sums) {
    switch (rows.format()) {
      case FLOAT32 -> float32(rows, x, columns, sums);
      case BFLOAT16 -> bfloat16(rows, x, columns, sums);
      case FLOAT16 -> float16(rows, x, columns, sums);
      case INT8 -> int8(rows, x, columns, sums);
    }
    int from = FLOATS.loopBound(columns);
    if (from < columns) {
      sums[0] = rest(rows.format(), rows.a(), x, from, columns, sums[0]);
      sums[1] = rest(rows.format(), rows.b(), x, from, columns, sums[1]);
      sums[2] = rest(rows.format(), rows.c(), x, from, columns, sums[2]);
      sums[3] = rest(rows.format(), rows.d(), x, from, columns, sums[3]);
    }
  }

  private static void float32(Rows rows, long x, int columns, float[] sums) {
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
    sum(a, b, c, d, sums, 0);
  }

  private static void bfloat16(Rows rows, long x, int columns, float[] sums) {
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
    sum(a, b, c, d, sums, 0);
  }

  private static void float16(Rows rows, long x, int columns, float[] sums) {
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
    sum(a, b, c, d, sums, 0);
  }

  private static void int8(Rows rows, long x, int columns, float[] sums) {
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
    sum(a, b, c, d, sums, 0);
  }

  /// Four rows of float32 with two: `sums[0]` to `sums[3]` with x, `sums[4]` to `sums[7]` with y.
  static void two(Rows rows, long x, long y, int columns, float[] sums) {
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
    sum(ax, bx, cx, dx, sums, 0);
    sum(ay, by, cy, dy, sums, ROWS);
    if (vectors < columns) {
      long[] addresses = {rows.a(), rows.b(), rows.c(), rows.d()};
      for (int row = 0; row < ROWS; row++) {
        long w = addresses[row];
        sums[row] = rest(NumberFormat.FLOAT32, w, x, vectors, columns, sums[row]);
        sums[ROWS + row] = rest(NumberFormat.FLOAT32, w, y, vectors, columns, sums[ROWS + row]);
      }
    }
  }

  /// Writes a row as float32, unscaled.
  static void widen(NumberFormat format, long row, int columns, long target) {
    switch (format) {
      case FLOAT32 -> throw new IllegalArgumentException("float32 is as wide as it gets");
      case BFLOAT16 -> widenBfloat16(row, columns, target);
      case FLOAT16 -> widenFloat16(row, columns, target);
      case INT8 -> widenInt8(row, columns, target);
    }
    for (int i = FLOATS.loopBound(columns); i < columns; i++) {
      Memory.set(NumberFormat.FLOAT32, target, i, Memory.get(format, row, i));
    }
  }

  private static void widenBfloat16(long row, int columns, long target) {
    for (int i = 0; i < FLOATS.loopBound(columns); i += LANES) {
      write(ofBfloat16(row + (long) i * Short.BYTES), target, i);
    }
  }

  private static void widenFloat16(long row, int columns, long target) {
    for (int i = 0; i < FLOATS.loopBound(columns); i += LANES) {
      write(ofFloat16(row + (long) i * Short.BYTES), target, i);
    }
  }

  private static void widenInt8(long row, int columns, long target) {
    for (int i = 0; i < FLOATS.loopBound(columns); i += LANES) {
      write(ofInt8(row + i), target, i);
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

  /// The bias of the exponent comes last, and makes normal numbers of subnormal ones, too. (Infinity
  /// and NaN become large numbers: weights are neither.)
  private static FloatVector ofFloat16(long address) {
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

  private static FloatVector ofInt8(long address) {
    ByteVector narrow = ByteVector.fromMemorySegment(BYTES, Memory.ALL, address, ORDER);
    return (FloatVector) narrow.castShape(FLOATS, 0);
  }

  private static void sum(
      FloatVector a, FloatVector b, FloatVector c, FloatVector d, float[] sums, int from) {
    sums[from] = sum(a);
    sums[from + 1] = sum(b);
    sums[from + 2] = sum(c);
    sums[from + 3] = sum(d);
  }

  /// The first half of the lanes plus the second, again and again. (The API's own sum has no fixed
  /// order.)
  private static float sum(FloatVector lanes) {
    FloatVector sum = LANES == 16 ? lanes.add(lanes.rearrange(HALVES)) : lanes;
    sum = sum.add(sum.rearrange(QUARTERS));
    sum = sum.add(sum.rearrange(PAIRS));
    return sum.add(sum.rearrange(NEIGHBOURS)).lane(0);
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
