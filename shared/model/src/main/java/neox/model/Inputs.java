package neox.model;

import neox.model.position.Places;
import org.bytedeco.pytorch.Tensor;

/// What a network reads: tokens, where they stand, what they may see, and what is dropped of them.
///
/// @param ids `[b, s]` int64
/// @param positions of the tokens in their texts
/// @param noise what dropout draws from
public record Inputs(Tensor ids, Places positions, Visibility visibility, Noise noise) {
  /// Whole texts from their beginning; each token sees itself and those before it.
  public static Inputs of(Tensor ids) {
    return new Inputs(ids, Places.fromStart(), Visibility.all(), Noise.ofProcess());
  }

  /// The continuation of texts whose beginnings are remembered.
  public static Inputs after(AttentionHistory history, Tensor ids) {
    return new Inputs(
        ids, history.next(ids.size(1)), Visibility.all().withHistory(history), Noise.ofProcess());
  }

  /// Branches of a tree of texts, one after the other in the one row of `ids`.
  ///
  /// @param text where the tokens stand in their texts
  public static Inputs along(Branches branches, Places text, Tensor ids) {
    return new Inputs(ids, text, Visibility.of(branches), Noise.ofProcess());
  }

  public Inputs withVisibility(Visibility value) {
    return new Inputs(ids, positions, value, noise);
  }

  public Inputs withPositions(Places value) {
    return new Inputs(ids, value, visibility, noise);
  }

  public Inputs withNoise(Noise value) {
    return new Inputs(ids, positions, visibility, value);
  }
}
