package neox.preprocess;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;
import neox.base.Console;
import neox.data.indexed.Extent;
import neox.preprocess.PreprocessPlan.Existing;
import neox.preprocess.journal.Fingerprint;
import neox.preprocess.journal.Journal;

/// Knows output that an earlier run with `--resume` has completed, so that a command which is
/// simply given again has nothing to do.
final class Completion {

  /// The summary of the earlier run when its output is there and is what this plan would make.
  static Optional<Preprocess.Summary> find(
      PreprocessPlan plan, Fingerprint fingerprint, Console console) throws IOException {
    Optional<Journal> done = Journal.read(plan.completion());
    if (done.isEmpty() || Files.exists(plan.workDirectory()) || !plan.hasOutput()) {
      return Optional.empty();
    }
    boolean same = done.get().fingerprint().differences(fingerprint, done.get().place()).isEmpty();
    if (!same && plan.existing() == Existing.OVERWRITE) {
      return Optional.empty();
    }
    done.get().requireSame(fingerprint, plan.completion());
    for (String key : plan.keys()) {
      Extent extent = done.get().extent(key);
      console.info(
          "%s.{bin,idx}: complete already: %,d documents, %,d tokens",
          plan.dataset(key), extent.documents(), extent.tokens());
    }
    Extent first = done.get().extent(plan.keys().getFirst());
    var tally = done.get().tally();
    return Optional.of(
        new Preprocess.Summary(
            first.documents(), first.tokens(), tally.bytes(), tally.skippedRows(), 0, true));
  }

  private Completion() {}
}
