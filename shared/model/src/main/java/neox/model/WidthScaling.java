package neox.model;

import java.util.function.Function;
import neox.config.model.ModelConfig;
import neox.config.model.Mup;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/// What muP (arXiv:2203.03466 table 8 and appendix B) multiplies activations by; without it nothing
/// happens to them.
///
/// NeoX compat: GPT-NeoX builds its network with muP switched off. Of its own factors only that of
/// a tied output layer, which asks later, takes effect.
record WidthScaling(ModelConfig model) {
  /// Embeddings `[b, s, h]`.
  Tensor embeddings(Tensor x) {
    return scaled(
        x,
        mup ->
            switch (mup.rules()) {
              case NEOX -> 1.0;
              case PAPER -> mup.embeddingFactor();
            });
  }

  /// Queries `[b, n, s, d]`: scores become q·k / d in place of q·k / √d.
  Tensor queries(Tensor q) {
    return scaled(
        q,
        mup ->
            switch (mup.rules()) {
              case NEOX -> 1.0;
              case PAPER -> 1 / (Math.sqrt((double) model.headDim()) * mup.attentionTemperature());
            });
  }

  /// Whether queries stay as they are.
  boolean leavesQueries() {
    return model.mup().isEmpty();
  }

  /// What the output layer reads `[b, s, h]`: it has the width's factor where others have its root
  /// in their first values.
  Tensor outputs(Tensor hidden) {
    return scaled(
        hidden,
        mup ->
            switch (mup.rules()) {
              case NEOX -> model.head().tied() ? 1 / mup.widthFactor() : 1.0;
              case PAPER -> 1 / (mup.widthFactor() * mup.outputTemperature());
            });
  }

  private Tensor scaled(Tensor x, Function<Mup, Double> factorOf) {
    double factor = model.mup().map(factorOf).orElse(1.0);
    return factor == 1 ? x : x.mul(new Scalar(factor));
  }
}
