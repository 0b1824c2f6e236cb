package neox.converthf.verify;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import neox.base.UserException;
import neox.weights.DType;
import neox.weights.TensorStore;
import neox.weights.TensorView;

/// The tensors of a Hugging Face directory as the modules of PyTorch use them. Notes which of them
/// were used.
///
/// Activations are `[s][n]`, a row for each token, in double precision.
final class ReferenceTensors {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final TensorStore store;
  private final Map<String, String> names;
  private final String embedding;
  private final Set<String> used = ConcurrentHashMap.newKeySet();

  /// @param names in `store` by those of the modules
  /// @param embedding its name as a module
  ReferenceTensors(TensorStore store, Map<String, String> names, String embedding) {
    this.store = store;
    this.names = names;
    this.embedding = embedding;
  }

  /// Names of tensors that no formula has asked for.
  Set<String> unused() {
    Set<String> rest = new TreeSet<>(names.keySet());
    rest.removeAll(new HashSet<>(used));
    return rest;
  }

  /// The element type of the embedding.
  DType type() {
    return store.dtype(stored(embedding));
  }

  /// `nn.Embedding`: the rows of the tokens.
  double[][] embedding(String name, int[] tokens) {
    TensorView table = view(name);
    double[][] rows = new double[tokens.length][];
    for (int t = 0; t < tokens.length; t++) {
      float[] row = row(table, tokens[t]);
      rows[t] = IntStream.range(0, row.length).mapToDouble(i -> row[i]).toArray();
    }
    return rows;
  }

  /// `nn.Linear` with a bias: x Wᵀ + b.
  double[][] linearWithBias(String module, double[][] x) {
    double[][] y = linear(module + ".weight", x);
    float[] bias = row(view(module + ".bias"), 0);
    for (double[] row : y) {
      for (int i = 0; i < bias.length; i++) {
        row[i] += bias[i];
      }
    }
    return y;
  }

  /// x Wᵀ, W `[out, in]`.
  double[][] linear(String name, double[][] x) {
    TensorView weight = view(name);
    int out = Math.toIntExact(weight.shape().size(0));
    double[][] y = new double[x.length][out];
    IntStream.range(0, out)
        .parallel()
        .forEach(row -> {
          float[] w = row(weight, row);
          for (int t = 0; t < x.length; t++) {
            y[t][row] = dot(w, x[t]);
          }
        });
    return y;
  }

  private static double dot(float[] w, double[] x) {
    double even = 0;
    double odd = 0;
    int i = 0;
    for (; i + 1 < w.length; i += 2) {
      even += w[i] * x[i];
      odd += w[i + 1] * x[i + 1];
    }
    return i < w.length ? even + odd + w[i] * x[i] : even + odd;
  }

  /// `nn.LayerNorm`.
  double[][] layerNorm(String module, double[][] x, double epsilon) {
    float[] weight = row(view(module + ".weight"), 0);
    float[] bias = row(view(module + ".bias"), 0);
    double[][] y = new double[x.length][weight.length];
    for (int t = 0; t < x.length; t++) {
      double mean = IntStream.range(0, weight.length).mapToDouble(at(x[t])).average().orElse(0);
      double variance = 0;
      for (double value : x[t]) {
        variance += (value - mean) * (value - mean) / weight.length;
      }
      for (int i = 0; i < weight.length; i++) {
        y[t][i] = (x[t][i] - mean) / Math.sqrt(variance + epsilon) * weight[i] + bias[i];
      }
    }
    return y;
  }

  /// `LlamaRMSNorm`.
  double[][] rmsNorm(String module, double[][] x, double epsilon) {
    float[] weight = row(view(module + ".weight"), 0);
    double[][] y = new double[x.length][weight.length];
    for (int t = 0; t < x.length; t++) {
      double square = 0;
      for (double value : x[t]) {
        square += value * value / weight.length;
      }
      for (int i = 0; i < weight.length; i++) {
        y[t][i] = x[t][i] / Math.sqrt(square + epsilon) * weight[i];
      }
    }
    return y;
  }

  private static IntToDoubleFunction at(double[] values) {
    return i -> values[i];
  }

  private TensorView view(String name) {
    TensorView view = store.view(stored(name));
    used.add(name);
    return view;
  }

  private String stored(String name) {
    String stored = names.get(name);
    if (stored == null) {
      throw UserException.of("there is no tensor %s, which transformers looks for", name);
    }
    return stored;
  }

  /// A row of a matrix, or all of a vector.
  private static float[] row(TensorView view, long index) {
    int length = Math.toIntExact(view.shape().size(view.shape().rank() - 1));
    int bytes = view.dtype().bytes();
    MemorySegment row = view.bytes().asSlice(index * length * bytes, (long) length * bytes);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] =
          switch (view.dtype()) {
            case FLOAT64 -> (float) row.get(ValueLayout.JAVA_DOUBLE_UNALIGNED, 8L * i);
            case FLOAT32 -> row.get(FLOAT, 4L * i);
            case FLOAT16 -> Float.float16ToFloat(row.get(SHORT, 2L * i));
            case BFLOAT16 -> Float.intBitsToFloat(row.get(SHORT, 2L * i) << 16);
            case INT64, INT32, INT16, INT8, UINT8, BOOL ->
                throw new IllegalStateException(view.dtype() + " is no type of weights");
          };
    }
    return values;
  }
}
