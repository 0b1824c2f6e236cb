package neox.train.plan;

import java.util.List;
import neox.train.optimizer.Optimizer;
import neox.weights.Shape;
import neox.weights.spec.ParameterSpec;
import neox.weights.spec.Shards;

/// What a rank holds of some parameters throughout a run, in bytes. (Doubles: what a configuration
/// may ask for exceeds 64 bits.)
///
///     weights    e·P                        / d with ZeRO 3
///     gradients  4·P (+ e·P where e < 4); from ZeRO 2 on 4·P / d
///     optimizer  4·slots·P (+ 4·P, masters, where e < 4)   / d from ZeRO 1 on
///
/// with P numbers of this rank's pieces, e bytes of a weight, d replicas (arXiv:1910.02054 §5). What
/// the optimizer remembers in main memory is not counted.
///
/// @param parameters P
public record StateBytes(double parameters, double weights, double gradients, double optimizer) {
  static StateBytes of(List<ParameterSpec> specs, PlannedRun run, Layout layout) {
    int element = run.elementBytes();
    double data = layout.data();
    double parameters = 0;
    double trained = 0;
    double slots = 0;
    for (ParameterSpec spec : specs) {
      Shape piece = Shards.local(spec, layout.tensor());
      parameters += piece.count();
      if (spec.trainable()) {
        trained += piece.count();
        slots += Optimizer.remembered(run.config().optimizer(), spec, piece);
      }
    }
    boolean shared = layout.zeroStage() >= 2 && layout.data() > 1;
    double gradient = shared ? Float.BYTES / data : Float.BYTES + (run.isNarrow() ? element : 0);
    double kept = slots + (run.isNarrow() ? trained : 0);
    return new StateBytes(
        parameters,
        parameters * element / (layout.zeroStage() >= 3 ? data : 1),
        trained * gradient,
        run.offloadsOptimizer() ? 0 : kept * Float.BYTES / (layout.zeroStage() >= 1 ? data : 1));
  }

  public double total() {
    return weights + gradients + optimizer;
  }
}
