package neox.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import neox.config.model.HeadConfig.Output;
import neox.parallel.TensorParallel;
import neox.weights.spec.ParameterSpec;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The end of a network: from hidden states `[b, s, h]`, after the final norm, to what they say of
/// the next token. The one place that knows the vocabulary's dim.
///
/// Where tensor-parallel ranks hold slices of the sequence, the hidden states are this rank's
/// slice; what comes of them is of all positions, the same on all ranks.
public final class Head {
  /// Logits held at once, in elements: 128 MiB in float32.
  public static final long LOGITS_AT_ONCE = 1L << 25;

  private final List<Projection> projections; // this rank's rows of [V, h], shard by shard
  private final Optional<LogLikelihoods> logLikelihoods; // none of a rounded matrix
  private final TensorParallel tp;
  private final Output output;
  private final WidthScaling scaling;

  Head(ParameterSpec weight, Parts parts) {
    this.output = parts.model().head().output();
    this.scaling = new WidthScaling(parts.model());
    List<Weight> rows = // of each shard of this rank
        parts.ofEachShard(shard -> shard.parameters().weights(weight).getFirst());
    this.projections = rows.stream().map(each -> Projection.of(each, parts.parameters())).toList();
    this.logLikelihoods = LogLikelihoods.of(rows, parts.tensorParallel());
    this.tp = parts.tensorParallel();
  }

  /// What a reward model says at each position: `[b, s]`, in float32 at least.
  public Tensor rewards(Tensor hidden) {
    require(Output.REWARD);
    long columns = hidden.size(-1) / tp.size();
    Tensor own = tp.enter(scaling.outputs(hidden)).narrow(-1, tp.rank() * columns, columns);
    return tp.total(projections.getFirst().forward(own)).squeeze(-1).to(ScalarType.Float);
  }

  private void require(Output wanted) {
    if (output != wanted) {
      throw new IllegalStateException("a head of " + output + " is asked for " + wanted);
    }
  }

  /// Logits `[b, s, V]`, on every rank of the whole vocabulary; without a gradient where several
  /// ranks share it.
  public Tensor logits(Tensor hidden) {
    return logits(hidden, Projection::forward);
  }

  private Tensor logits(Tensor hidden, Product product) {
    require(Output.LOGITS);
    List<Tensor> read = tp.enterEach(scaling.outputs(hidden));
    List<Tensor> own = new ArrayList<>();
    for (int shard = 0; shard < read.size(); shard++) {
      own.add(product.of(projections.get(shard), read.get(shard)));
    }
    return tp.gatherAll(own);
  }

  /// How hidden states are multiplied with the rows of the vocabulary.
  private interface Product {
    Tensor of(Projection projection, Tensor hidden);
  }

  /// What [#scoreLabels] finds for each label, `[n]`.
  ///
  /// @param logLikelihoods log p(label), float32
  /// @param greedy whether it is the likeliest token, the first of equals
  public record LabelScores(Tensor logLikelihoods, Tensor greedy) {}

  /// Scores labels against all other tokens, for inference. What a label gets depends on its own
  /// hidden state alone, where that is possible.
  ///
  /// @param hidden `[1, p, h]` of 64 positions or more, and so few that their logits fit into
  ///   memory
  /// @param rows the position of each label, `[n]`: several may share one
  /// @param labels `[n]`
  public LabelScores scoreLabels(Tensor hidden, Tensor rows, Tensor labels) {
    return LogLikelihoods.scores(logits(hidden, Projection::constant).squeeze(0), rows, labels);
  }

  /// What [#normalized] finds at each position, `[b, s]`, float32 at least.
  ///
  /// @param logLikelihoods log p(label)
  /// @param logNormalizers log Z, with Z the sum of exp(logit) over the vocabulary
  public record Normalized(Tensor logLikelihoods, Tensor logNormalizers) {}

  /// log p(label) and log Z of each position.
  ///
  /// @param labels `[b, s]` int64, from 0 to V - 1
  public Normalized normalized(Tensor hidden, Tensor labels) {
    require(Output.LOGITS);
    return byParts(hidden)
        .map(parts -> parts.normalized(hidden, labels))
        .orElseGet(() ->
            LogLikelihoods.normalizedOfLogits(projections.getFirst().forward(hidden), labels));
  }

  /// log p(label) of each position, in float32 at least: `[b, s]`. What training, perplexity and
  /// the scoring of texts are made of.
  ///
  /// The logits are never held all at once where they would be many (see [LogLikelihoods]).
  ///
  /// @param labels `[b, s]` int64, from 0 to V - 1
  public Tensor logLikelihoods(Tensor hidden, Tensor labels) {
    return logLikelihoods(hidden, labels, Optional.empty());
  }

  /// The same for a caller who knows beforehand what it will do with the result.
  ///
  /// @param weights `[b, s]` float32, without a gradient: the result's gradient will be these
  ///   numbers times one factor. Then one pass over the vocabulary serves forward and backward;
  ///   where the promise is broken, the backward pass computes the logits once more.
  public Tensor logLikelihoods(Tensor hidden, Tensor labels, Optional<Tensor> weights) {
    require(Output.LOGITS);
    Tensor read = scaling.outputs(hidden);
    return byParts(read)
        .map(parts -> parts.of(read, labels, weights))
        .orElseGet(() -> LogLikelihoods.ofLogits(projections.getFirst().forward(read), labels));
  }

  /// What computes without all logits of hidden states at once, where that has to be.
  private Optional<LogLikelihoods> byParts(Tensor hidden) {
    return logLikelihoods.filter(parts -> !tp.isAlone() || !parts.fitsWhole(hidden));
  }
}
