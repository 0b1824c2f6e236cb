package neox.tensor.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// The innermost loops of attention of one token.
final class AttentionLoops {
  /// Makes e^(score - max) of scores, zeros of what fills the last vector, and returns their sum,
  /// whose lanes are added in halves.
  static float softmax(long scores, int count, float[] sums) {
    int whole = Lanes.whole(count);
    float max = max(scores, count);
    for (int i = count; i < whole; i++) {
      Memory.setFloat32(scores, i, max);
    }
    Exponentials.of(scores, whole, max);
    for (int i = count; i < whole; i++) {
      Memory.setFloat32(scores, i, 0);
    }
    return NormLoops.sum(scores, whole, sums);
  }

  private static float max(long x, int count) {
    float max = Float.NEGATIVE_INFINITY;
    int end = Lanes.end(count);
    if (end > 0) {
      max = maxOfVectors(x, end);
    }
    for (int i = end; i < count; i++) {
      max = Math.max(max, Memory.float32(x, i));
    }
    return max;
  }

  private static float maxOfVectors(long x, int end) {
    FloatVector all = Lanes.floats(x);
    for (int i = Lanes.COUNT; i < end; i += Lanes.COUNT) {
      all = all.max(Lanes.floats(x + (long) i * Float.BYTES));
    }
    return all.reduceLanes(VectorOperators.MAX); // in whatever order
  }

  /// `y = factor · Σ weight value`, key after key.
  ///
  /// @param values the first key's
  /// @param apart how many numbers the values of two keys are apart
  static void mix(
      long weights, int count, Numbers values, long apart, int d, float factor, long y) {
    long bytes = apart * values.format().bytes();
    int four = 4 * Lanes.COUNT;
    int column = 0;
    for (; column + four <= d; column += four) {
      long at = values.from(column).address();
      long to = y + (long) column * Float.BYTES;
      switch (values.format()) {
        case FLOAT32 -> four(weights, count, at, bytes, factor, to);
        case BFLOAT16 -> fourOfBfloat16(weights, count, at, bytes, factor, to);
        case FLOAT16, INT8 -> rest(weights, count, values.from(column), bytes, four, factor, to);
      }
    }
    if (column < d) {
      long to = y + (long) column * Float.BYTES;
      rest(weights, count, values.from(column), bytes, d - column, factor, to);
    }
  }

  /// What does not fill four vectors, or is of a format that is rare.
  private static void rest(
      long weights, int count, Numbers values, long bytes, int columns, float factor, long y) {
    int end = Lanes.end(columns);
    for (int column = 0; column < end; column += Lanes.COUNT) {
      long at = values.from(column).address();
      long to = y + (long) column * Float.BYTES;
      switch (values.format()) {
        case FLOAT32 -> one(weights, count, at, bytes, factor, to);
        case BFLOAT16 -> oneOfBfloat16(weights, count, at, bytes, factor, to);
        case FLOAT16, INT8 -> oneOfFloat16(weights, count, at, bytes, factor, to);
      }
    }
    for (int column = end; column < columns; column++) {
      float sum = 0;
      for (int i = 0; i < count; i++) {
        float value = Memory.get(values.format(), values.address() + i * bytes, column);
        sum = Math.fma(Memory.float32(weights, i), value, sum);
      }
      Memory.setFloat32(y, column, sum * factor);
    }
  }

  private static void four(long weights, int count, long values, long bytes, float factor, long y) {
    long step = (long) Lanes.COUNT * Float.BYTES;
    FloatVector a = FloatVector.zero(Lanes.FLOATS);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    for (int i = 0; i < count; i++) {
      FloatVector weight = weight(weights, i);
      long at = values + i * bytes;
      a = Lanes.floats(at).fma(weight, a);
      b = Lanes.floats(at + step).fma(weight, b);
      c = Lanes.floats(at + 2 * step).fma(weight, c);
      d = Lanes.floats(at + 3 * step).fma(weight, d);
    }
    Lanes.write(a.mul(factor), y, 0);
    Lanes.write(b.mul(factor), y, Lanes.COUNT);
    Lanes.write(c.mul(factor), y, 2 * Lanes.COUNT);
    Lanes.write(d.mul(factor), y, 3 * Lanes.COUNT);
  }

  private static void fourOfBfloat16(
      long weights, int count, long values, long bytes, float factor, long y) {
    long step = (long) Lanes.COUNT * Short.BYTES;
    FloatVector a = FloatVector.zero(Lanes.FLOATS);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    for (int i = 0; i < count; i++) {
      FloatVector weight = weight(weights, i);
      long at = values + i * bytes;
      a = Lanes.ofBfloat16(at).fma(weight, a);
      b = Lanes.ofBfloat16(at + step).fma(weight, b);
      c = Lanes.ofBfloat16(at + 2 * step).fma(weight, c);
      d = Lanes.ofBfloat16(at + 3 * step).fma(weight, d);
    }
    Lanes.write(a.mul(factor), y, 0);
    Lanes.write(b.mul(factor), y, Lanes.COUNT);
    Lanes.write(c.mul(factor), y, 2 * Lanes.COUNT);
    Lanes.write(d.mul(factor), y, 3 * Lanes.COUNT);
  }

  private static void one(long weights, int count, long values, long bytes, float factor, long y) {
    FloatVector a = FloatVector.zero(Lanes.FLOATS);
    for (int i = 0; i < count; i++) {
      a = Lanes.floats(values + i * bytes).fma(weight(weights, i), a);
    }
    Lanes.write(a.mul(factor), y, 0);
  }

  private static void oneOfBfloat16(
      long weights, int count, long values, long bytes, float factor, long y) {
    FloatVector a = FloatVector.zero(Lanes.FLOATS);
    for (int i = 0; i < count; i++) {
      a = Lanes.ofBfloat16(values + i * bytes).fma(weight(weights, i), a);
    }
    Lanes.write(a.mul(factor), y, 0);
  }

  private static void oneOfFloat16(
      long weights, int count, long values, long bytes, float factor, long y) {
    FloatVector a = FloatVector.zero(Lanes.FLOATS);
    for (int i = 0; i < count; i++) {
      a = Lanes.ofFloat16(values + i * bytes).fma(weight(weights, i), a);
    }
    Lanes.write(a.mul(factor), y, 0);
  }

  private static FloatVector weight(long weights, int key) {
    return FloatVector.broadcast(Lanes.FLOATS, Memory.float32(weights, key));
  }

  private AttentionLoops() {}
}
