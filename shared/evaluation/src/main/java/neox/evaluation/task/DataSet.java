package neox.evaluation.task;

import java.util.Optional;

/// Where a task's documents are and which splits it uses.
///
/// @param folder name of the directory below the data directory
/// @param origin what the data set is called on the Hugging Face hub
public record DataSet(
    String folder,
    String origin,
    Optional<String> training,
    Optional<String> validation,
    Optional<String> test) {

  public DataSet {
    if (validation.isEmpty() && test.isEmpty()) {
      throw new IllegalArgumentException(folder + " has nothing to evaluate on");
    }
  }

  /// The split that is scored.
  public String evaluated() {
    return test.or(() -> validation).orElseThrow();
  }

  /// The split that few-shot examples come from unless the task names one.
  String examples() {
    return training.or(() -> validation).or(() -> test).orElseThrow();
  }
}
