package neox.train.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;

/// The losses since the last log line, as their sum. Immutable, so that a checkpoint between two
/// log lines can hold it and a resumed run averages over the whole interval.
///
/// @param steps number of losses in the sum: those of the steps that changed the weights
/// @param skipped steps that did not
/// @param notFinite of those, the ones whose loss was not finite
public record LossWindow(double sum, long steps, long skipped, long notFinite) {
  public static final LossWindow EMPTY = new LossWindow(0, 0, 0, 0);

  public LossWindow plus(double loss) {
    return new LossWindow(sum + loss, steps + 1, skipped, notFinite);
  }

  /// After a step that changed no weight.
  public LossWindow plusSkipped(double loss) {
    return new LossWindow(sum, steps, skipped + 1, notFinite + (Double.isFinite(loss) ? 0 : 1));
  }

  /// Written as they were before steps could be skipped where none was.
  void write(ObjectNode json) {
    json.put("sum", sum).put("steps", steps);
    if (skipped > 0) {
      json.put("skipped", skipped).put("not_finite", notFinite);
    }
  }

  static LossWindow read(StateFields fields) {
    return new LossWindow(
        fields.real("sum"),
        fields.count("steps"),
        fields.countOr("skipped", 0),
        fields.countOr("not_finite", 0));
  }

  /// The mean loss; 0 when there is none, as NeoX logs it.
  public double mean() {
    return sum / Math.max(1, steps);
  }
}
