package neox.config.model;

import java.util.List;
import neox.config.table.ConfigTable;

/// The output projection.
///
/// @param tied it is the embedding matrix (not `no_weight_tying`)
/// @param output what it says of each position
public record HeadConfig(boolean tied, Output output) {
  /// What a network says of each position.
  public enum Output {
    /// How likely each token of the vocabulary is next.
    LOGITS,
    /// One number: how good the text is up to there (`train_impl: rm`).
    REWARD
  }

  /// The head of a language model.
  public HeadConfig(boolean tied) {
    this(tied, Output.LOGITS);
  }

  static HeadConfig from(ConfigTable t) {
    boolean own = t.flag(OWN, false, "the output projection has its own matrix");
    boolean reward = t.says("train_impl", "rm");
    t.check(
        !reward || own,
        List.of(OWN, "train_impl"),
        "a reward model (train_impl rm) has an output projection of its own; set it to true");
    return new HeadConfig(!own, reward ? Output.REWARD : Output.LOGITS);
  }

  private static final String OWN = "no_weight_tying";
}
