package neox.weights.hf;

import java.util.Locale;
import java.util.Optional;
import neox.config.model.AttentionKind;
import neox.config.model.ModelConfig;
import neox.config.model.Positions;

/// Reasons that several families have for not expressing a network.
final class Obstacles {
  /// The obstacle that all blocks do not agree, kinds of attention aside, which are one formula.
  static Optional<String> unequalBlocks(String label, ModelConfig model) {
    boolean equal =
        model.transformers().stream()
                .map(block -> block.withAttention(block.attention().withKind(AttentionKind.GLOBAL)))
                .distinct()
                .count()
            == 1;
    return equal
        ? Optional.empty()
        : Optional.of("HF " + label + " has the same blocks throughout, this network has not");
  }

  /// The obstacle that queries and keys are normed.
  static Optional<String> normedAttention(String label, ModelConfig model) {
    return model.transformers().stream().anyMatch(block -> block.attention().normed())
        ? Optional.of("HF " + label + " has no norm of queries and keys (use_qk_layernorm: true)")
        : Optional.empty();
  }

  /// The obstacle that it is scaled by muP, of which no family has the factors.
  static Optional<String> scaledByWidth(String label, ModelConfig model) {
    return model.mup().isEmpty()
        ? Optional.empty()
        : Optional.of(
            "HF " + label + " has no scaling of scores and logits by width (use_mup: true)");
  }

  /// The obstacle that positions are not rotary.
  static Optional<String> otherPositions(String label, Positions positions) {
    String reason =
        switch (positions) {
          case Positions.Learned _ -> "learned positions (pos_emb: learned), only rotary ones";
          case Positions.Sinusoidal _ ->
              "sinusoidal positions (pos_emb: sinusoidal), only rotary ones";
          case Positions.Relative _ ->
              "relative position biases (pos_emb: rpe), only rotary positions";
          case Positions.Alibi _ -> "alibi (pos_emb: alibi), only rotary positions";
          case Positions.None _ ->
              "networks without positions (pos_emb: none), only with rotary ones";
          case Positions.Rotary _ -> "";
        };
    return reason.isEmpty() ? Optional.empty() : Optional.of("HF " + label + " has no " + reason);
  }

  /// The rotary settings of a network without obstacles.
  static Positions.Rotary rotary(ModelConfig model) {
    if (model.positions() instanceof Positions.Rotary rotary) {
      return rotary;
    }
    throw new IllegalStateException("not rotary: " + model.positions());
  }

  /// The word that a configuration says a choice with.
  static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /// For what cannot be reached, because an obstacle stands before it.
  static IllegalStateException overlooked() {
    return new IllegalStateException("an obstacle was overlooked");
  }

  private Obstacles() {}
}
