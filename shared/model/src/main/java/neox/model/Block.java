package neox.model;

import neox.config.ModelConfig;
import neox.parallel.TensorParallel;
import org.bytedeco.pytorch.Tensor;

/// One transformer block, `[b, s, h]` to `[b, s, h]`.
///
///     sequential: y = x + attention(norm₁ x);  z = y + mlp(norm₂ y)
///     parallel:   z = x + attention(norm₁ x) + mlp(norm₂ x)      (arXiv:2204.06745 §2.1)
final class Block implements Layer {
  private final int index;
  private final boolean parallelResidual;
  private final boolean tiedNorm;
  private final Normalization norm1;
  private final Normalization norm2;
  private final Attention attention;
  private final Mlp mlp;
  private final Dropout dropout;
  private final TensorParallel tp;

  /// @param index in NeoX's numbering
  Block(
      ModelConfig config,
      ParameterSet parameters,
      int index,
      Attention attention,
      TensorParallel tp) {
    this.index = index;
    this.parallelResidual = config.parallelResidual();
    this.tiedNorm = config.tiedNorm();
    this.norm1 = Normalization.of(config, parameters, index, "input_layernorm");
    this.norm2 =
        tiedNorm ? norm1 : Normalization.of(config, parameters, index, "post_attention_layernorm");
    this.attention = attention;
    this.mlp = new Mlp(config, parameters, index);
    this.dropout = new Dropout(config.hiddenDropout());
    this.tp = tp;
  }

  @Override
  public int index() {
    return index;
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    if (parallelResidual) {
      Tensor normed = tp.enter(norm1.forward(x));
      Tensor forMlp = tiedNorm ? normed : tp.enter(norm2.forward(x));
      Tensor fromAttention = dropout.forward(attention.partial(normed, pass), pass);
      Tensor fromMlp = dropout.forward(mlp.partial(forMlp), pass);
      return x.add(tp.leave(fromAttention.add(fromMlp)));
    }
    Tensor fromAttention = tp.leave(attention.partial(tp.enter(norm1.forward(x)), pass));
    Tensor y = x.add(dropout.forward(fromAttention, pass));
    Tensor fromMlp = tp.leave(mlp.partial(tp.enter(norm2.forward(y))));
    return y.add(dropout.forward(fromMlp, pass));
  }
}
