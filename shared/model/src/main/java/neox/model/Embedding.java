package neox.model;

import neox.model.position.PositionScheme;
import neox.parallel.TensorParallel;
import neox.weights.spec.LayerSpec;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Token ids `[b, s]` to vectors `[b, s, h]`, plus what the positions add; of them, what the rank
/// holds between tensor-parallel regions.
final class Embedding implements Layer {
  private final Tensor words; // [V, h], this rank's rows
  private final ScalarType type; // of activations
  private final PositionScheme positions;
  private final Dropout dropout;
  private final TensorParallel tp;
  private final WidthScaling scaling;

  Embedding(LayerSpec.Embedding spec, Parts parts) {
    this.words = parts.parameters().table(spec.words());
    this.type = parts.placement().type();
    this.positions = parts.positions();
    this.tp = parts.tensorParallel();
    this.dropout =
        new Dropout(parts.model().dropout().hidden(), Dropout.Site.between("embedding", tp));
    this.scaling = new WidthScaling(parts.model());
  }

  @Override
  public Tensor forward(Tensor tokens, Pass pass) {
    Tensor embedded = tp.slice(positions.embed(embed(tokens), pass.text()));
    return scaling.embeddings(dropout.forward(embedded, pass));
  }

  private Tensor embed(Tensor tokens) {
    if (tp.isAlone()) {
      return torch.embedding(words, tokens).to(type);
    }
    OwnVocabulary own = OwnVocabulary.of(tokens, words.size(0), tp);
    Tensor known = torch.embedding(words, own.rows()).to(type);
    return tp.total(known.mul(own.mask(known).unsqueeze(-1)));
  }
}
