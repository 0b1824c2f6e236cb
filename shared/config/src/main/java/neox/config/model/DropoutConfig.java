package neox.config.model;

import neox.config.table.ConfigTable;
import neox.config.table.Range;

/// Probabilities with which entries are set to zero in training (arXiv:1207.0580).
///
/// @param hidden after embedding, attention and MLP (`hidden_dropout`)
/// @param attention of attention weights (`attention_dropout`)
public record DropoutConfig(double hidden, double attention) {
  public static final DropoutConfig NONE = new DropoutConfig(0, 0);

  static DropoutConfig from(ConfigTable t) {
    return new DropoutConfig(
        probability(t, "hidden_dropout", "dropout after embedding, attention and MLP"),
        probability(t, "attention_dropout", "dropout of attention probabilities"));
  }

  private static double probability(ConfigTable t, String name, String documentation) {
    return t.real(name, 0.0, Range.below(0, 1), documentation);
  }
}
