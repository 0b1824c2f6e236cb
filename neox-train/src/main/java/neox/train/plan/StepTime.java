package neox.train.plan;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import neox.weights.spec.LayerSpec;

/// How long a step takes, in seconds. With p stages, of which the slowest takes T for a micro-batch,
/// and m micro-batches, one forward and one backward in turn takes
///
///     (m - 1)·T + Σ of all stages' times      (arXiv:2104.04473 §2.2; p·T when they are equal)
///
/// of which m·T is work and the rest bubble. The messages of pipeline and tensor parallelism are
/// part of a stage's time: none is hidden behind computation, nor are those of data parallelism at
/// the end, nor the optimizer.
///
/// @param compute of the slowest stage
/// @param tensor messages between tensor-parallel ranks
/// @param pipe messages between stages
/// @param bubble waiting for other stages
/// @param data messages between replicas
/// @param update of the optimizer
record StepTime(
    double compute, double tensor, double pipe, double bubble, double data, double update) {

  static StepTime of(PlannedRun run, Layout layout, MemoryPlan memory, Efficiency efficiency) {
    Traffic traffic = Traffic.of(run, layout);
    double m = layout.batches().perStep();
    double pipe = efficiency.seconds(traffic.pipe()) / m;
    List<Double> computed = new ArrayList<>();
    List<Double> told = new ArrayList<>();
    List<Double> whole = new ArrayList<>();
    Roofline roofline = new Roofline(run, layout, efficiency);
    for (List<LayerSpec> layers : run.stages(layout)) {
      double work = layers.stream().mapToDouble(layer -> roofline.of(layer).both()).sum();
      double sums = efficiency.seconds(traffic.tensorOf(layers, run, layout)) / m;
      computed.add(work);
      told.add(sums);
      whole.add(work + sums + pipe);
    }
    int slowest = whole.indexOf(Collections.max(whole));
    double sum = whole.stream().mapToDouble(Double::doubleValue).sum();
    return new StepTime(
        m * computed.get(slowest),
        m * told.get(slowest),
        m * pipe,
        sum - whole.get(slowest),
        efficiency.seconds(traffic.data()),
        roofline.update(memory.heaviest().state(), layout));
  }

  double total() {
    return compute + tensor + pipe + bubble + data + update;
  }

  /// The share of a step that a rank of the slowest stage waits for other stages.
  double bubbleShare() {
    return bubble / total();
  }
}
