package neox.tensor.kernel;

/// Dot products of four rows of weights with one or two rows of float32, in vectors.
///
/// Every sum is made in one order, whichever of the methods makes it and whether the JVM interprets
/// or compiles it: lane `l` adds the products of columns `l`, `l + L`, `l + 2L`, … with fused
/// multiplication, the `L` lanes are added in halves ([Lanes#four]), and the columns that fill no
/// vector come last. So a row's result does not depend on the rows beside it.
final class Dots {
  /// Rows of weights that are computed together.
  static final int ROWS = 4;

  /// Where [#four] has its second sums.
  static final int BEHIND_TWO = 2 * ROWS * Lanes.COUNT;

  /// Whether [#four] has registers for its sums.
  static final boolean HAS_FOUR = Lanes.COUNT == 16;

  /// Room for the sums of [#one], [#two] and [#four].
  static float[] sums() {
    return new float[ROWS * ROWS * Lanes.COUNT];
  }

  /// The four rows of weights: the addresses of their first columns.
  record Rows(NumberFormat format, long a, long b, long c, long d) {}

  /// Four rows with one: `sums[0]`, and so on in [Lanes#FOUR] distances.
  ///
  /// @param x the address of float32 numbers
  static void one(Rows rows, long x, int columns, float[] sums) {
    switch (rows.format()) {
      case FLOAT32 -> Loops.float32(rows, x, columns, sums);
      case BFLOAT16 -> Loops.bfloat16(rows, x, columns, sums);
      case FLOAT16 -> Loops.float16(rows, x, columns, sums);
      case INT8 -> Loops.int8(rows, x, columns, sums);
    }
    Lanes.four(sums);
    if (Lanes.end(columns) < columns) {
      rest(rows, x, columns, sums, 0, Lanes.FOUR);
    }
  }

  /// Four rows of float32 with two: `sums[0]`, and so on in [Lanes#EIGHT] distances, first with x,
  /// then with y.
  static void two(Rows rows, long x, long y, int columns, float[] sums) {
    Loops.two(rows, x, y, columns, sums);
    Lanes.eight(sums, 0);
    if (Lanes.end(columns) < columns) {
      rest(rows, x, columns, sums, 0, Lanes.EIGHT);
      rest(rows, y, columns, sums, ROWS * Lanes.EIGHT, Lanes.EIGHT);
    }
  }

  /// The addresses of four rows of float32.
  record Four(long a, long b, long c, long d) {}

  /// Four rows of float32 with four: those with a and b as [#two] has them, and behind room for
  /// eight vectors those with c and d.
  static void four(Rows rows, Four x, int columns, float[] sums) {
    Loops.four(rows, x, columns, sums);
    Lanes.eight(sums, 0);
    Lanes.eight(sums, BEHIND_TWO);
    if (Lanes.end(columns) < columns) {
      rest(rows, x.a(), columns, sums, 0, Lanes.EIGHT);
      rest(rows, x.b(), columns, sums, ROWS * Lanes.EIGHT, Lanes.EIGHT);
      rest(rows, x.c(), columns, sums, BEHIND_TWO, Lanes.EIGHT);
      rest(rows, x.d(), columns, sums, BEHIND_TWO + ROWS * Lanes.EIGHT, Lanes.EIGHT);
    }
  }

  /// Writes a row as float32, unscaled.
  static void widen(NumberFormat format, long row, int columns, long target) {
    switch (format) {
      case FLOAT32 -> throw new IllegalArgumentException("float32 is as wide as it gets");
      case BFLOAT16 -> Loops.widenBfloat16(row, columns, target);
      case FLOAT16 -> Loops.widenFloat16(row, columns, target);
      case INT8 -> Loops.widenInt8(row, columns, target);
    }
    for (int i = Lanes.end(columns); i < columns; i++) {
      Memory.setFloat32(target, i, Memory.get(format, row, i));
    }
  }

  /// Adds the columns that fill no vector to the sums of four rows.
  private static void rest(Rows rows, long x, int columns, float[] sums, int first, int distance) {
    sums[first] = rest(rows.format(), rows.a(), x, columns, sums[first]);
    int b = first + distance;
    sums[b] = rest(rows.format(), rows.b(), x, columns, sums[b]);
    int c = b + distance;
    sums[c] = rest(rows.format(), rows.c(), x, columns, sums[c]);
    int d = c + distance;
    sums[d] = rest(rows.format(), rows.d(), x, columns, sums[d]);
  }

  private static float rest(NumberFormat format, long row, long x, int columns, float sum) {
    float total = sum;
    for (int i = Lanes.end(columns); i < columns; i++) {
      total = Math.fma(Memory.get(format, row, i), Memory.float32(x, i), total);
    }
    return total;
  }

  private Dots() {}
}
