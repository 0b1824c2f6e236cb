package neox.tensor.kernel;

import jdk.incubator.vector.FloatVector;

/// The innermost loops, over whole vectors of columns.
///
/// The launcher tells the JVM to compile each by itself (`dontinline`): as a part of its callers
/// one may get larger than what the compiler still takes apart, and vectors would become objects.
///
/// Four rows are enough to have loads and additions overlap; memory is the limit then.
final class Loops {
  static void float32(Dots.Rows rows, long x, int columns, float[] sums) {
    FloatVector a = FloatVector.zero(Lanes.FLOATS);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    for (int i = 0; i < Lanes.end(columns); i += Lanes.COUNT) {
      long at = (long) i * Float.BYTES;
      FloatVector right = Lanes.floats(x + at);
      a = Lanes.floats(rows.a() + at).fma(right, a);
      b = Lanes.floats(rows.b() + at).fma(right, b);
      c = Lanes.floats(rows.c() + at).fma(right, c);
      d = Lanes.floats(rows.d() + at).fma(right, d);
    }
    a.intoArray(sums, 0);
    b.intoArray(sums, Lanes.COUNT);
    c.intoArray(sums, 2 * Lanes.COUNT);
    d.intoArray(sums, 3 * Lanes.COUNT);
  }

  static void bfloat16(Dots.Rows rows, long x, int columns, float[] sums) {
    FloatVector a = FloatVector.zero(Lanes.FLOATS);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    for (int i = 0; i < Lanes.end(columns); i += Lanes.COUNT) {
      long at = (long) i * Short.BYTES;
      FloatVector right = Lanes.floats(x + (long) i * Float.BYTES);
      a = Lanes.ofBfloat16(rows.a() + at).fma(right, a);
      b = Lanes.ofBfloat16(rows.b() + at).fma(right, b);
      c = Lanes.ofBfloat16(rows.c() + at).fma(right, c);
      d = Lanes.ofBfloat16(rows.d() + at).fma(right, d);
    }
    a.intoArray(sums, 0);
    b.intoArray(sums, Lanes.COUNT);
    c.intoArray(sums, 2 * Lanes.COUNT);
    d.intoArray(sums, 3 * Lanes.COUNT);
  }

  static void float16(Dots.Rows rows, long x, int columns, float[] sums) {
    FloatVector a = FloatVector.zero(Lanes.FLOATS);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    for (int i = 0; i < Lanes.end(columns); i += Lanes.COUNT) {
      long at = (long) i * Short.BYTES;
      FloatVector right = Lanes.floats(x + (long) i * Float.BYTES);
      a = Lanes.ofFloat16(rows.a() + at).fma(right, a);
      b = Lanes.ofFloat16(rows.b() + at).fma(right, b);
      c = Lanes.ofFloat16(rows.c() + at).fma(right, c);
      d = Lanes.ofFloat16(rows.d() + at).fma(right, d);
    }
    a.intoArray(sums, 0);
    b.intoArray(sums, Lanes.COUNT);
    c.intoArray(sums, 2 * Lanes.COUNT);
    d.intoArray(sums, 3 * Lanes.COUNT);
  }

  static void int8(Dots.Rows rows, long x, int columns, float[] sums) {
    FloatVector a = FloatVector.zero(Lanes.FLOATS);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    for (int i = 0; i < Lanes.end(columns); i += Lanes.COUNT) {
      FloatVector right = Lanes.floats(x + (long) i * Float.BYTES);
      a = Lanes.ofInt8(rows.a() + i).fma(right, a);
      b = Lanes.ofInt8(rows.b() + i).fma(right, b);
      c = Lanes.ofInt8(rows.c() + i).fma(right, c);
      d = Lanes.ofInt8(rows.d() + i).fma(right, d);
    }
    a.intoArray(sums, 0);
    b.intoArray(sums, Lanes.COUNT);
    c.intoArray(sums, 2 * Lanes.COUNT);
    d.intoArray(sums, 3 * Lanes.COUNT);
  }

  static void two(Dots.Rows rows, long x, long y, int columns, float[] sums) {
    FloatVector ax = FloatVector.zero(Lanes.FLOATS);
    FloatVector bx = ax;
    FloatVector cx = ax;
    FloatVector dx = ax;
    FloatVector ay = ax;
    FloatVector by = ax;
    FloatVector cy = ax;
    FloatVector dy = ax;
    for (int i = 0; i < Lanes.end(columns); i += Lanes.COUNT) {
      long at = (long) i * Float.BYTES;
      FloatVector ofX = Lanes.floats(x + at);
      FloatVector ofY = Lanes.floats(y + at);
      FloatVector a = Lanes.floats(rows.a() + at);
      ax = a.fma(ofX, ax);
      ay = a.fma(ofY, ay);
      FloatVector b = Lanes.floats(rows.b() + at);
      bx = b.fma(ofX, bx);
      by = b.fma(ofY, by);
      FloatVector c = Lanes.floats(rows.c() + at);
      cx = c.fma(ofX, cx);
      cy = c.fma(ofY, cy);
      FloatVector d = Lanes.floats(rows.d() + at);
      dx = d.fma(ofX, dx);
      dy = d.fma(ofY, dy);
    }
    ax.intoArray(sums, 0);
    bx.intoArray(sums, Lanes.COUNT);
    cx.intoArray(sums, 2 * Lanes.COUNT);
    dx.intoArray(sums, 3 * Lanes.COUNT);
    ay.intoArray(sums, 4 * Lanes.COUNT);
    by.intoArray(sums, 5 * Lanes.COUNT);
    cy.intoArray(sums, 6 * Lanes.COUNT);
    dy.intoArray(sums, 7 * Lanes.COUNT);
  }

  static void four(Dots.Rows rows, Dots.Four x, int columns, float[] sums) {
    FloatVector ax = FloatVector.zero(Lanes.FLOATS);
    FloatVector bx = ax;
    FloatVector cx = ax;
    FloatVector dx = ax;
    FloatVector ay = ax;
    FloatVector by = ax;
    FloatVector cy = ax;
    FloatVector dy = ax;
    FloatVector az = ax;
    FloatVector bz = ax;
    FloatVector cz = ax;
    FloatVector dz = ax;
    FloatVector au = ax;
    FloatVector bu = ax;
    FloatVector cu = ax;
    FloatVector du = ax;
    for (int i = 0; i < Lanes.end(columns); i += Lanes.COUNT) {
      long at = (long) i * Float.BYTES;
      FloatVector ofX = Lanes.floats(x.a() + at);
      FloatVector ofY = Lanes.floats(x.b() + at);
      FloatVector ofZ = Lanes.floats(x.c() + at);
      FloatVector ofU = Lanes.floats(x.d() + at);
      FloatVector a = Lanes.floats(rows.a() + at);
      ax = a.fma(ofX, ax);
      ay = a.fma(ofY, ay);
      az = a.fma(ofZ, az);
      au = a.fma(ofU, au);
      FloatVector b = Lanes.floats(rows.b() + at);
      bx = b.fma(ofX, bx);
      by = b.fma(ofY, by);
      bz = b.fma(ofZ, bz);
      bu = b.fma(ofU, bu);
      FloatVector c = Lanes.floats(rows.c() + at);
      cx = c.fma(ofX, cx);
      cy = c.fma(ofY, cy);
      cz = c.fma(ofZ, cz);
      cu = c.fma(ofU, cu);
      FloatVector d = Lanes.floats(rows.d() + at);
      dx = d.fma(ofX, dx);
      dy = d.fma(ofY, dy);
      dz = d.fma(ofZ, dz);
      du = d.fma(ofU, du);
    }
    ax.intoArray(sums, 0);
    bx.intoArray(sums, Lanes.COUNT);
    cx.intoArray(sums, 2 * Lanes.COUNT);
    dx.intoArray(sums, 3 * Lanes.COUNT);
    ay.intoArray(sums, 4 * Lanes.COUNT);
    by.intoArray(sums, 5 * Lanes.COUNT);
    cy.intoArray(sums, 6 * Lanes.COUNT);
    dy.intoArray(sums, 7 * Lanes.COUNT);
    az.intoArray(sums, 8 * Lanes.COUNT);
    bz.intoArray(sums, 9 * Lanes.COUNT);
    cz.intoArray(sums, 10 * Lanes.COUNT);
    dz.intoArray(sums, 11 * Lanes.COUNT);
    au.intoArray(sums, 12 * Lanes.COUNT);
    bu.intoArray(sums, 13 * Lanes.COUNT);
    cu.intoArray(sums, 14 * Lanes.COUNT);
    du.intoArray(sums, 15 * Lanes.COUNT);
  }

  static void narrowBfloat16(long row, int columns, long target) {
    for (int i = 0; i < Lanes.end(columns); i += Lanes.COUNT) {
      Lanes.writeBfloat16(Lanes.floats(row + (long) i * Float.BYTES), target, i);
    }
  }

  static void widenBfloat16(long row, int columns, long target) {
    for (int i = 0; i < Lanes.end(columns); i += Lanes.COUNT) {
      Lanes.write(Lanes.ofBfloat16(row + (long) i * Short.BYTES), target, i);
    }
  }

  static void widenFloat16(long row, int columns, long target) {
    for (int i = 0; i < Lanes.end(columns); i += Lanes.COUNT) {
      Lanes.write(Lanes.ofFloat16(row + (long) i * Short.BYTES), target, i);
    }
  }

  static void widenInt8(long row, int columns, long target) {
    for (int i = 0; i < Lanes.end(columns); i += Lanes.COUNT) {
      Lanes.write(Lanes.ofInt8(row + i), target, i);
    }
  }

  private Loops() {}
}
