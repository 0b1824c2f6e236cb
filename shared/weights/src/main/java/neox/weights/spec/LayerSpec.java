package neox.weights.spec;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import neox.config.model.GmlpConfig;
import neox.config.model.Residual;

/// One layer of a network, the unit that pipeline stages are cut into.
public sealed interface LayerSpec {
  /// In NeoX's numbering, which also names the checkpoint file `layer_{index}-model_{rank}`.
  int index();

  /// Everything that the layer computes with, or only stores, in NeoX's order.
  List<ParameterSpec> parameters();

  /// What a checkpoint stores with this layer: name inside the layer → parameter, in NeoX's order.
  default Map<String, ParameterSpec> stored() {
    Map<String, ParameterSpec> stored = new LinkedHashMap<>();
    for (ParameterSpec spec : parameters()) {
      spec.homes().stream()
          .filter(home -> home.layer() == index())
          .forEach(home -> stored.put(home.name(), spec));
    }
    return stored;
  }

  /// Token ids to vectors.
  ///
  /// @param words `[V, h]`
  /// @param positions `[positions, h]` when they are learned
  record Embedding(int index, ParameterSpec words, Optional<ParameterSpec> positions)
      implements LayerSpec {
    @Override
    public List<ParameterSpec> parameters() {
      return Stream.concat(Stream.of(words), positions.stream()).toList();
    }
  }

  /// Vectors that stand before every text.
  ///
  /// @param vectors `[tokens, h]`
  record SoftPrompt(int index, ParameterSpec vectors) implements LayerSpec {
    @Override
    public List<ParameterSpec> parameters() {
      return List.of(vectors);
    }
  }

  /// A transformer block.
  ///
  /// @param number counted from 0
  /// @param norm2 stored by NeoX even where both branches read `norm1`
  record Transformer(
      int index,
      int number,
      Residual residual,
      NormSpec norm1,
      AttentionSpec attention,
      NormSpec norm2,
      MlpSpec mlp)
      implements LayerSpec {
    @Override
    public List<ParameterSpec> parameters() {
      return Stream.of(
              norm1.parameters(), attention.parameters(), norm2.parameters(), mlp.parameters())
          .flatMap(part -> part)
          .toList();
    }
  }

  /// A gMLP block.
  ///
  /// @param number counted from 0
  /// @param widen to twice the inside: values, then gates. Its bias and that of `narrow` are
  ///   stored, zero: NeoX never adds them
  /// @param gateNorm of the gates
  /// @param mix `[L, L]`: how much of each position's gates every position gets
  /// @param attention what aMLP adds
  record Gmlp(
      int index,
      int number,
      GmlpConfig config,
      NormSpec norm,
      LinearSpec widen,
      NormSpec gateNorm,
      LinearSpec mix,
      Optional<TinyAttentionSpec> attention,
      LinearSpec narrow)
      implements LayerSpec {
    @Override
    public List<ParameterSpec> parameters() {
      return Stream.of(
              norm.parameters(),
              widen.parameters(),
              gateNorm.parameters(),
              mix.parameters(),
              attention.stream().flatMap(TinyAttentionSpec::parameters),
              narrow.parameters())
          .flatMap(part -> part)
          .toList();
    }
  }

  /// The norm after the last block.
  record FinalNorm(int index, NormSpec norm) implements LayerSpec {
    @Override
    public List<ParameterSpec> parameters() {
      return norm.parameters().toList();
    }
  }

  /// Hidden states to logits.
  ///
  /// @param weight `[V, h]`, the embedding's own when tied; of a reward model `[1, h]`
  record Head(int index, ParameterSpec weight) implements LayerSpec {
    @Override
    public List<ParameterSpec> parameters() {
      return List.of(weight);
    }
  }
}
