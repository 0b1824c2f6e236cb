package neox.evaluation.task;

import java.util.Locale;

/// What kind of answer a task wants of a model.
public enum OutputType {
  /// The likelihood of one continuation.
  LOGLIKELIHOOD,
  /// The likelihood of a whole text.
  LOGLIKELIHOOD_ROLLING,
  /// The likelihoods of several continuations, the best of which is the answer.
  MULTIPLE_CHOICE,
  /// A text.
  GENERATE_UNTIL;

  /// The name in task files.
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The type of a name in task files.
  public static OutputType of(String key) {
    return valueOf(key.toUpperCase(Locale.ROOT));
  }
}
