package neox.weights.neox;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import neox.config.TuningConfig;
import neox.weights.DType;
import neox.weights.Floats;
import neox.weights.Shape;
import neox.weights.TensorStore;
import neox.weights.TensorView;
import neox.weights.spec.AdapterSpec;
import neox.weights.spec.NetworkSpec;

/// A checkpoint of adapters as the plain model that it amounts to: W + scale · B A in place of W, A
/// and B (arXiv:2106.09685 §4.1), summed up in float32 and stored in W's type. A checkpoint without
/// adapters is passed on as it is.
///
/// @param adapters by the weight that they are added to
public record MergedModel(NeoxCheckpoint checkpoint, Map<String, AdapterSpec> adapters)
    implements TensorStore {
  /// The model of a checkpoint.
  ///
  /// @param checkpoint stays the caller's
  /// @param tuning with which it was made
  public static MergedModel of(NeoxCheckpoint checkpoint, TuningConfig tuning) {
    NetworkSpec network = NetworkSpec.of(checkpoint.config(), checkpoint.paddedVocab(), tuning);
    return new MergedModel(checkpoint, network.adapters());
  }

  @Override
  public Set<String> names() {
    Set<String> names = new LinkedHashSet<>(checkpoint.names());
    names.removeIf(TuningConfig::isAdapter);
    return names;
  }

  @Override
  public TensorView view(String name) {
    TensorView weight = checkpoint.view(name);
    AdapterSpec adapter = adapters.get(name);
    return adapter == null ? weight : merged(weight, adapter);
  }

  private TensorView merged(TensorView weight, AdapterSpec adapter) {
    float[] sums = floats(weight);
    float[] a = floats(checkpoint.view(adapter.a().key()));
    float[] b = floats(checkpoint.view(adapter.b().key()));
    int rank = Math.toIntExact(adapter.a().shape().size(0));
    int columns = Math.toIntExact(adapter.a().shape().size(1));
    float[] added = new float[columns];
    for (int row = 0; row < sums.length / columns; row++) {
      Arrays.fill(added, 0);
      for (int k = 0; k < rank; k++) {
        float factor = b[row * rank + k];
        for (int j = 0; j < columns; j++) {
          added[j] += factor * a[k * columns + j];
        }
      }
      for (int j = 0; j < columns; j++) {
        sums[row * columns + j] += (float) adapter.scale() * added[j];
      }
    }
    Shape shape = weight.shape();
    MemorySegment bytes = Floats.allocate(DType.FLOAT32, shape.count());
    MemorySegment.copy(sums, 0, bytes, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, sums.length);
    return Floats.convert(new TensorView(DType.FLOAT32, shape, bytes), weight.dtype());
  }

  /// A copy.
  private static float[] floats(TensorView view) {
    return Floats.convert(view, DType.FLOAT32).bytes().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
  }

  @Override
  public void close() {
    // The checkpoint is its caller's.
  }
}
