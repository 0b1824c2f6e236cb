package neox.model;

import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
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
  private final List<Attention> attention; // of each shard of this rank
  private final List<Mlp> mlp;
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
    this.attention = parts.ofEachShard(each -> new Attention(spec, each));
    this.mlp = parts.ofEachShard(each -> new Mlp(spec.mlp(), each));
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
        List<Tensor> normed = tp.enterEach(norm1.forward(x));
        yield parallel(x, normed, tp.enterEach(norm2.forward(x)), pass);
      }
      case PARALLEL_TIED_NORM -> {
        List<Tensor> normed = tp.enterEach(norm1.forward(x));
        yield parallel(x, normed, normed, pass);
      }
    };
  }

  private Tensor sequential(Tensor x, Pass pass) {
    List<Tensor> forAttention = tp.enterEach(norm1.forward(x));
    Tensor fromAttention =
        tp.leaveAll(ofEach(i -> attention.get(i).partial(forAttention.get(i), pass)));
    Tensor y = x.add(attentionDropout.forward(fromAttention, pass));
    List<Tensor> forMlp = tp.enterEach(norm2.forward(y));
    Tensor fromMlp = tp.leaveAll(ofEach(i -> mlp.get(i).partial(forMlp.get(i), pass)));
    return y.add(mlpDropout.forward(fromMlp, pass));
  }

  private Tensor parallel(Tensor x, List<Tensor> forAttention, List<Tensor> forMlp, Pass pass) {
    List<Tensor> partials =
        ofEach(i -> {
          Tensor fromAttention = attention.get(i).partial(forAttention.get(i), pass);
          Tensor dropped = attentionDropout.forward(fromAttention, pass);
          return dropped.add(mlpDropout.forward(mlp.get(i).partial(forMlp.get(i), pass), pass));
        });
    return x.add(tp.leaveAll(partials));
  }

  private List<Tensor> ofEach(IntFunction<Tensor> shard) {
    return IntStream.range(0, attention.size()).mapToObj(shard).toList();
  }
}
