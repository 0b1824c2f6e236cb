package neox.train.plan;

import java.util.List;
import neox.config.RecomputeConfig;
import neox.config.model.Residual;
import neox.weights.spec.LayerSpec;
import neox.weights.spec.NetworkSpec;
import neox.weights.spec.ParameterSpec;
import neox.weights.spec.Shards;

/// What a rank sends in a step along each axis, in bytes, and over which link. With rings, all ranks
/// of a group send and receive as much.
///
/// With H a hidden state of a micro-batch, m micro-batches, t, d ranks of an axis, G bytes of this
/// rank's gradients and W of its weights:
///
///     tensor    2(t-1)/t · H for each sum over ranks: where a block's parallel region ends in the
///               forward pass, where it begins in the backward pass (arXiv:1909.08053 §3)
///     pipeline  H forward, H backward per micro-batch
///     data      ZeRO 0: 2(d-1)/d · G;  1: (d-1)/d · (G + W);  2: (d-1)/d · (m·G + W);
///               3: (d-1)/d · (m·G + 2m·W)    (arXiv:1910.02054 §7)
///
/// Sequence parallelism splits each sum over ranks in two halves and moves as much
/// (arXiv:2205.05198 §4.2.2).
record Traffic(Link tensor, Link pipe, Link data) {
  /// @param bytes that a rank sends per step
  /// @param rate bytes per second in one direction, as the vendor states it
  /// @param network whether the link leaves the machine
  record Link(double bytes, double rate, boolean network) {
    /// Seconds at the stated rate.
    double seconds() {
      return bytes == 0 ? 0 : bytes / rate;
    }
  }

  /// Of the stage that sends most.
  static Traffic of(PlannedRun run, Layout layout) {
    double tensor = 0;
    double data = 0;
    for (List<LayerSpec> layers : run.stages(layout)) {
      tensor = Math.max(tensor, tensor(run, layout, layers));
      data = Math.max(data, data(run, layout, NetworkSpec.parameters(layers)));
    }
    double sends = layout.pipe() == 1 ? 0 : layout.pipe() == 2 ? 1 : 2; // neighbours to send to
    double pipe = sends * hidden(run, layout) * layout.batches().perStep();
    return new Traffic(
        tensorLink(run.gpu(), layout, tensor),
        pipeLink(run.gpu(), layout, pipe),
        dataLink(run.gpu(), layout, data));
  }

  /// The sums of some layers alone.
  Link tensorOf(List<LayerSpec> layers, PlannedRun run, Layout layout) {
    return new Link(tensor(run, layout, layers), tensor.rate(), tensor.network());
  }

  /// H as it travels.
  private static double hidden(PlannedRun run, Layout layout) {
    return run.tokens(layout) * run.config().model().hiddenSize() * run.elementBytes();
  }

  private static double tensor(PlannedRun run, Layout layout, List<LayerSpec> layers) {
    double sums = layers.stream().mapToDouble(layer -> sums(layer, layout.recompute())).sum();
    return ring(layout.tensor()) * 2 * hidden(run, layout) * sums * layout.batches().perStep();
  }

  /// Sums over ranks per micro-batch.
  static double sums(LayerSpec layer, RecomputeConfig recompute) {
    boolean twice = recompute instanceof RecomputeConfig.Blocks;
    return switch (layer) {
      case LayerSpec.Transformer block ->
          forwardSums(block.residual()) * (twice ? 2 : 1) + backwardSums(block.residual());
      case LayerSpec.Embedding _, LayerSpec.Head _ -> 1;
      case LayerSpec.Gmlp _, LayerSpec.SoftPrompt _, LayerSpec.FinalNorm _ -> 0;
    };
  }

  static double forwardSums(Residual residual) {
    return residual.parallel() ? 1 : 2;
  }

  static double backwardSums(Residual residual) {
    return switch (residual) {
      case SEQUENTIAL, PARALLEL -> 2;
      case PARALLEL_TIED_NORM -> 1;
    };
  }

  private static double data(PlannedRun run, Layout layout, List<ParameterSpec> parameters) {
    double reduced = layout.zeroStage() >= 2 ? run.elementBytes() : run.reducedBytes();
    double weights = 0;
    double gradients = 0;
    for (ParameterSpec spec : parameters) {
      double count = Shards.local(spec, layout.tensor()).count();
      weights += count * run.elementBytes();
      gradients += spec.trainable() ? count * reduced : 0;
    }
    double m = layout.batches().perStep();
    double volume =
        switch (layout.zeroStage()) {
          case 0 -> 2 * gradients;
          case 1 -> gradients + weights;
          case 2 -> m * gradients + weights;
          default -> m * gradients + 2 * m * weights;
        };
    return ring(layout.data()) * volume;
  }

  /// What a rank of a ring sends of each byte.
  private static double ring(double ranks) {
    return (ranks - 1) / ranks;
  }

  private static Link tensorLink(Gpu gpu, Layout layout, double bytes) {
    boolean network = layout.tensor() > gpu.links().perNode();
    return new Link(bytes, network ? gpu.links().outside() : gpu.links().inside(), network);
  }

  private static Link pipeLink(Gpu gpu, Layout layout, double bytes) {
    boolean network = layout.topology().worldSize() > gpu.links().perNode();
    return new Link(bytes, network ? gpu.links().outside() : gpu.links().inside(), network);
  }

  /// A ring of replicas leaves each machine once, and has the share of all its ranks there of the
  /// machine's network.
  private static Link dataLink(Gpu gpu, Layout layout, double bytes) {
    boolean network = layout.tensor() * layout.data() > gpu.links().perNode();
    double neighbours = Math.max(1, gpu.links().perNode() / layout.tensor());
    double shared =
        Math.min(gpu.links().inside(), gpu.links().outside() * Math.min(neighbours, layout.data()));
    return new Link(bytes, network ? shared : gpu.links().inside(), network);
  }
}
