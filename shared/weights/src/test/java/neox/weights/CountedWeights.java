package neox.weights;

import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import neox.weights.spec.NetworkSpec;
import neox.weights.spec.ParameterSpec;

/// Weights of a network of which no two numbers are equal, so that a test sees where each went.
public final class CountedWeights implements TensorStore {
  private final Map<String, TensorView> views = new LinkedHashMap<>();

  public CountedWeights(NetworkSpec network) {
    float next = 1;
    for (ParameterSpec spec : network.parameters()) {
      float[] values = new float[Math.toIntExact(spec.shape().count())];
      for (int i = 0; i < values.length; i++) {
        values[i] = next++;
      }
      views.put(
          spec.key(), new TensorView(DType.FLOAT32, spec.shape(), MemorySegment.ofArray(values)));
    }
  }

  /// The same numbers, each 1 greater.
  public static TensorView shifted(TensorView view) {
    float[] values = new float[Math.toIntExact(view.shape().count())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Floats.get(view, i) + 1;
    }
    return new TensorView(view.dtype(), view.shape(), MemorySegment.ofArray(values));
  }

  @Override
  public Set<String> names() {
    return views.keySet();
  }

  @Override
  public TensorView view(String name) {
    TensorView view = views.get(name);
    if (view == null) {
      throw new IllegalArgumentException("no parameter " + name);
    }
    return view;
  }

  @Override
  public void close() {}
}
