package neox.evaluation.task;

import java.util.ArrayList;
import java.util.List;
import neox.base.UserException;
import neox.evaluation.document.Document;
import neox.python.PythonRandom;
import neox.template.value.Comparison;

/// Picks the examples for one document after the other; the generator moves on with every document,
/// so order matters.
final class FewShotSampler {
  private final Task task;
  private final List<Document> pool;
  private final PythonRandom random;
  private final boolean excludesQuestion;

  /// @param random the task's own generator
  FewShotSampler(Task task, List<Document> pool, PythonRandom random) {
    this.task = task;
    this.pool = pool;
    this.random = random;
    // The harness compares the names of the example split and the test split, and two missing names
    // are equal: tasks without either keep the question out of examples from the training split.
    this.excludesQuestion = task.fewShot().split().equals(task.data().test());
  }

  /// The examples to show before `question`, never the question itself where the harness takes care
  /// of that.
  List<Document> draw(Document question, int shots) {
    if (shots == 0) {
      return List.of();
    }
    return switch (task.fewShot().sampler()) {
      case RANDOM -> excludesQuestion ? drawOthers(question, shots) : sample(pool, shots);
      case FIRST -> first(excludesQuestion ? without(question, pool) : pool, shots);
    };
  }

  private List<Document> drawOthers(Document question, int shots) {
    List<Document> drawn = without(question, sample(pool, shots + 1));
    return drawn.size() < shots ? sample(without(question, pool), shots) : drawn.subList(0, shots);
  }

  private List<Document> sample(List<Document> from, int count) {
    require(from, count);
    List<Document> drawn = new ArrayList<>(count);
    for (int index : random.sample(from.size(), count)) {
      drawn.add(from.get(index));
    }
    return drawn;
  }

  private List<Document> first(List<Document> from, int count) {
    require(from, count);
    return from.subList(0, count);
  }

  private void require(List<Document> from, int count) {
    if (from.size() < count) {
      throw UserException.of(
          "task %s needs %d documents to draw few-shot examples from, its data set has %d; lower"
              + " --num-fewshot",
          task.name(), count, from.size());
    }
  }

  private static List<Document> without(Document question, List<Document> documents) {
    return documents.stream()
        .filter(other -> !Comparison.equal(other.fields(), question.fields()))
        .toList();
  }
}
