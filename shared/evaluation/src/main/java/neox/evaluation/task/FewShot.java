package neox.evaluation.task;

import java.util.Optional;

/// Which examples a task shows before its question.
///
/// @param split where they come from; empty: training, else validation, else test
/// @param count fixed by the task; the caller's number overrides it, unless it is exactly 0
/// @param prompt how examples are written; empty: like the question
public record FewShot(
    Optional<String> split, Sampling sampling, Optional<Integer> count, Optional<Prompt> prompt) {
  /// The usual case.
  public static final FewShot DEFAULT =
      new FewShot(Optional.empty(), Sampling.RANDOM, Optional.empty(), Optional.empty());

  /// How examples are picked.
  public enum Sampling {
    /// Anew for each document, by the seeded generator.
    RANDOM,
    /// The first ones, the same for every document.
    FIRST
  }

  /// How many examples to show when the caller asks for `requested`.
  public int shots(Optional<Integer> requested) {
    if (count.isPresent() && count.get() == 0) {
      return 0;
    }
    return requested.or(() -> count).orElse(0);
  }
}
