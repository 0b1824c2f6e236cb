package neox.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import neox.parallel.TensorParallel;
import neox.tensor.CustomFunction;
import neox.tensor.ElementType;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.tensor.kernel.Products;
import neox.tensor.kernel.RowBlocks;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
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
/// Shapes: N positions of all rows together, h hidden, V a shard of the vocabulary, of which this
/// rank has one or several.
final class LogLikelihoods {
  private static final long NO_REDUCTION = 0;
  private static final long NOT_A_LABEL = -100;

  /// How near to the promised multiple of the weights a gradient must be, in float32.
  private static final double SAME = 1e-5;

  private final List<Tensor> weights; // [V, h] of each shard of this rank
  private final TensorParallel tp;
  private final long positionsAtOnce;

  /// With the matrix of a head as it was trained; empty where it has another form.
  ///
  /// @param weights of each shard of this rank
  static Optional<LogLikelihoods> of(List<Weight> weights, TensorParallel tp) {
    List<Tensor> dense = new ArrayList<>();
    for (Weight weight : weights) {
      switch (weight) {
        case DenseWeight(Tensor tensor, _) -> dense.add(tensor);
        case Weight.Loaded _ -> {
          return Optional.empty();
        }
      }
    }
    return Optional.of(new LogLikelihoods(dense, tp));
  }

  LogLikelihoods(List<Tensor> weights, TensorParallel tp) {
    this(weights, tp, Math.max(1, Head.LOGITS_AT_ONCE / rows(weights, tp)));
  }

  LogLikelihoods(Tensor weight, TensorParallel tp, long positionsAtOnce) {
    this(List.of(weight), tp, positionsAtOnce);
  }

  private LogLikelihoods(List<Tensor> weights, TensorParallel tp, long positionsAtOnce) {
    this.weights = List.copyOf(weights);
    this.tp = tp;
    this.positionsAtOnce = positionsAtOnce;
  }

  /// Rows whose logits are in memory together; of fixed shards all, so that chunks are the same
  /// whoever holds them.
  private static long rows(List<Tensor> weights, TensorParallel tp) {
    return weights.getFirst().size(0) * (tp.hasFixedShards() ? tp.shards() : weights.size());
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

  /// See [Head#scoreLabels].
  ///
  /// @param logits `[p, V]`
  static Head.LabelScores scores(Tensor logits, Tensor rows, Tensor labels) {
    Tensor logSoftmax = torch.log_softmax(logits, -1, new ScalarTypeOptional(ScalarType.Float));
    Tensor places = rows.mul(new Scalar(logits.size(1))).add(labels);
    Tensor found = logSoftmax.take(places); // [n]
    Tensor greedy = found.ge(logSoftmax.amax(new long[] {-1}, false).take(rows));
    Tensor likeliest = greedy.nonzero().squeeze(-1); // of which the first of equals is meant
    Tensor first =
        logSoftmax
            .index_select(0, rows.take(likeliest))
            .argmax(new LongOptional(-1), false)
            .eq(labels.take(likeliest));
    greedy.index_copy_(0, likeliest, first);
    return new Head.LabelScores(found, greedy);
  }

  /// See [Head#logLikelihoods(Tensor, Tensor, Optional)].
  Tensor of(Tensor hidden, Tensor labels, Optional<Tensor> expected) {
    List<Tensor> inputs = inputs(hidden);
    Tensor ids = labels.reshape(-1);
    boolean differentiable =
        GradMode.is_enabled() && inputs.stream().anyMatch(Tensor::requires_grad);
    Tensor values =
        differentiable && expected.isPresent()
            ? inOnePass(inputs, ids, expected.get().reshape(-1).to(precise(hidden)))
            : inTwoPasses(inputs, ids);
    return values.view(labels.size(0), labels.size(1));
  }

  /// What a gradient is computed for: what each shard reads, `[N, h]`, then the weights.
  private List<Tensor> inputs(Tensor hidden) {
    List<Tensor> inputs = new ArrayList<>();
    tp.enterEach(hidden).forEach(x -> inputs.add(x.reshape(-1, hidden.size(-1))));
    inputs.addAll(weights);
    return inputs;
  }

  /// See [Head#normalized].
  Head.Normalized normalized(Tensor hidden, Tensor labels) {
    List<Tensor> inputs = inputs(hidden);
    Tensor x = inputs.getFirst();
    Tensor values = // [2, N]
        CustomFunction.apply(
            compute(x, labels.reshape(-1), Optional.empty()).values(),
            inputs,
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

  private Tensor inTwoPasses(List<Tensor> inputs, Tensor ids) {
    Tensor x = inputs.getFirst();
    return CustomFunction.apply(
        compute(x, ids, Optional.empty()).likelihoods(),
        inputs,
        List.of(x, ids),
        (gradient, saved) ->
            compute(saved.get(0), saved.get(1), Optional.of(new Upstream(gradient))).gradients());
  }

  private Tensor inOnePass(List<Tensor> inputs, Tensor ids, Tensor expected) {
    Tensor x = inputs.getFirst();
    Result result = compute(x, ids, Optional.of(new Upstream(expected)));
    List<Tensor> kept = new ArrayList<>(List.of(x, ids, expected));
    kept.addAll(result.ofHidden());
    kept.addAll(result.ofWeights());
    return CustomFunction.apply(
        result.likelihoods(),
        inputs,
        kept,
        (gradient, saved) ->
            asExpected(gradient, saved.get(2), saved.subList(3, saved.size()))
                .orElseGet(() ->
                    compute(saved.get(0), saved.get(1), Optional.of(new Upstream(gradient)))
                        .gradients()));
  }

  /// The gradients computed beforehand, times the factor between what came and what was expected.
  private static Optional<List<Optional<Tensor>>> asExpected(
      Tensor gradient, Tensor expected, List<Tensor> gradients) {
    if (gradient.equal(expected)) {
      return Optional.of(gradients.stream().map(Optional::of).toList());
    }
    // 0 / 0 where nothing counts, which is close to nothing and so is computed again.
    Tensor factor = gradient.dot(expected).div(expected.dot(expected));
    if (!torch.allclose(gradient, expected.mul(factor), SAME, 0, false)) {
      return Optional.empty();
    }
    return Optional.of(
        gradients.stream()
            .map(each -> Optional.of(each.mul_(factor.to(ElementType.of(each)))))
            .toList());
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
  /// @param ofHidden `[N, h]` of each shard; none when no gradient was given
  /// @param ofWeights `[V, h]` of each shard, likewise
  private record Result(Tensor values, List<Tensor> ofHidden, List<Tensor> ofWeights) {
    Tensor likelihoods() {
      return values.select(0, 0);
    }

    List<Optional<Tensor>> gradients() {
      return Stream.concat(ofHidden.stream(), ofWeights.stream()).map(Optional::of).toList();
    }
  }

  /// @param gradient of the values: given, their gradients are computed too
  private Result compute(Tensor x, Tensor ids, Optional<Upstream> gradient) {
    long n = x.size(0);
    try (var _ = new NoGradGuard()) {
      Tensor values =
          torch.zeros(new long[] {2, n}, x.options().dtype(new ScalarTypeOptional(precise(x))));
      List<Tensor> wanted = gradient.isPresent() ? weights : List.of();
      Result result =
          new Result(
              values,
              wanted.stream().map(_ -> torch.zeros_like(x)).toList(),
              wanted.stream().map(LogLikelihoods::sumsOverChunks).toList());
      long atOnce = evenly(n);
      for (long from = 0; from < n; from += atOnce) {
        try (var _ = Scope.open()) {
          chunk(x, ids, gradient, result, from, Math.min(atOnce, n - from));
        }
      }
      return new Result(
          values,
          result.ofHidden(),
          result.ofWeights().stream().map(each -> each.to(ElementType.of(x))).toList());
    }
  }

  /// Positions of a chunk, so that all are nearly as long.
  private long evenly(long n) {
    return Math.max(1, Math.ceilDiv(n, Math.max(1, Math.ceilDiv(n, positionsAtOnce))));
  }

  /// Zeros `[V, h]`, in float32 at least: bfloat16 sums would lose small contributions.
  private static Tensor sumsOverChunks(Tensor weight) {
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
    Tensor ids = allIds.narrow(0, from, count);
    List<Logits> shards = new ArrayList<>();
    for (int own = 0; own < weights.size(); own++) {
      Tensor weight = weights.get(own);
      int shard = tp.rank() * weights.size() + own;
      Tensor z = Products.of(x, weight.t()).to(precise(x));
      shards.add(Logits.of(z, OwnVocabulary.of(ids, weight.size(0), shard)));
    }
    Tensor values = result.values().narrow(1, from, count);
    Optional<Upstream> upstream = gradient.map(all -> all.narrow(from, count));
    if (tp.isAlone() && shards.size() == 1) {
      Logits all = shards.getFirst();
      RowBlocks.each(
          all.z(),
          (first, rows) ->
              normalize(
                  List.of(all.narrow(first, rows)),
                  values.narrow(1, first, rows),
                  upstream.map(each -> each.narrow(first, rows))));
    } else {
      normalize(shards, values, upstream);
    }
    if (upstream.isPresent()) {
      for (int own = 0; own < weights.size(); own++) {
        Tensor ofLogits = shards.get(own).z().to(ElementType.of(x));
        addGradients(ofLogits, x, own, result.ofHidden().get(own).narrow(0, from, count), result);
      }
    }
  }

  /// Finds the values of some positions, and turns their logits into the gradient of these.
  ///
  /// @param values `[2, c]`
  private void normalize(List<Logits> shards, Tensor values, Optional<Upstream> upstream) {
    Tensor max = tp.maxAll(map(shards, Logits::max)); // [c, 1]
    Tensor target = tp.sumAll(map(shards, Logits::target));
    shards.forEach(shard -> shard.z().sub_(max).exp_());
    Tensor sum = tp.sumAll(map(shards, Logits::sum));
    Tensor log = sum.log();
    values.select(0, 0).copy_(target.sub(max).sub(log).squeeze(1));
    values.select(0, 1).copy_(max.add(log).squeeze(1));
    upstream.ifPresent(given -> shards.forEach(shard -> shard.toGradient(given, sum)));
  }

  /// @param ofLogits `[c, V]`
  /// @param ofHidden `[c, h]` of the result
  private void addGradients(Tensor ofLogits, Tensor x, int own, Tensor ofHidden, Result result) {
    Tensor weight = weights.get(own);
    Tensor ofWeight = result.ofWeights().get(own);
    Products.into(ofHidden, ofLogits, weight);
    if (ElementType.of(weight) == precise(weight)) {
      Products.add(ofWeight, ofLogits.t(), x);
    } else {
      ofWeight.add_(ofLogits.t().mm(x));
    }
  }

  private static List<Tensor> map(List<Logits> shards, Function<Logits, Tensor> of) {
    return shards.stream().map(of).toList();
  }

  /// One shard's logits of c positions.
  ///
  /// @param z `[c, V]`, in float32 at least
  /// @param rows of the labels, `[c, 1]`
  /// @param inside 1 for labels of this shard, 0 for others, `[c, 1]`
  private record Logits(Tensor z, Tensor rows, Tensor inside) {
    static Logits of(Tensor z, OwnVocabulary own) {
      return new Logits(z, own.rows().unsqueeze(1), own.mask(z).unsqueeze(1));
    }

    Logits narrow(long from, long count) {
      return new Logits(
          z.narrow(0, from, count), rows.narrow(0, from, count), inside.narrow(0, from, count));
    }

    Tensor max() {
      return z.amax(new long[] {-1}, true);
    }

    Tensor target() {
      return z.gather(1, rows).mul(inside);
    }

    Tensor sum() {
      return z.sum(new long[] {-1}, true, new ScalarTypeOptional());
    }

    /// Turns exp(z - m) into the gradient of z.
    ///
    /// @param sum of exp(z - m) over all shards
    void toGradient(Upstream upstream, Tensor sum) {
      Tensor g = upstream.ofLikelihoods().unsqueeze(1); // [c, 1]
      z.mul_(upstream.ofSoftmax().unsqueeze(1).div(sum)).scatter_add_(1, rows, inside.mul(g));
    }
  }

  /// The type to compute in: float32 at least.
  private static ScalarType precise(Tensor x) {
    return ElementType.of(x) == ScalarType.Double ? ScalarType.Double : ScalarType.Float;
  }
}
