package neox.tensor.kernel;

import jdk.incubator.vector.FloatVector;

/// The innermost loops of norms, over float32: whole vectors, then the numbers that fill none.
final class NormLoops {
  static float sum(long x, int count, float[] sums) {
    lanesOfSum(x, count, sums);
    float total = Lanes.one(sums);
    for (int i = Lanes.end(count); i < count; i++) {
      total += Memory.float32(x, i);
    }
    return total;
  }

  private static void lanesOfSum(long x, int count, float[] sums) {
    FloatVector all = FloatVector.zero(Lanes.FLOATS);
    for (int i = 0; i < Lanes.end(count); i += Lanes.COUNT) {
      all = all.add(Lanes.floats(x + (long) i * Float.BYTES));
    }
    all.intoArray(sums, 0);
  }

  /// Σ (x - mean)².
  static float squares(long x, int count, float mean, float[] sums) {
    lanesOfSquares(x, count, mean, sums);
    float total = Lanes.one(sums);
    for (int i = Lanes.end(count); i < count; i++) {
      float apart = Memory.float32(x, i) - mean;
      total = Math.fma(apart, apart, total);
    }
    return total;
  }

  private static void lanesOfSquares(long x, int count, float mean, float[] sums) {
    FloatVector all = FloatVector.zero(Lanes.FLOATS);
    for (int i = 0; i < Lanes.end(count); i += Lanes.COUNT) {
      FloatVector apart = Lanes.floats(x + (long) i * Float.BYTES).sub(mean);
      all = apart.fma(apart, all);
    }
    all.intoArray(sums, 0);
  }

  /// `y = (x - mean) · factor · w + b`.
  ///
  /// @param w an address, or 0 for ones
  /// @param b an address, or 0 for zeros
  static void write(long x, int count, float mean, float factor, long w, long b, long y) {
    if (w == 0) {
      plain(x, count, mean, factor, y);
    } else if (b == 0) {
      scaled(x, count, mean, factor, w, y);
    } else {
      shifted(x, count, mean, factor, w, b, y);
    }
    for (int i = Lanes.end(count); i < count; i++) {
      float normed = (Memory.float32(x, i) - mean) * factor;
      float scaled = w == 0 ? normed : normed * Memory.float32(w, i);
      Memory.setFloat32(y, i, b == 0 ? scaled : scaled + Memory.float32(b, i));
    }
  }

  private static void plain(long x, int count, float mean, float factor, long y) {
    for (int i = 0; i < Lanes.end(count); i += Lanes.COUNT) {
      FloatVector apart = Lanes.floats(x + (long) i * Float.BYTES).sub(mean);
      Lanes.write(apart.mul(factor), y, i);
    }
  }

  private static void scaled(long x, int count, float mean, float factor, long w, long y) {
    for (int i = 0; i < Lanes.end(count); i += Lanes.COUNT) {
      long at = (long) i * Float.BYTES;
      FloatVector apart = Lanes.floats(x + at).sub(mean);
      Lanes.write(apart.mul(factor).mul(Lanes.floats(w + at)), y, i);
    }
  }

  private static void shifted(long x, int count, float mean, float factor, long w, long b, long y) {
    for (int i = 0; i < Lanes.end(count); i += Lanes.COUNT) {
      long at = (long) i * Float.BYTES;
      FloatVector apart = Lanes.floats(x + at).sub(mean);
      FloatVector scaled = apart.mul(factor).mul(Lanes.floats(w + at));
      Lanes.write(scaled.add(Lanes.floats(b + at)), y, i);
    }
  }

  private NormLoops() {}
}
