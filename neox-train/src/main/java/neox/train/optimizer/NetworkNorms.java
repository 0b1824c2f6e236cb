package neox.train.optimizer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.parallel.comm.Communicator;
import neox.tensor.FusedOps;
import neox.weights.spec.ParameterSpec;
import org.bytedeco.pytorch.TensorVector;

/// The norms of a whole network's gradients, of which each rank has pieces.
///
/// @param sharing the ranks that have slices of what this one has slices of
record NetworkNorms(Holdings holdings, Communicator sharing) {
  /// All ranks call this together.
  ///
  /// @param tensors this rank's
  /// @param slices what each of them is of
  GradientNorms of(TensorVector tensors, List<Slice> slices) {
    Map<String, Double> squares = new LinkedHashMap<>();
    for (ParameterSpec spec : holdings.network()) {
      if (spec.trainable()) {
        squares.put(spec.key(), 0.0);
      }
    }
    float[] mine = FusedOps.norms(tensors);
    for (int i = 0; i < mine.length; i++) {
      ParameterSpec spec = slices.get(i).spec();
      if (holdings.isCountedHere(spec)) {
        squares.merge(spec.key(), (double) mine[i] * mine[i], Double::sum);
      }
    }
    double[] total = squares.values().stream().mapToDouble(Double::doubleValue).toArray();
    total = Sums.over(sharing, total);
    total = Sums.over(holdings.ranks().tensor(), total);
    total = Sums.over(holdings.ranks().pipe(), total);
    int index = 0;
    for (Map.Entry<String, Double> entry : squares.entrySet()) {
      entry.setValue(Math.sqrt(total[index++])); // exact for one rank: a float's square is a double
    }
    return new GradientNorms(squares);
  }
}
