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
///     log Z = m + log Σ exp(z - m),  ∂ log Z / ∂z = softmax(z)
///
/// Shapes: N positions of all rows together, h hidden, V this rank's part of the vocabulary.
final class LogLikelihoods {
  private static final long NO_REDUCTION = 0;
  private static final long NOT_A_LABEL = -100;

  /// How near to the promised multiple of the weights a gradient must be, in float32.
  private static final double SAME = 1e-5;

  private final Tensor weight; // [V, h]
  private final TensorParallel tp;
  private final long positionsAtOnce;

  LogLikelihoods(Tensor weight, TensorParallel tp) {
    this(weight, tp, Math.max(1, Head.LOGITS_AT_ONCE / weight.size(0)));
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

  /// The same with log Z.
  static Head.Normalized normalizedOfLogits(Tensor logits, Tensor labels) {
    Tensor z = logits.to(precise(logits)); // [b, s, V]
    Tensor normalizers = torch.logsumexp(z, new long[] {-1}, false);
    Tensor target = z.gather(-1, labels.unsqueeze(-1)).squeeze(-1);
    return new Head.Normalized(target.sub(normalizers), normalizers);
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

  /// See [Head#normalized].
  Head.Normalized normalized(Tensor hidden, Tensor labels) {
    Tensor x = tp.enter(hidden).reshape(-1, hidden.size(-1)); // [N, h]
    Tensor values = // [2, N]
        CustomFunction.apply(
            compute(x, labels.reshape(-1), Optional.empty()).values(),
            List.of(x, weight),
            List.of(x, labels.reshape(-1)),
            (gradient, saved) ->
                compute(
                        saved.get(0),
                        saved.get(1),
                        Optional.of(
                            new Upstream(
                                gradient.select(0, 0), Optional.of(gradient.select(0, 1)))))
                    .gradients());
    long[] sizes = {labels.size(0), labels.size(1)};
    return new Head.Normalized(values.select(0, 0).view(sizes), values.select(0, 1).view(sizes));
  }

  private Tensor inTwoPasses(Tensor x, Tensor ids) {
    return CustomFunction.apply(
        compute(x, ids, Optional.empty()).likelihoods(),
        List.of(x, weight),
        List.of(x, ids),
        (gradient, saved) ->
            compute(saved.get(0), saved.get(1), Optional.of(new Upstream(gradient))).gradients());
  }

  private Tensor inOnePass(Tensor x, Tensor ids, Tensor expected) {
    Result result = compute(x, ids, Optional.of(new Upstream(expected)));
    return CustomFunction.apply(
        result.likelihoods(),
        List.of(x, weight),
        List.of(x, ids, expected, result.ofHidden(), result.ofWeight()),
        (gradient, saved) ->
            asExpected(gradient, saved.get(2), saved.get(3), saved.get(4))
                .orElseGet(() ->
                    compute(saved.get(0), saved.get(1), Optional.of(new Upstream(gradient)))
                        .gradients()));
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

  /// Gradients of what is computed, `[N]` each.
  ///
  /// @param ofNormalizers of log Z; none when nothing follows from it
  private record Upstream(Tensor ofLikelihoods, Optional<Tensor> ofNormalizers) {
    Upstream(Tensor ofLikelihoods) {
      this(ofLikelihoods, Optional.empty());
    }

    Upstream narrow(long from, long count) {
      return new Upstream(
          ofLikelihoods.narrow(0, from, count), ofNormalizers.map(g -> g.narrow(0, from, count)));
    }

    /// The factor of softmax(z) in the gradient of z.
    Tensor ofSoftmax() {
      return ofNormalizers.map(g -> g.sub(ofLikelihoods)).orElseGet(() -> ofLikelihoods.neg());
    }
  }

  /// @param values `[2, N]`: log p(label), log Z
  /// @param ofHidden `[N, h]`; without meaning when no gradient was given
  /// @param ofWeight `[V, h]`, likewise
  private record Result(Tensor values, Tensor ofHidden, Tensor ofWeight) {
    Tensor likelihoods() {
      return values.select(0, 0);
    }

    List<Optional<Tensor>> gradients() {
      return List.of(Optional.of(ofHidden), Optional.of(ofWeight));
    }
  }

  /// @param gradient of the values: given, their gradients are computed too
  private Result compute(Tensor x, Tensor ids, Optional<Upstream> gradient) {
    long n = x.size(0);
    try (var _ = new NoGradGuard()) {
      Tensor values =
          torch.zeros(new long[] {2, n}, x.options().dtype(new ScalarTypeOptional(precise(x))));
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
      Tensor allX,
      Tensor allIds,
      Optional<Upstream> gradient,
      Result result,
      long from,
      long count) {
    Tensor x = allX.narrow(0, from, count); // [c, h]
    Tensor z = x.mm(weight.t()).to(precise(x)); // [c, V]
    OwnVocabulary own = OwnVocabulary.of(allIds.narrow(0, from, count), weight.size(0), tp);
    Tensor rows = own.rows().unsqueeze(1); // [c, 1]
    Tensor inside = own.mask(z).unsqueeze(1);
    Tensor max = tp.max(z.amax(new long[] {-1}, true)); // [c, 1]
    Tensor target = tp.sum(z.gather(1, rows).mul(inside));
    z.sub_(max).exp_();
    Tensor sum = tp.sum(z.sum(new long[] {-1}, true, new ScalarTypeOptional()));
    Tensor values = result.values().narrow(1, from, count);
    values.select(0, 0).copy_(target.sub(max).sub(sum.log()).squeeze(1));
    values.select(0, 1).copy_(max.add(sum.log()).squeeze(1));
    if (gradient.isPresent()) {
      Upstream upstream = gradient.get().narrow(from, count);
      Tensor g = upstream.ofLikelihoods().unsqueeze(1); // [c, 1]
      z.mul_(upstream.ofSoftmax().unsqueeze(1).div(sum)).scatter_add_(1, rows, inside.mul(g));
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
