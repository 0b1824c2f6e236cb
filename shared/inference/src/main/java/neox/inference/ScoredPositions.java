package neox.inference;

import java.util.ArrayList;
import java.util.List;
import neox.inference.ScoredText.Target;
import neox.model.Head;
import neox.tensor.Owner;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.Tensor;

/// Hidden states whose next tokens are asked for, gathered over passes until their product with the
/// vocabulary is worth it. Mutable, not thread-safe.
final class ScoredPositions implements AutoCloseable {
  private final Owner owner = new Owner();
  private final Placement placement;
  private final ConstantRows rows;
  private final Tensor hidden; // [most, h]
  private final List<List<Target>> targets = new ArrayList<>();

  ScoredPositions(Placement placement, int hiddenSize, ConstantRows rows) {
    this.placement = placement;
    this.rows = rows;
    try (var _ = Scope.open()) {
      this.hidden = owner.keep(placement.zeros(rows.most(), hiddenSize));
    }
  }

  /// @param added `[n, h]`
  /// @param asked about each of them
  void add(Tensor added, List<List<Target>> asked, Head head) {
    int from = 0;
    while (from < asked.size()) {
      int count = Math.min(asked.size() - from, rows.most() - targets.size());
      hidden.narrow(0, targets.size(), count).copy_(added.narrow(0, from, count));
      targets.addAll(asked.subList(from, from + count));
      from += count;
      if (targets.size() == rows.most()) {
        score(head);
      }
    }
  }

  /// Scores what is there.
  void score(Head head) {
    if (targets.isEmpty()) {
      return;
    }
    List<Target> all = targets.stream().flatMap(List::stream).toList();
    long[] rowOf = new long[all.size()];
    int next = 0;
    for (int row = 0; row < targets.size(); row++) {
      for (int i = 0; i < targets.get(row).size(); i++) {
        rowOf[next++] = row;
      }
    }
    long[] labels = all.stream().mapToLong(Target::token).toArray();
    int read = rows.of(targets.size());
    targets.clear();
    try (var _ = Scope.open()) {
      Head.LabelScores found =
          head.scoreLabels(
              hidden.narrow(0, 0, read).unsqueeze(0),
              placement.indices(rowOf),
              placement.indices(labels));
      float[] logProbabilities = TensorData.floats(found.logLikelihoods());
      long[] greedy = TensorData.longs(found.greedy());
      for (int i = 0; i < logProbabilities.length; i++) {
        Target target = all.get(i);
        target.answer().know(target.index(), logProbabilities[i], greedy[i] != 0);
      }
    }
  }

  @Override
  public void close() {
    owner.close();
  }
}
