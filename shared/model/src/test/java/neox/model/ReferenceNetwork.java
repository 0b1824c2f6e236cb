package neox.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import neox.config.model.BlockConfig;
import neox.config.model.MlpConfig;
import neox.config.model.ModelConfig;
import neox.config.model.Norm;
import neox.config.model.Positions;
import neox.config.model.Residual;
import neox.tensor.TensorData;

/// A network's formulas once more, token by token in plain Java and double precision: the
/// independent opinion. It shares nothing with the network but its configuration and its weights.
public final class ReferenceNetwork {
  private final ModelConfig config;
  private final Map<String, double[]> weights = new HashMap<>();

  ReferenceNetwork(Network network) {
    this.config = network.spec().config();
    for (Parameter parameter : network.parameters()) {
      float[] values = TensorData.floats(parameter.value());
      double[] wide = new double[values.length];
      for (int i = 0; i < wide.length; i++) {
        wide[i] = values[i];
      }
      parameter.spec().homes().forEach(home -> weights.put(home.key(), wide));
    }
  }

  /// One text.
  ///
  /// @param positions of its tokens
  /// @param segments a token sees only those of its own number
  @SuppressWarnings("ArrayRecordComponent") // plain carriers, never compared
  record Text(int[] ids, int[] positions, int[] segments) {
    static Text of(int[] ids) {
      int[] positions = new int[ids.length];
      for (int i = 0; i < ids.length; i++) {
        positions[i] = i;
      }
      return new Text(ids, positions, new int[ids.length]);
    }
  }

  /// The logits `[s][V]` of a text.
  double[][] logits(Text text) {
    double[][] x = embed(text);
    for (int block = 0; block < config.layers(); block++) {
      x = block(block, x, text);
    }
    double[][] logits = new double[x.length][];
    String head =
        config.head().tied() ? "0.word_embeddings" : config.layers() + 4 + ".final_linear";
    for (int i = 0; i < x.length; i++) {
      logits[i] = linear(head, norm(config.layers() + 3 + ".norm", x[i]));
    }
    return logits;
  }

  private double[][] embed(Text text) {
    int h = config.hiddenSize();
    double[][] x = new double[text.ids().length][h];
    for (int i = 0; i < x.length; i++) {
      for (int k = 0; k < h; k++) {
        x[i][k] = get("0.word_embeddings.weight")[text.ids()[i] * h + k];
        if (config.positions() instanceof Positions.Learned) {
          x[i][k] += get("0.position_embeddings.weight")[text.positions()[i] * h + k];
        }
      }
    }
    return x;
  }

  private double[][] block(int number, double[][] x, Text text) {
    String layer = number + 2 + ".";
    BlockConfig block = config.blocks().get(number);
    double[][] normed = new double[x.length][];
    for (int i = 0; i < x.length; i++) {
      normed[i] = norm(layer + "input_layernorm", x[i]);
    }
    double[][] attended = attention(layer, block.attention().window(), normed, text);
    double[][] y = new double[x.length][];
    for (int i = 0; i < x.length; i++) {
      double[] afterAttention = add(x[i], attended[i]);
      double[] read =
          block.residual() == Residual.PARALLEL_TIED_NORM
              ? normed[i]
              : norm(
                  layer + "post_attention_layernorm",
                  block.residual() == Residual.SEQUENTIAL ? afterAttention : x[i]);
      y[i] = add(afterAttention, mlp(layer, block.mlp(), read));
    }
    return y;
  }

  private double[][] attention(String layer, OptionalInt window, double[][] x, Text text) {
    int heads = config.heads();
    int d = config.headDim();
    double[][][] q = new double[x.length][heads][];
    double[][][] k = new double[x.length][heads][];
    double[][][] v = new double[x.length][heads][];
    for (int i = 0; i < x.length; i++) {
      double[] rows = linear(layer + "attention.query_key_value", x[i]);
      for (int head = 0; head < heads; head++) {
        int group = head / (heads / config.kvHeads());
        boolean grouped = heads != config.kvHeads();
        int keys = heads + group;
        int values = heads + config.kvHeads() + group;
        q[i][head] = rotate(slice(rows, grouped ? head : 3 * head, d), text.positions()[i]);
        k[i][head] = rotate(slice(rows, grouped ? keys : 3 * head + 1, d), text.positions()[i]);
        v[i][head] = slice(rows, grouped ? values : 3 * head + 2, d);
      }
    }
    double[][] out = new double[x.length][];
    for (int i = 0; i < x.length; i++) {
      double[] mixed = new double[heads * d];
      for (int head = 0; head < heads; head++) {
        List<Integer> seen = seen(i, window, text.segments());
        double[] shares = shares(layer, i, head, seen, q, k);
        for (int j = 0; j < shares.length; j++) {
          for (int c = 0; c < d; c++) {
            mixed[head * d + c] += shares[j] * v[seen.get(j)][head][c];
          }
        }
      }
      out[i] = linear(layer + "attention.dense", mixed);
    }
    return out;
  }

  private static List<Integer> seen(int i, OptionalInt window, int[] segments) {
    List<Integer> seen = new ArrayList<>();
    for (int j = 0; j <= i; j++) {
      if (segments[i] == segments[j] && (window.isEmpty() || i - j <= window.getAsInt())) {
        seen.add(j);
      }
    }
    return seen;
  }

  private double[] shares(
      String layer, int i, int head, List<Integer> seen, double[][][] q, double[][][] k) {
    double[] shares = new double[seen.size()];
    double sum = 0;
    for (int j = 0; j < shares.length; j++) {
      double score = bias(layer, i - seen.get(j), head);
      for (int c = 0; c < config.headDim(); c++) {
        score += q[i][head][c] * k[seen.get(j)][head][c] / Math.sqrt(config.headDim());
      }
      shares[j] = Math.exp(score);
      sum += shares[j];
    }
    for (int j = 0; j < shares.length; j++) {
      shares[j] /= sum;
    }
    return shares;
  }

  private double bias(String layer, int distance, int head) {
    return switch (config.positions()) {
      case Positions.Alibi _ -> -distance * slopes(config.heads()).get(head);
      case Positions.Relative(int buckets, int max) -> {
        int row = bucket(distance, buckets, max);
        yield get(layer + "attention.rpe.weight")[row * config.heads() + head]
            * Math.sqrt(config.headDim());
      }
      case Positions.Rotary _, Positions.Learned _, Positions.Sinusoidal _, Positions.None _ -> 0;
    };
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

  private double[] rotate(double[] x, int position) {
    if (!(config.positions() instanceof Positions.Rotary rotary)) {
      return x;
    }
    double[] y = x.clone();
    int r = rotary.dims(config.headDim());
    for (int i = 0; i < r / 2; i++) {
      double angle = position * Math.pow(rotary.base(), -2.0 * i / r);
      y[i] = x[i] * Math.cos(angle) - x[i + r / 2] * Math.sin(angle);
      y[i + r / 2] = x[i + r / 2] * Math.cos(angle) + x[i] * Math.sin(angle);
    }
    return y;
  }

  private double[] mlp(String layer, MlpConfig mlp, double[] x) {
    double[] wide = linear(layer + "mlp.linear1", x);
    double[] bent = new double[mlp.size()];
    for (int i = 0; i < bent.length; i++) {
      bent[i] =
          switch (mlp.activation()) {
            case GELU -> gelu(wide[i]);
            case SWIGLU -> {
              double gate = wide[mlp.size() + i];
              yield wide[i] * gate / (1 + Math.exp(-gate));
            }
            default -> throw new IllegalArgumentException("no formula for " + mlp.activation());
          };
    }
    return linear(layer + "mlp.linear2", bent);
  }

  private static double gelu(double x) {
    return x / 2 * (1 + erf(x / Math.sqrt(2)));
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

  private double[] norm(String name, double[] x) {
    double mean = 0;
    double square = 0;
    for (double value : x) {
      mean += value / x.length;
      square += value * value / x.length;
    }
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] =
          switch (config.norm()) {
            case Norm.LayerNorm(double eps) ->
                (x[i] - mean) / Math.sqrt(square - mean * mean + eps) * get(name + ".weight")[i]
                    + get(name + ".bias")[i];
            case Norm.RmsNorm(double eps) ->
                x[i] / Math.sqrt(square + eps) * get(name + ".scale")[i];
            default -> throw new IllegalArgumentException("no formula for " + config.norm());
          };
    }
    return y;
  }

  private double[] linear(String name, double[] x) {
    double[] matrix = get(name + ".weight");
    Optional<double[]> bias = Optional.ofNullable(weights.get(name + ".bias"));
    double[] y = new double[matrix.length / x.length];
    for (int row = 0; row < y.length; row++) {
      y[row] = bias.isPresent() ? bias.get()[row] : 0;
      for (int i = 0; i < x.length; i++) {
        y[row] += matrix[row * x.length + i] * x[i];
      }
    }
    return y;
  }

  private double[] get(String key) {
    return Objects.requireNonNull(weights.get(key), key);
  }

  private static double[] slice(double[] x, int part, int size) {
    double[] slice = new double[size];
    System.arraycopy(x, part * size, slice, 0, size);
    return slice;
  }

  private static double[] add(double[] a, double[] b) {
    double[] sum = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      sum[i] = a[i] + b[i];
    }
    return sum;
  }
}
