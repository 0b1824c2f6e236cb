package neox.train.log;

import neox.config.RecomputeConfig;
import neox.config.RecomputeConfig.Part;
import neox.config.model.ModelConfig;
import neox.weights.spec.AdapterSpec;
import neox.weights.spec.LayerSpec;
import neox.weights.spec.LinearSpec;
import neox.weights.spec.NetworkSpec;

/// Floating-point operations of a step, counted strictly: products alone, with the widths that the
/// matrices have; attention to what a token sees, half of the text; no look-up of embeddings. A
/// product of n rows with an `[out, in]` matrix is `2·n·out·in` operations forward and the same for
/// each of the two gradients; a matrix that is not trained has one gradient less.
///
/// (`FlopCount` is GPT-NeoX's own formula, which counts all of the scores and knows one width.)
///
/// @param model what the network needs
/// @param hardware with what is computed again
public record StrictFlops(double model, double hardware) {
  /// Those of a step.
  ///
  /// @param network all of it
  /// @param positions of each sample
  public static StrictFlops of(
      ModelConfig model,
      NetworkSpec network,
      RecomputeConfig recompute,
      long samples,
      long positions) {
    return new Count(model, positions, recompute).of(network, (double) samples);
  }

  /// Operations per token.
  ///
  /// @param forward of the forward pass
  /// @param backward of the backward pass
  /// @param again of what is computed twice
  private record PerToken(double forward, double backward, double again) {
    PerToken plus(PerToken other) {
      return new PerToken(forward + other.forward, backward + other.backward, again + other.again);
    }

    PerToken recomputed(boolean is) {
      return is ? new PerToken(forward, backward, forward) : this;
    }
  }

  private record Count(ModelConfig model, double positions, RecomputeConfig recompute) {
    StrictFlops of(NetworkSpec network, double samples) {
      PerToken all = new PerToken(0, 0, 0);
      for (LayerSpec layer : network.layers()) {
        all = all.plus(of(layer));
      }
      double tokens = samples * positions;
      double model = tokens * (all.forward + all.backward);
      return new StrictFlops(model, model + tokens * all.again);
    }

    private PerToken of(LayerSpec layer) {
      boolean blocks = recompute instanceof RecomputeConfig.Blocks;
      return switch (layer) {
        case LayerSpec.Transformer block -> transformer(block).recomputed(blocks);
        case LayerSpec.Gmlp block -> gmlp(block).recomputed(blocks);
        case LayerSpec.Head head ->
            matrix((double) head.weight().shape().count(), head.weight().trainable());
        case LayerSpec.Embedding _, LayerSpec.SoftPrompt _, LayerSpec.FinalNorm _ ->
            new PerToken(0, 0, 0);
      };
    }

    private PerToken transformer(LayerSpec.Transformer block) {
      PerToken projections =
          linear(block.attention().queryKeyValue()).plus(linear(block.attention().dense()));
      PerToken mlp =
          linear(block.mlp().widen())
              .plus(linear(block.mlp().narrow()))
              .recomputed(recompute.recomputes(Part.MLP));
      double seen = positions / 2;
      if (block.attention().config().window().isPresent()) {
        seen = Math.min(seen, block.attention().config().window().getAsInt() + 1.0);
      }
      double width = (double) model.heads() * model.headDim();
      double products = 2 * 2 * seen * width; // queries with keys, weights with values
      PerToken core = new PerToken(products, 2 * products, 0);
      return projections.plus(mlp).plus(core.recomputed(recompute.recomputes(Part.CORE_ATTN)));
    }

    private PerToken gmlp(LayerSpec.Gmlp block) {
      double width = (double) block.narrow().weight().shape().size(1);
      double mixed = 2 * positions / 2 * width;
      PerToken mix = new PerToken(mixed, 2 * mixed, 0);
      PerToken attention =
          block
              .attention()
              .map(tiny -> linear(tiny.queryKeyValue()).plus(linear(tiny.dense())))
              .orElse(new PerToken(0, 0, 0));
      return linear(block.widen()).plus(linear(block.narrow())).plus(mix).plus(attention);
    }

    private static PerToken linear(LinearSpec linear) {
      PerToken own = matrix((double) linear.weight().shape().count(), linear.weight().trainable());
      return linear.adapter().map(each -> own.plus(adapter(each))).orElse(own);
    }

    private static PerToken adapter(AdapterSpec adapter) {
      return matrix((double) (adapter.a().shape().count() + adapter.b().shape().count()), true);
    }

    private static PerToken matrix(double entries, boolean trained) {
      return new PerToken(2 * entries, (trained ? 4 : 2) * entries, 0);
    }
  }
}
