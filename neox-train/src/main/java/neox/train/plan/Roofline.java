package neox.train.plan;

import neox.config.RecomputeConfig;
import neox.config.RecomputeConfig.Part;
import neox.config.model.Activation;
import neox.config.model.Dims;
import neox.config.model.ModelConfig;
import neox.config.model.Norm;
import neox.config.model.Positions;
import neox.config.model.Residual;
import neox.weights.Shape;
import neox.weights.spec.LayerSpec;
import neox.weights.spec.LinearSpec;
import neox.weights.spec.ParameterSpec;
import neox.weights.spec.Shards;

/// How long layers compute: products at a share of the peak, everything else at a share of the
/// memory's bandwidth, one after the other as eager execution does it; messages apart. A backward
/// pass reads and writes twice what the forward pass does.
///
/// H, Q, K, W as in [BlockBytes]; what each operation reads and writes is counted in them.
final class Roofline {
  private static final double BACKWARD_OF_FUSED = 2.5; // five products for two (arXiv:2205.14135)
  private static final double BACKWARD_TRAFFIC = 2;

  private final PlannedRun run;
  private final ModelConfig model;
  private final Efficiency efficiency;
  private final RecomputeConfig recompute;
  private final int tensor;
  private final double rows; // tokens of a micro-batch
  private final double element;
  private final double outside; // H, outside of tensor-parallel regions
  private final double peak;
  private final double bandwidth;

  Roofline(PlannedRun run, Layout layout, Efficiency efficiency) {
    this.run = run;
    this.model = run.config().model();
    this.efficiency = efficiency;
    this.recompute = layout.recompute();
    this.tensor = layout.tensor();
    this.rows = run.tokens(layout);
    this.element = run.elementBytes();
    this.outside = rows * model.hiddenSize() * element / layout.sequenceShare();
    this.peak = run.gpu().peak(run.config().precision());
    this.bandwidth = run.gpu().memory().bandwidth() * efficiency.memory();
  }

  /// A layer's work on one micro-batch.
  Passes of(LayerSpec layer) {
    boolean blocks = recompute instanceof RecomputeConfig.Blocks;
    return switch (layer) {
      case LayerSpec.Transformer block -> transformer(block).recomputed(blocks);
      case LayerSpec.Gmlp block -> gmlp(block).recomputed(blocks);
      case LayerSpec.Embedding _ -> moved(2 * outside);
      case LayerSpec.SoftPrompt _ -> Passes.NONE;
      case LayerSpec.FinalNorm _ -> moved(norm() * outside);
      case LayerSpec.Head head -> head(head);
    };
  }

  /// Seconds that an optimizer of so many numbers takes: it reads and writes its state, reads
  /// gradients, writes weights.
  double update(StateBytes state, Layout layout) {
    double share = layout.zeroStage() >= 1 ? layout.data() : 1;
    double touched = 2 * state.optimizer() + (state.gradients() + state.weights()) / share;
    return touched / bandwidth;
  }

  private Passes transformer(LayerSpec.Transformer block) {
    Passes mlp =
        product(block.mlp().widen())
            .plus(moved(bent(block.mlp().config().activation(), block)))
            .plus(product(block.mlp().narrow()))
            .recomputed(recompute.recomputes(Part.MLP));
    return product(block.attention().queryKeyValue())
        .plus(moved(arranged(block)))
        .plus(core(block).recomputed(recompute.recomputes(Part.CORE_ATTN)))
        .plus(product(block.attention().dense()))
        .plus(mlp)
        .plus(moved(stream(block.residual())));
  }

  /// Norms, sums and dropout on the residual stream.
  private double stream(Residual residual) {
    double norms =
        switch (residual) {
          case SEQUENTIAL, PARALLEL -> 2 * norm();
          case PARALLEL_TIED_NORM -> norm();
        };
    double sums = 2 * 3;
    double dropped = model.dropout().hidden() > 0 ? 2 * 3 : 0;
    return (norms + sums + dropped) * outside;
  }

  /// How many times a norm reads or writes its input's size: as one kernel, or operation by
  /// operation in float32.
  private double norm() {
    double wide = Float.BYTES / element;
    return switch (model.norm()) {
      case Norm.LayerNorm _, Norm.NonParametricLayerNorm _ -> 2;
      case Norm.RmsNorm _ -> (run.isNarrow() ? 2 * (1 + wide) : 0) + 7 * wide;
      case Norm.ScaleNorm _ -> 7;
    };
  }

  /// Rotated queries and keys; heads brought together and apart.
  private double arranged(LayerSpec.Transformer block) {
    Dims dims = model.dims();
    double q = rows * dims.heads() * dims.headDim() * element / tensor;
    double k = rows * dims.kvHeads() * dims.headDim() * element / tensor;
    double turned =
        model.positions() instanceof Positions.Rotary rotary
            ? (q + k) * (10 * rotary.fraction() + (rotary.fraction() < 1 ? 2 : 0))
            : 0;
    double normed = block.attention().config().normed() ? (q + k) * norm() : 0;
    double repeated = dims.kvHeads() < dims.heads() ? 2 * (q + k) : 0;
    double apart = run.holdsScores() ? 3 * 2 * q : 0;
    return turned + normed + repeated + apart + 2 * q;
  }

  /// Scores, softmax and their product with the values.
  private Passes core(LayerSpec.Transformer block) {
    double heads = (double) model.heads() / tensor;
    double scores = rows * heads * run.positions();
    double flops = 2 * scores * model.headDim(); // of one of the two products
    if (!run.holdsScores()) {
      double seen = seen(block) / run.positions();
      double forward = 2 * flops * seen / (peak * efficiency.fusedAttention());
      return new Passes(forward, BACKWARD_OF_FUSED * forward);
    }
    boolean wide = block.attention().config().softmaxInFp32() && run.isNarrow();
    double bytes = scores * element;
    double one = Math.max(flops / (peak * efficiency.products()), bytes / bandwidth);
    double softmax = wide ? 1 + 3 * Float.BYTES / element : 2;
    double dropped = model.dropout().attention() > 0 ? 3 : 0;
    double masked = run.fusesSoftmax() ? 0 : 2;
    double forward = (masked + softmax + dropped) * bytes / bandwidth;
    double backward = (masked + 1 + softmax + dropped) * bytes / bandwidth;
    return new Passes(2 * one + forward, 4 * one + backward);
  }

  /// Tokens that a token attends to, on average.
  private double seen(LayerSpec.Transformer block) {
    double half = run.positions() / 2;
    return block.attention().config().window().isPresent()
        ? Math.min(half, block.attention().config().window().getAsInt() + 1.0)
        : half;
  }

  private double bent(Activation activation, LayerSpec.Transformer block) {
    double w = rows * block.mlp().config().size() * element / tensor;
    return (activation.gated() ? 5 : 2) * w;
  }

  private Passes gmlp(LayerSpec.Gmlp block) {
    double width = (double) block.narrow().weight().shape().size(1);
    double mixed = 2 * rows * run.positions() * width / (peak * efficiency.products());
    double half = rows * width * element;
    return product(block.widen())
        .plus(product(block.narrow()))
        .plus(new Passes(mixed, 2 * mixed))
        .plus(moved(norm() * outside + (4 + norm() + 3 + 3) * half));
  }

  private Passes head(LayerSpec.Head head) {
    double vocabulary = (double) head.weight().shape().size(0) / tensor;
    return product(head.weight()).plus(moved(4 * rows * vocabulary * Float.BYTES));
  }

  private Passes product(LinearSpec linear) {
    Passes own = product(linear.weight());
    return linear
        .adapter()
        .map(each -> own.plus(product(each.a())).plus(product(each.b())))
        .orElse(own);
  }

  private Passes product(ParameterSpec weight) {
    Shape piece = Shards.local(weight, tensor);
    double out = piece.size(0);
    double in = piece.size(1);
    double computing = 2 * rows * out * in / (peak * efficiency.product(out, in));
    double moving = (rows * (out + in) + out * in) * element / bandwidth;
    double forward = Math.max(computing, moving);
    return new Passes(forward, (weight.trainable() ? 2 : 1) * forward);
  }

  private Passes moved(double bytes) {
    double forward = bytes / bandwidth;
    return new Passes(forward, BACKWARD_TRAFFIC * forward);
  }
}
