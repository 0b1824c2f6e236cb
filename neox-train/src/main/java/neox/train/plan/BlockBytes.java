package neox.train.plan;

import neox.config.RecomputeConfig;
import neox.config.RecomputeConfig.Part;
import neox.config.model.Activation;
import neox.config.model.Dims;
import neox.config.model.GmlpConfig;
import neox.config.model.MlpConfig;
import neox.config.model.ModelConfig;
import neox.config.model.Norm;
import neox.config.model.Positions;
import neox.config.model.Residual;
import neox.weights.spec.LayerSpec;

/// The activations of blocks, operation by operation: what autograd saves is what the derivative of
/// each needs, in the order of `Block`, `Attention` and `Mlp`.
///
/// With H a hidden state of the micro-batch (tokens · hidden size · bytes), Q the queries and K the
/// keys of this rank, W its part of the MLP's inside, S its scores, and t tensor-parallel ranks. A
/// hidden state outside of a tensor-parallel region is H/t with sequence parallelism.
final class BlockBytes {
  private final PlannedRun run;
  private final ModelConfig model;
  private final RecomputeConfig recompute;
  private final double element;
  private final double tokens;
  private final double tensor;
  private final double hidden; // H inside a tensor-parallel region
  private final double outside; // H outside of it

  BlockBytes(PlannedRun run, Layout layout) {
    this.run = run;
    this.model = run.config().model();
    this.recompute = layout.recompute();
    this.element = run.elementBytes();
    this.tokens = run.tokens(layout);
    this.tensor = layout.tensor();
    this.hidden = tokens * model.hiddenSize() * element;
    this.outside = hidden / layout.sequenceShare();
  }

  /// H, outside of tensor-parallel regions.
  double hiddenState() {
    return outside;
  }

  /// What the final norm and the head keep: its input, and its output, gathered where it is split.
  LayerBytes ofFinalNorm() {
    return new LayerBytes(outside + hidden, 0);
  }

  /// A block alone; its input, which it keeps, included.
  LayerBytes of(LayerSpec.Transformer block) {
    LayerBytes attention = attention(block);
    LayerBytes mlp = mlp(block.mlp().config());
    double drop = dropped(model.dropout().hidden(), outside);
    double norms =
        switch (block.residual()) {
          case SEQUENTIAL -> 2 * norm(outside) + outside; // and the sum between both
          case PARALLEL -> 2 * norm(outside);
          case PARALLEL_TIED_NORM -> norm(outside);
        };
    double gathered = inputsOfProjections(block.residual());
    double kept = outside + norms + gathered + attention.kept() + mlp.kept() + 2 * drop;
    double sums = 2 * hidden; // gradients of the stream and of a branch
    double later = attention.working() - mlp.kept(); // the MLP's turn comes first
    double worst = Math.max(mlp.working(), later);
    return new LayerBytes(kept, sums + worst + gradientOfLargestMatrix(block));
  }

  /// The norms' outputs, which the projections keep; gathered, where they are split.
  private double inputsOfProjections(Residual residual) {
    return switch (residual) {
      case SEQUENTIAL, PARALLEL -> 2 * hidden;
      case PARALLEL_TIED_NORM -> hidden;
    };
  }

  /// What a norm keeps beside its input and its output.
  private double norm(double size) {
    double wide = size * Float.BYTES / element;
    return switch (model.norm()) {
      case Norm.LayerNorm _, Norm.NonParametricLayerNorm _ ->
          2 * Float.BYTES * size / element / model.hiddenSize();
      case Norm.RmsNorm _ -> run.isNarrow() ? 2 * wide : wide;
      case Norm.ScaleNorm _ -> size;
    };
  }

  private LayerBytes attention(LayerSpec.Transformer block) {
    Dims dims = model.dims();
    double q = tokens * dims.heads() * dims.headDim() * element / tensor;
    double k = tokens * dims.kvHeads() * dims.headDim() * element / tensor;
    boolean grouped = dims.heads() != dims.kvHeads();
    boolean rotates = model.positions() instanceof Positions.Rotary;
    double rows = q + 2 * k;
    double normed = block.attention().config().normed() ? q + q + norm(2 * q) : 0;
    double viewed = rotates ? 2 * q + rows : rows; // queries, keys; values are a view of all rows
    double given = grouped ? (rotates ? q : rows) + 2 * q : viewed;
    if (!run.holdsScores()) {
      double sums = tokens * dims.heads() / tensor * Float.BYTES;
      if (inPlace(block) && !grouped) {
        return new LayerBytes(rows + q + sums, 2 * rows); // each gradient, and all side by side
      }
      return new LayerBytes(normed + given + q + sums, 3 * rows + 3 * q);
    }
    LayerBytes scores = scores(block, dims);
    LayerBytes core = new LayerBytes(3 * q + scores.kept(), scores.working());
    LayerBytes held = recompute.recomputes(Part.CORE_ATTN) ? core.recomputed(given) : core;
    return new LayerBytes(normed + held.kept() + q, Math.max(held.working(), 3 * rows));
  }

  /// Whether queries and keys are turned where they lie (`SelfAttention`).
  private boolean inPlace(LayerSpec.Transformer block) {
    return run.gpu().isCpu()
        && !run.isNarrow()
        && !block.attention().config().normed()
        && block.attention().config().window().isEmpty();
  }

  /// Softmax keeps its result, dropout its mask and its own.
  private LayerBytes scores(LayerSpec.Transformer block, Dims dims) {
    double count = tokens * run.positions() * dims.heads() / tensor;
    boolean wide = block.attention().config().softmaxInFp32() && run.isNarrow();
    double softmax = count * (wide ? Float.BYTES + element : element);
    double dropped = model.dropout().attention() > 0 ? count * element : 0;
    double mask = dropped(model.dropout().attention(), count * element);
    double gradients = 2 * count * (wide ? Float.BYTES : element);
    return new LayerBytes(softmax + dropped + mask, gradients + count * element);
  }

  /// What dropout keeps: numbers to multiply by, or on a GPU which were kept.
  private double dropped(double probability, double size) {
    return probability == 0 ? 0 : run.gpu().isCpu() ? size : size / element;
  }

  private LayerBytes mlp(MlpConfig mlp) {
    double w = tokens * mlp.size() * element / tensor;
    double kept = inside(mlp.activation(), w);
    double working = mlp.activation().gated() ? 5 * w : w;
    LayerBytes whole = new LayerBytes(kept, working);
    return recompute.recomputes(Part.MLP) ? whole.recomputed(0) : whole;
  }

  /// What the non-linearity and the second projection keep.
  private static double inside(Activation activation, double w) {
    return switch (activation) {
      case GELU, SILU, SWISH, MISH -> 2 * w;
      case RELU -> w; // of its result alone
      case SOFTSIGN -> 3 * w;
      case GEGLU, REGLU, SWIGLU, GLU -> 4 * w; // both halves, the bent one, the product
      case BILINEAR -> 3 * w;
    };
  }

  private double gradientOfLargestMatrix(LayerSpec.Transformer block) {
    double widen = block.mlp().widen().weight().shape().count();
    double rows = block.attention().queryKeyValue().weight().shape().count();
    return Math.max(widen, rows) * element / tensor;
  }

  /// A gMLP block: two halves of four times the hidden size, and a matrix over positions.
  LayerBytes of(LayerSpec.Gmlp block) {
    double half = GmlpConfig.WIDENING * hidden;
    double tiny = block.attention().isPresent() ? half + scoresOfTiny() : 0;
    double kept = hidden + norm(hidden) + hidden + 4 * half + norm(half) + 3 * half + tiny;
    double mix = run.positions() * run.positions() * element;
    return new LayerBytes(kept + mix, 6 * half + 2 * mix);
  }

  private double scoresOfTiny() {
    return 2 * tokens * run.positions() * element;
  }
}
