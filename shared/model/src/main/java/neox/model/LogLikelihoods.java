package neox.model;

import java.util.List;
import java.util.Optional;
import neox.parallel.TensorParallel;
import neox.tensor.CustomFunction;
import neox.tensor.ElementType;
import neox.tensor.Placement;
import neox.tensor.Scope;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// `log softmax(x Wᵀ)[label]` without ever holding all logits: position by position in chunks, forward
/// and backward, and with a vocabulary that several ranks share (arXiv:1909.08053 §3).
///
/// With z = x Wᵀ:
///
///     log p(label) = z[label] - m - log Σ exp(z - m),  m = max z
///     ∂ log p(label) / ∂z = onehot(label) - softmax(z)
///
/// Shapes: N positions of all rows together, h hidden, V this rank's part of the vocabulary.
final class LogLikelihoods {
  /// Logits held at once, in elements: 128 MiB in float32.
  private static final long LOGITS_AT_ONCE = 1L << 25;

  private static final long NO_REDUCTION = 0;
  private static final long NOT_A_LABEL = -100;

  /// How near to the promised multiple of the weights a gradient must be, in float32.
  private static final double SAME = 1e-5;

  private final Tensor weight; // [V, h]
  private final TensorParallel tp;
  private final long positionsAtOnce;

  LogLikelihoods(Tensor weight, TensorParallel tp) {
    this(weight, tp, Math.max(1, LOGITS_AT_ONCE / weight.size(0)));
  }

  LogLikelihoods(Tensor weight, TensorParallel tp, long positionsAtOnce) {
    this.weight = weight;
    this.tp = tp;
    this.positionsAtOnce = positionsAtOnce;
  }

  /// Whether all logits of these hidden states `[b, s, h]` may be in memory at once.
  boolean fitsWhole(Tensor hidden) {
    return hidden.numel() / hidden.size(-1) <= positionsAtOnce;
  }

  /// The same from logits `[b, s, V]`, by libtorch's own operation: `[b, s]`.
  static Tensor ofLogits(Tensor logits, Tensor labels) {
    Tensor losses = // [b·s]
        torch.cross_entropy_loss(
            logits.to(precise(logits)).view(-1, logits.size(-1)),
            labels.reshape(-1),
            new TensorOptional(),
            NO_REDUCTION,
            NOT_A_LABEL,
            0.0);
    return losses.neg().view(labels.size(0), labels.size(1));
  }

  /// See [Head#score].
  static Head.TokenScores scores(Tensor logits, Tensor labels) {
    Tensor logSoftmax = torch.log_softmax(logits, -1, new ScalarTypeOptional(ScalarType.Float));
    return new Head.TokenScores(
        torch.gather(logSoftmax, -1, labels.unsqueeze(-1)).squeeze(-1),
        logSoftmax.argmax(new LongOptional(-1), false));
  }

  /// See [Head#logLikelihoods(Tensor, Tensor, Optional)].
  Tensor of(Tensor hidden, Tensor labels, Optional<Tensor> weights) {
    Tensor x = tp.enter(hidden).reshape(-1, hidden.size(-1)); // [N, h]
    Tensor ids = labels.reshape(-1);
    boolean differentiable = GradMode.is_enabled() && (x.requires_grad() || weight.requires_grad());
    Tensor values =
        differentiable && weights.isPresent()
            ? inOnePass(x, ids, weights.get().reshape(-1).to(precise(x)))
            : inTwoPasses(x, ids);
    return values.view(labels.size(0), labels.size(1));
  }

  private Tensor inTwoPasses(Tensor x, Tensor ids) {
    return CustomFunction.apply(
        compute(x, ids, Optional.empty()).values(),
        List.of(x, weight),
        List.of(x, ids),
        (gradient, saved) ->
            compute(saved.get(0), saved.get(1), Optional.of(gradient)).gradients());
  }

  private Tensor inOnePass(Tensor x, Tensor ids, Tensor expected) {
    Result result = compute(x, ids, Optional.of(expected));
    return CustomFunction.apply(
        result.values(),
        List.of(x, weight),
        List.of(x, ids, expected, result.ofHidden(), result.ofWeight()),
        (gradient, saved) ->
            asExpected(gradient, saved.get(2), saved.get(3), saved.get(4))
                .orElseGet(
                    () -> compute(saved.get(0), saved.get(1), Optional.of(gradient)).gradients()));
  }

  /// The gradients computed beforehand, times the factor between what came and what was expected.
  private static Optional<List<Optional<Tensor>>> asExpected(
      Tensor gradient, Tensor expected, Tensor ofHidden, Tensor ofWeight) {
    // 0 / 0 where nothing counts, which is close to nothing and so is computed again.
    Tensor factor = gradient.dot(expected).div(expected.dot(expected));
    if (!torch.allclose(gradient, expected.mul(factor), SAME, 0, false)) {
      return Optional.empty();
    }
    return Optional.of(
        List.of(
            Optional.of(ofHidden.mul(factor.to(ElementType.of(ofHidden)))),
            Optional.of(ofWeight.mul_(factor.to(ElementType.of(ofWeight))))));
  }

  /// @param values `[N]`
  /// @param ofHidden `[N, h]`; without meaning when no gradient was given
  /// @param ofWeight `[V, h]`, likewise
  private record Result(Tensor values, Tensor ofHidden, Tensor ofWeight) {
    List<Optional<Tensor>> gradients() {
      return List.of(Optional.of(ofHidden), Optional.of(ofWeight));
    }
  }

  /// @param gradient `[N]` of the values: given, their gradients are computed too
  private Result compute(Tensor x, Tensor ids, Optional<Tensor> gradient) {
    long n = x.size(0);
    try (var _ = new NoGradGuard()) {
      Tensor values =
          torch.zeros(new long[] {n}, x.options().dtype(new ScalarTypeOptional(precise(x))));
      Tensor ofHidden = gradient.isPresent() ? torch.zeros_like(x) : new Tensor();
      Tensor ofWeight = gradient.isPresent() ? sumsOverChunks() : new Tensor();
      Result result = new Result(values, ofHidden, ofWeight);
      for (long from = 0; from < n; from += positionsAtOnce) {
        try (var _ = Scope.open()) {
          chunk(x, ids, gradient, result, from, Math.min(positionsAtOnce, n - from));
        }
      }
      return gradient.isPresent()
          ? new Result(values, ofHidden, ofWeight.to(ElementType.of(weight)))
          : result;
    }
  }

  /// Zeros `[V, h]`, in float32 at least: bfloat16 sums would lose small contributions.
  private Tensor sumsOverChunks() {
    return Placement.of(weight).as(precise(weight)).zeros(weight.size(0), weight.size(1));
  }

  private void chunk(
      Tensor allX, Tensor allIds, Optional<Tensor> gradient, Result result, long from, long count) {
    Tensor x = allX.narrow(0, from, count); // [c, h]
    Tensor z = x.mm(weight.t()).to(precise(x)); // [c, V]
    OwnVocabulary own = OwnVocabulary.of(allIds.narrow(0, from, count), weight.size(0), tp);
    Tensor rows = own.rows().unsqueeze(1); // [c, 1]
    Tensor inside = own.mask(z).unsqueeze(1);
    Tensor max = tp.max(z.amax(new long[] {-1}, true)); // [c, 1]
    Tensor target = tp.sum(z.gather(1, rows).mul(inside));
    z.sub_(max).exp_();
    Tensor sum = tp.sum(z.sum(new long[] {-1}, true, new ScalarTypeOptional()));
    result.values().narrow(0, from, count).copy_(target.sub(max).sub(sum.log()).squeeze(1));
    if (gradient.isPresent()) {
      Tensor g = gradient.get().narrow(0, from, count).unsqueeze(1); // [c, 1]
      z.mul_(g.div(sum).neg()).scatter_add_(1, rows, inside.mul(g)); // g · (onehot - softmax)
      Tensor ofLogits = z.to(ElementType.of(weight));
      result.ofHidden().narrow(0, from, count).copy_(ofLogits.mm(weight));
      if (ElementType.of(weight) == precise(weight)) {
        result.ofWeight().addmm_(ofLogits.t(), x);
      } else {
        result.ofWeight().add_(ofLogits.t().mm(x));
      }
    }
  }

  /// The type to compute in: float32 at least.
  private static ScalarType precise(Tensor x) {
    return ElementType.of(x) == ScalarType.Double ? ScalarType.Double : ScalarType.Float;
  }
}
