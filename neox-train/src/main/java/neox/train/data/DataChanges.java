package neox.train.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import neox.train.checkpoint.DataOrder;
import neox.train.checkpoint.DataOrder.Dataset;

/// What is different in the data since a checkpoint was saved: a line each, which says what it was,
/// what it is, and what follows.
///
/// @param sample with which training goes on
record DataChanges(DataOrder before, DataOrder now, long sample) {

  /// Changes that give each dataset other samples, in a run whose mixture changes.
  static List<String> ofCuts(Optional<DataOrder> before, DataOrder now, long sample) {
    List<String> lines = new ArrayList<>();
    before.ifPresent(was -> new DataChanges(was, now, sample).addCuts(lines));
    return lines;
  }

  private void addCuts(List<String> lines) {
    add(lines, "seed", before.seed(), now.seed());
    add(lines, "seq_length", before.seqLength(), now.seqLength());
    add(lines, "pack_impl", before.packing(), now.packing());
  }

  /// Changes that give other samples than those which would have come next.
  List<String> warnings() {
    List<String> lines = new ArrayList<>();
    addCuts(lines);
    if (!before.split().equals(now.split())) {
      lines.add(splitLine());
    }
    addDatasets(lines);
    if (lines.isEmpty() && !before.isSameAs(now)) {
      add(lines, "train_iters", before.trainIters(), now.trainIters());
    }
    return lines;
  }

  /// Changes after which the very next sample comes next.
  List<String> notices() {
    if (before.trainBatchSize() == now.trainBatchSize()) {
      return List.of();
    }
    return List.of(
        "train_batch_size was %d in the checkpoint and is %d now: training goes on with sample %d%s"
            .formatted(
                before.trainBatchSize(),
                now.trainBatchSize(),
                sample,
                before.isSameAs(now) ? ", the next of its order" : ""));
  }

  private String follows() {
    return ": the samples come in another order; training goes on with its sample %d, so that some"
            .formatted(sample)
        + " come again and some never";
  }

  private void add(List<String> lines, String name, Object was, Object is) {
    if (!was.equals(is)) {
      lines.add(name + " was " + was + " in the checkpoint and is " + is + " now" + follows());
    }
  }

  private String splitLine() {
    String line =
        "split was \"%s\" in the checkpoint and is \"%s\" now"
            .formatted(before.split(), now.split());
    return before.isSameAs(now)
        ? line + ": training has the same documents, validation and test may have others"
        : line + follows();
  }

  private void addDatasets(List<String> lines) {
    if (before.datasets().size() != now.datasets().size()) {
      add(
          lines,
          "the number of training datasets",
          before.datasets().size(),
          now.datasets().size());
      return;
    }
    for (int d = 0; d < now.datasets().size(); d++) {
      Dataset was = before.datasets().get(d);
      Dataset is = now.datasets().get(d);
      if (!was.checksum().equals(is.checksum())) {
        add(lines, "training data", describe(was), describe(is));
      } else if (was.weight() != is.weight()) {
        add(lines, "the weight of " + is.path(), was.weight(), is.weight());
        return; // one weight changes all others
      }
    }
  }

  private static String describe(Dataset dataset) {
    return "%s (%,d documents, %,d tokens)"
        .formatted(dataset.path(), dataset.documents(), dataset.tokens());
  }
}
