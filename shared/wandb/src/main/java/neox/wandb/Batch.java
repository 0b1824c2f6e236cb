package neox.wandb;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/// A part of the journal as one request, and what is known once it has been answered.
///
/// @param start the last process that begins in it
/// @param body of the request; empty where it would tell nothing
/// @param then what has been sent after it
/// @param entries how many it tells of
/// @param replaced rows of steps that were there before
record Batch(
    Optional<Entry.Start> start, ObjectNode body, Sent then, int entries, Replaced replaced) {

  /// Rows that are not sent since later ones are there: those of steps that a run takes again.
  ///
  /// @param rows how many
  record Replaced(int rows, long firstStep, long lastStep) {
    static final Replaced NONE = new Replaced(0, Long.MAX_VALUE, Long.MIN_VALUE);

    Replaced with(long step) {
      return new Replaced(rows + 1, Math.min(firstStep, step), Math.max(lastStep, step));
    }
  }

  boolean isEmpty() {
    return body.isEmpty();
  }
}
