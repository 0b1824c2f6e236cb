package neox.model;

import neox.config.model.Residual;
import neox.parallel.TensorParallel;
import neox.weights.spec.LayerSpec;
import org.bytedeco.pytorch.Tensor;

/// One transformer block, `[b, s, h]` to `[b, s, h]`, or a slice of the sequence to the same slice.
///
///     sequential: y = x + attention(norm₁ x);  z = y + mlp(norm₂ y)
///     parallel:   z = x + attention(norm₁ x) + mlp(norm₂ x)      (arXiv:2204.06745 §2.1)
final class Block implements Layer {
  private final Residual residual;
  private final Normalization norm1;
  private final Normalization norm2;
  private final Attention attention;
  private final Mlp mlp;
  private final Dropout attentionDropout;
  private final Dropout mlpDropout;
  private final TensorParallel tp;

  Block(LayerSpec.Transformer spec, Parts parts) {
    ParameterSet parameters = parts.parameters();
    this.residual = spec.residual();
    this.tp = parts.tensorParallel();
    long[] hidden = {parts.model().hiddenSize()};
    this.norm1 = Normalization.of(spec.norm1(), hidden, parameters);
    this.norm2 =
        switch (residual) {
          case SEQUENTIAL, PARALLEL -> Normalization.of(spec.norm2(), hidden, parameters);
          case PARALLEL_TIED_NORM -> norm1;
        };
    this.attention = new Attention(spec, parts);
    this.mlp = new Mlp(spec.mlp(), parts);
    this.attentionDropout = dropout(spec.number() + ".attention", parts);
    this.mlpDropout = dropout(spec.number() + ".mlp", parts);
  }

  /// A parallel block drops before it adds up the ranks' parts, of all of them the same entries.
  private Dropout dropout(String name, Parts parts) {
    Dropout.Site site =
        residual.parallel() ? Dropout.Site.alike(name) : Dropout.Site.between(name, tp);
    return new Dropout(parts.model().dropout().hidden(), site);
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    return switch (residual) {
      case SEQUENTIAL -> sequential(x, pass);
      case PARALLEL -> {
        Tensor normed = tp.enter(norm1.forward(x));
        yield parallel(x, normed, tp.enter(norm2.forward(x)), pass);
      }
      case PARALLEL_TIED_NORM -> {
        Tensor normed = tp.enter(norm1.forward(x));
        yield parallel(x, normed, normed, pass);
      }
    };
  }

  private Tensor sequential(Tensor x, Pass pass) {
    Tensor fromAttention = tp.leave(attention.partial(tp.enter(norm1.forward(x)), pass));
    Tensor y = x.add(attentionDropout.forward(fromAttention, pass));
    Tensor fromMlp = tp.leave(mlp.partial(tp.enter(norm2.forward(y)), pass));
    return y.add(mlpDropout.forward(fromMlp, pass));
  }

  private Tensor parallel(Tensor x, Tensor forAttention, Tensor forMlp, Pass pass) {
    Tensor fromAttention = attentionDropout.forward(attention.partial(forAttention, pass), pass);
    Tensor fromMlp = mlpDropout.forward(mlp.partial(forMlp, pass), pass);
    return x.add(tp.leave(fromAttention.add(fromMlp)));
  }
}
