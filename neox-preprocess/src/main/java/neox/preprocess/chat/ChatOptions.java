package neox.preprocess.chat;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What becomes of a conversation.
///
/// @param keys of a row, each a conversation
/// @param learnt which of its tokens are learnt
/// @param generationRole who is to be learnt from
/// @param reward what is written beside each conversation
public record ChatOptions(
    List<String> keys, Learnt learnt, String generationRole, Optional<Reward> reward) {
  /// Which tokens have a label of their own.
  public enum Learnt {
    /// Everything; there are no labels.
    ALL,
    /// What the generation role says.
    ANSWERS,
    /// The last message, if it is the generation role's.
    LAST_ANSWER,
    /// The end of the conversation alone, for a reward model.
    END
  }

  /// A reward beside each conversation.
  ///
  /// @param key of the row
  public record Reward(String key, Form form) {
    /// How a row says it.
    public enum Form {
      /// An integer.
      NUMBER,
      /// 1 or -1 for good or bad.
      BINARY
    }
  }

  /// The datasets of one key, in order; those of the keys follow each other.
  public List<String> datasets() {
    return keys.stream()
        .<String>mapMulti((key, names) -> {
          names.accept(key);
          if (learnt != Learnt.ALL) {
            names.accept(key + "_label");
          }
          if (reward.isPresent()) {
            names.accept(key + "_reward");
          }
        })
        .toList();
  }

  /// What the output depends on.
  public Map<String, String> settings() {
    return Map.of(
        "conversations", String.join(" ", keys),
        "what is learnt", learnt.toString(),
        "--generation-role", generationRole,
        "reward", reward.map(Reward::toString).orElse("none"));
  }
}
