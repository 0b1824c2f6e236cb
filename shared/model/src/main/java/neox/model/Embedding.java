package neox.model;

import neox.base.UserException;
import neox.config.ModelConfig;
import neox.tensor.ElementType;
import neox.tensor.Scope;
import neox.weights.neox.NeoxParameters;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/// Token ids `[b, s]` to vectors `[b, s, h]`, plus a vector for each position if it is learned or
/// sinusoidal.
final class Embedding implements Layer, AutoCloseable {
  private final Tensor words; // [V, h]
  private final @Nullable Tensor positions; // [positions, h]
  private final boolean ownsPositions;
  private final Dropout dropout;

  Embedding(ModelConfig config, ParameterSet parameters, int maxLength, ScalarType dtype) {
    this.words = parameters.get(NeoxParameters.EMBEDDING, "word_embeddings.weight");
    this.dropout = new Dropout(config.hiddenDropout());
    this.ownsPositions =
        switch (config.positionEmbedding()) {
          case SINUSOIDAL -> true;
          case LEARNED, ROTARY, RPE, ALIBI, NONE -> false;
        };
    this.positions =
        ownsPositions
            ? sinusoids(config.hiddenSize(), maxLength, dtype)
            : parameters.find(NeoxParameters.EMBEDDING, "position_embeddings.weight").orElse(null);
  }

  @Override
  public int index() {
    return NeoxParameters.EMBEDDING;
  }

  @Override
  public Tensor forward(Tensor tokens, Pass pass) {
    Tensor x = torch.embedding(words, tokens);
    if (positions != null) {
      long from = pass.history().length();
      long s = tokens.size(1);
      if (from + s > positions.size(0)) {
        throw new UserException(
            "%d tokens do not fit the %d positions of the model"
                .formatted(from + s, positions.size(0)));
      }
      x = x.add(positions.narrow(0, from, s));
    }
    return dropout.forward(x, pass);
  }

  /// `(sin(p·f), cos(p·f))` in halves, f from 1 down to 1/10000 (arXiv:1706.03762 §3.5 interleaves
  /// the two; NeoX does not).
  private static Tensor sinusoids(int hidden, int length, ScalarType dtype) {
    try (var _ = Scope.open()) {
      Tensor exponents =
          torch
              .arange(
                  new Scalar(0),
                  new Scalar(hidden),
                  new Scalar(2),
                  ElementType.options(ScalarType.Float))
              .div(new Scalar((double) hidden));
      Tensor frequencies = torch.pow(new Scalar(10000.0), exponents.neg());
      Tensor angles =
          torch.outer(
              torch.arange(new Scalar(length), ElementType.options(ScalarType.Float)), frequencies);
      return Scope.keep(torch.cat(new TensorVector(angles.sin(), angles.cos()), -1).to(dtype));
    }
  }

  @Override
  public void close() {
    if (ownsPositions && positions != null) {
      Scope.release(positions);
    }
  }
}
