package neox.evaluation.task;

import java.util.List;
import java.util.Optional;
import neox.evaluation.config.FewShotKeys.Sampler;
import neox.evaluation.document.Document;
import neox.evaluation.function.TaskFunction;

/// Which examples a task shows before its question, and how.
///
/// @param split where they come from
/// @param samples the examples to choose from where no split is named; without either they come
///   from the training split, else validation, else test
/// @param process turns the documents of the split into those that examples are made of
/// @param count fixed by the task; the caller's number overrides it, unless it is exactly 0
public record FewShot(
    Optional<String> split,
    Optional<List<Document>> samples,
    Optional<TaskFunction.OfDocuments> process,
    Sampler sampler,
    Optional<Integer> count,
    Prompt prompt) {

  /// How many examples to show when the caller asks for `requested`.
  public int shots(Optional<Integer> requested) {
    if (count.isPresent() && count.get() == 0) {
      return 0;
    }
    return requested.or(() -> count).orElse(0);
  }
}
