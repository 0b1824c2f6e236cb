package neox.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import neox.config.model.Activation;
import neox.config.model.Positions;
import neox.config.model.RotaryScaling;

/// The formulas of single numbers and vectors that [ReferenceNetwork] is made of.
public final class ReferenceFormulas {
  /// The non-linearity itself, of the gate where there is one.
  static double activation(Activation activation, boolean tanhGelu, double x) {
    return switch (activation) {
      case GELU -> tanhGelu ? tanhGelu(x) : gelu(x);
      case GEGLU -> gelu(x);
      case RELU, REGLU -> Math.max(0, x);
      case SILU, SWISH, SWIGLU -> x * sigmoid(x);
      case MISH -> x * Math.tanh(Math.log1p(Math.exp(x)));
      case SOFTSIGN -> x / (1 + Math.abs(x));
      case BILINEAR -> x;
      case GLU -> sigmoid(x);
    };
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private static double gelu(double x) {
    return x / 2 * (1 + erf(x / Math.sqrt(2)));
  }

  private static double tanhGelu(double x) {
    return x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
  }

  /// 2/√π Σ (-1)ⁿ x²ⁿ⁺¹ / (n! (2n+1)); enough terms for the small x of these networks.
  private static double erf(double x) {
    double term = x;
    double sum = x;
    for (int n = 1; n < 60; n++) {
      term *= -x * x / n;
      sum += term / (2 * n + 1);
    }
    return 2 / Math.sqrt(Math.PI) * sum;
  }

  /// The recursion of NeoX, from the paper's own code.
  public static List<Double> slopes(int heads) {
    List<Double> slopes = new ArrayList<>();
    double log = Math.log(heads) / Math.log(2);
    if (log == Math.rint(log)) {
      double ratio = Math.pow(2, -Math.pow(2, -(log - 3)));
      for (int head = 0; head < heads; head++) {
        slopes.add(ratio * Math.pow(ratio, head));
      }
      return slopes;
    }
    int power = (int) Math.pow(2, Math.floor(log));
    slopes.addAll(slopes(power));
    List<Double> more = slopes(2 * power);
    for (int head = 0; slopes.size() < heads; head += 2) {
      slopes.add(more.get(head));
    }
    return slopes;
  }

  /// T5's rule for a decoder.
  static int bucket(int distance, int buckets, int maxDistance) {
    int exact = buckets / 2;
    if (distance < exact) {
      return distance;
    }
    double share = Math.log((double) distance / exact) / Math.log((double) maxDistance / exact);
    return Math.min(buckets - 1, exact + (int) (share * (buckets - exact)));
  }

  /// The vector of a position, sines first.
  static double sinusoid(int position, int dim, int hidden) {
    int half = hidden / 2;
    double angle = position * Math.pow(10_000, -2.0 * (dim % half) / hidden);
    return dim < half ? Math.sin(angle) : Math.cos(angle);
  }

  /// Turns a head's first dims by its position.
  static double[] rotate(Positions.Rotary rotary, double[] x, int position) {
    double[] y = x.clone();
    int r = rotary.dims(x.length);
    double length =
        rotary.scaling() instanceof RotaryScaling.Yarn yarn ? yarn.attentionFactor() : 1;
    for (int i = 0; i < r / 2; i++) {
      double turn = Math.pow(rotary.base(), -2.0 * i / r);
      double angle =
          switch (rotary.scaling()) {
            case RotaryScaling.None _ -> position * turn;
            case RotaryScaling.Linear(double factor) -> position / factor * turn;
            case RotaryScaling.Yarn yarn -> position * yarned(yarn, turn, i, rotary.base(), r);
            case RotaryScaling.Llama3 llama -> position * stretched(llama, turn);
          };
      double cos = length * Math.cos(angle);
      double sin = length * Math.sin(angle);
      y[i] = x[i] * cos - x[i + r / 2] * sin;
      y[i + r / 2] = x[i + r / 2] * cos + x[i] * sin;
    }
    return y;
  }

  /// `(1 - γ) turn / factor + γ turn`, γ falling from 1 to 0 between the two dims that turn
  /// `betaFast` and `betaSlow` times.
  private static double yarned(RotaryScaling.Yarn yarn, double turn, int i, int base, int r) {
    double rounds = yarn.positions() / (2 * Math.PI);
    double first = Math.floor(r / 2.0 * Math.log(rounds / yarn.betaFast()) / Math.log(base));
    double last = Math.ceil(r / 2.0 * Math.log(rounds / yarn.betaSlow()) / Math.log(base));
    double from = Math.max(first, 0);
    double to = Math.min(last, r - 1);
    double gamma = 1 - Math.clamp((i - from) / (to == from ? 0.001 : to - from), 0, 1);
    return (1 - gamma) * turn / yarn.factor() + gamma * turn;
  }

  /// By the length of the wave: beyond `positions / lowFrequency` the turn is divided, below
  /// `positions / highFrequency` it is kept.
  private static double stretched(RotaryScaling.Llama3 llama, double turn) {
    double wave = 2 * Math.PI / turn;
    double longest = llama.positions() / llama.lowFrequency();
    double shortest = llama.positions() / llama.highFrequency();
    if (wave > longest) {
      return turn / llama.factor();
    }
    if (wave < shortest) {
      return turn;
    }
    double share =
        (llama.positions() / wave - llama.lowFrequency())
            / (llama.highFrequency() - llama.lowFrequency());
    return (1 - share) * turn / llama.factor() + share * turn;
  }

  static double[] softmax(double[] scores) {
    double[] shares = Arrays.stream(scores).map(Math::exp).toArray();
    double sum = Arrays.stream(shares).sum();
    return Arrays.stream(shares).map(share -> share / sum).toArray();
  }

  static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  static double[] slice(double[] x, int part, int size) {
    return Arrays.copyOfRange(x, part * size, (part + 1) * size);
  }

  static double[] add(double[] a, double[] b) {
    double[] sum = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      sum[i] = a[i] + b[i];
    }
    return sum;
  }

  private ReferenceFormulas() {}
}
