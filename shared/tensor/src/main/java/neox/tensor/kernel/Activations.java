package neox.tensor.kernel;

import jdk.incubator.vector.FloatVector;

/// The innermost loops of activations, over whole vectors of float32; a result may lie where its
/// argument does.
final class Activations {
  private static final float SQRT_HALF = (float) 0.7071067811865476;
  private static final float TANH_GELU = (float) (2 * 0.7978845608028654); // 2 √(2/π)
  private static final float TANH_GELU_CUBE = 0.044715f;

  /// From there on the logarithm of 1 + e^x is x.
  private static final float MISH_MOST = 30;

  // erfc(x) = e^(-x²) t P(t) with t = 1 / (1 + p x): P by least squares of the relative error,
  // 2·10⁻⁸ at most.
  private static final float P = 0.3f;
  private static final float P0 = 0.1691896f;
  private static final float P1 = 0.17069225f;
  private static final float P2 = 0.1484803f;
  private static final float P3 = 0.2144442f;
  private static final float P4 = -0.093649015f;
  private static final float P5 = 0.54641974f;
  private static final float P6 = -0.5112472f;
  private static final float P7 = 0.48510617f;
  private static final float P8 = -0.12943602f;

  static void of(RowActivation.Kind kind, long x, int count, long y) {
    switch (kind) {
      case GELU -> gelu(x, count, y);
      case TANH_GELU -> tanhGelu(x, count, y);
      case RELU -> relu(x, count, y);
      case SILU -> silu(x, count, y);
      case MISH -> mish(x, count, y);
      case SOFTSIGN -> softsign(x, count, y);
      case SIGMOID -> sigmoid(x, count, y);
      case IDENTITY -> copy(x, count, y);
    }
  }

  private static void gelu(long x, int count, long y) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector v = at(x, i);
      FloatVector upper = tail(v.abs().mul(SQRT_HALF)).mul(0.5f); // Φ(-|x|)
      FloatVector all = one().sub(upper).blend(upper, v.lt(0));
      Lanes.write(v.mul(all), y, i);
    }
  }

  /// erfc(a) of a from 0 on.
  private static FloatVector tail(FloatVector a) {
    FloatVector t = one().div(a.fma(lanes(P), one()));
    return Exponentials.of(a.mul(a).neg()).mul(t).mul(upperTerms(t));
  }

  private static FloatVector upperTerms(FloatVector t) {
    return next(next(next(next(middleTerms(t), t, P3), t, P2), t, P1), t, P0);
  }

  private static FloatVector middleTerms(FloatVector t) {
    return next(next(next(next(lanes(P8), t, P7), t, P6), t, P5), t, P4);
  }

  private static FloatVector next(FloatVector sum, FloatVector t, float term) {
    return sum.fma(t, lanes(term));
  }

  private static void tanhGelu(long x, int count, long y) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector v = at(x, i);
      FloatVector inner = v.mul(v).mul(v).fma(lanes(TANH_GELU_CUBE), v);
      Lanes.write(v.div(increased(inner.mul(-TANH_GELU))), y, i);
    }
  }

  private static void silu(long x, int count, long y) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector v = at(x, i);
      Lanes.write(v.div(increased(v.neg())), y, i);
    }
  }

  private static void sigmoid(long x, int count, long y) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      Lanes.write(one().div(increased(at(x, i).neg())), y, i);
    }
  }

  /// 1 + e^x.
  private static FloatVector increased(FloatVector x) {
    return Exponentials.of(x).add(1);
  }

  /// `x tanh(log(1 + e^x)) = x n / (n + 2)` with `n = e^x (e^x + 2)`.
  private static void mish(long x, int count, long y) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector v = at(x, i);
      FloatVector e = Exponentials.of(v.min(MISH_MOST));
      FloatVector n = e.mul(e.add(2));
      Lanes.write(v.mul(n.div(n.add(2))), y, i);
    }
  }

  private static void relu(long x, int count, long y) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      Lanes.write(at(x, i).max(0), y, i);
    }
  }

  private static void softsign(long x, int count, long y) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector v = at(x, i);
      Lanes.write(v.div(v.abs().add(1)), y, i);
    }
  }

  private static void copy(long x, int count, long y) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      Lanes.write(at(x, i), y, i);
    }
  }

  /// `y ← y · x`.
  static void multiply(long x, int count, long y) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      Lanes.write(at(x, i).mul(at(y, i)), y, i);
    }
  }

  private static FloatVector at(long address, int index) {
    return Lanes.floats(address + (long) index * Float.BYTES);
  }

  private static FloatVector one() {
    return lanes(1);
  }

  private static FloatVector lanes(float value) {
    return FloatVector.broadcast(Lanes.FLOATS, value);
  }

  private Activations() {}
}
