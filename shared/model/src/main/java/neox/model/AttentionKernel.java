package neox.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import neox.config.RecomputeConfig;
import neox.config.model.AttentionConfig;
import neox.tensor.Device;
import neox.tensor.ElementType;
import neox.tensor.Placement;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// How softmax(q kᵀ / √d + bias) v is computed (arXiv:1706.03762 §3.2); q `[b, n, s, d]`, k and v
/// `[b, n, t, d]`.
sealed interface AttentionKernel {
  Tensor attend(Tensor q, Tensor k, Tensor v, Scores scores, Pass pass);

  /// What becomes of the scores before the softmax.
  ///
  /// @param mask what queries do not see
  /// @param bias what is added, broadcastable to `[b, n, s, t]`
  record Scores(AttentionMask mask, Optional<Tensor> bias) {
    /// The same for the first queries and keys alone, where there are as many of both: a bias
    /// depends on distances alone, so that a shorter text's is the beginning of a longer one's.
    Scores ofFirst(long tokens) {
      return new Scores(
          mask.ofFirst(tokens), bias.map(b -> b.narrow(-2, 0, tokens).narrow(-1, 0, tokens)));
    }
  }

  /// The kernel of a block, counted from 0.
  static AttentionKernel of(int block, Parts parts, AttentionConfig config) {
    AttentionKernel kernel =
        choose(
            parts.placement(),
            config,
            new Dropout(
                parts.model().dropout().attention(),
                Dropout.Site.ofRank(block + ".attention.weights", parts.tensorParallel())),
            parts.model().positions().biasesScores());
    return parts
        .recomputed(RecomputeConfig.Part.CORE_ATTN)
        .<AttentionKernel>map(again -> new Recomputed(kernel, again))
        .orElse(kernel);
  }

  /// The kernel of an attention, kept for the backward pass.
  ///
  /// In bfloat16 libtorch's fused CPU kernel multiplies naively and is twice as slow as two
  /// matmuls, but for a single query, where oneDNN would make a plan for each new length of the
  /// text; it cannot drop weights, nor learn a bias.
  ///
  /// @param biased whether positions add to the scores
  static AttentionKernel choose(
      Placement placement, AttentionConfig config, Dropout dropout, boolean biased) {
    AttentionKernel twoProducts = new TwoProducts(config.softmaxInFp32(), dropout);
    if (biased) {
      return twoProducts;
    }
    if (placement.device() instanceof Device.Cpu && placement.type() == ScalarType.BFloat16) {
      return new ByMode(twoProducts, new ByQueries(new Fused(), twoProducts));
    }
    return dropout.probability() > 0 ? new ByMode(twoProducts, new Fused()) : new Fused();
  }

  /// One kernel in training, another otherwise.
  record ByMode(AttentionKernel training, AttentionKernel evaluation) implements AttentionKernel {
    @Override
    public Tensor attend(Tensor q, Tensor k, Tensor v, Scores scores, Pass pass) {
      AttentionKernel kernel =
          switch (pass.mode()) {
            case TRAINING -> training;
            case EVALUATION -> evaluation;
          };
      return kernel.attend(q, k, v, scores, pass);
    }
  }

  /// One kernel where each text has a single query, another otherwise.
  record ByQueries(AttentionKernel single, AttentionKernel several) implements AttentionKernel {
    @Override
    public Tensor attend(Tensor q, Tensor k, Tensor v, Scores scores, Pass pass) {
      return (q.size(2) == 1 ? single : several).attend(q, k, v, scores, pass);
    }
  }

  /// Nothing but its inputs and its result is kept for the backward pass (arXiv:2205.05198 §5).
  record Recomputed(AttentionKernel kernel, Recomputation recomputation)
      implements AttentionKernel {
    @Override
    public Tensor attend(Tensor q, Tensor k, Tensor v, Scores scores, Pass pass) {
      List<Tensor> inputs = new ArrayList<>(List.of(q, k, v));
      scores.bias().ifPresent(inputs::add);
      List<Tensor> constants = new ArrayList<>();
      scores
          .mask()
          .exchange(hidden -> {
            constants.add(hidden);
            return hidden;
          });
      return recomputation.apply(
          pass.noise(),
          inputs,
          constants,
          (given, fixed) ->
              kernel.attend(
                  given.get(0),
                  given.get(1),
                  given.get(2),
                  new Scores(
                      scores.mask().exchange(_ -> fixed.getFirst()),
                      scores.bias().map(_ -> given.getLast())),
                  pass));
    }
  }

  /// Without the scores ever being in memory (arXiv:2205.14135).
  record Fused() implements AttentionKernel {
    @Override
    public Tensor attend(Tensor q, Tensor k, Tensor v, Scores scores, Pass pass) {
      boolean causal = scores.mask() instanceof AttentionMask.Causal;
      return torch.scaled_dot_product_attention(
          q, k, v, added(q, scores.mask()), 0.0, causal, new DoubleOptional(), false);
    }

    private static TensorOptional added(Tensor q, AttentionMask mask) {
      return switch (mask) {
        case AttentionMask.None _, AttentionMask.Causal _ -> new TensorOptional();
        case AttentionMask.Hidden(Tensor hidden) ->
            new TensorOptional(
                torch.zeros(new long[] {1}, q.options()).masked_fill(hidden, minusInfinity()));
      };
    }
  }

  /// The formula as it is written.
  record TwoProducts(boolean softmaxInFp32, Dropout dropout) implements AttentionKernel {
    @Override
    public Tensor attend(Tensor q, Tensor k, Tensor v, Scores scores, Pass pass) {
      long b = q.size(0);
      long n = q.size(1);
      long s = q.size(2);
      long d = q.size(3);
      long t = k.size(2);
      long pairs = b * n;
      Tensor products = // [b·n, s, t]; scaled inside the product, so rounded once
          Batched.of(
              q.reshape(pairs, s, d),
              k.reshape(pairs, t, d).transpose(1, 2),
              1 / Math.sqrt((double) d));
      Tensor perHead = products.view(b, n, s, t);
      Tensor visible = masked(scores.bias().map(perHead::add).orElse(perHead), scores.mask());
      Tensor weights = dropout.forward(softmax(visible), pass);
      return Batched.of(weights.view(pairs, s, t), v.reshape(pairs, t, d)).view(b, n, s, d);
    }

    private static Tensor masked(Tensor scores, AttentionMask mask) {
      return switch (mask) {
        case AttentionMask.None _ -> scores;
        case AttentionMask.Causal(Tensor hidden) -> scores.masked_fill(hidden, minusInfinity());
        case AttentionMask.Hidden(Tensor hidden) -> scores.masked_fill(hidden, minusInfinity());
      };
    }

    private Tensor softmax(Tensor scores) {
      ScalarType type = ElementType.of(scores);
      if (!softmaxInFp32 || type == ScalarType.Double) {
        return torch.softmax(scores, -1);
      }
      return torch.softmax(scores, -1, new ScalarTypeOptional(ScalarType.Float)).to(type);
    }
  }

  private static Scalar minusInfinity() {
    return new Scalar(Double.NEGATIVE_INFINITY);
  }
}
