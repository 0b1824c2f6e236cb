package neox.preprocess;

import java.util.Locale;
import java.util.Objects;
import neox.base.Console;
import neox.base.UserException;
import neox.data.indexed.Extent;
import neox.preprocess.encode.EncodedChunk;
import neox.preprocess.input.Problem;

/// What a run says on standard error. Not thread-safe.
final class RunReport {
  private static final int WARNINGS = 3;

  private final PreprocessPlan plan;
  private final Console console;
  private final Output output;
  private final long startedAtNanos = System.nanoTime();
  private int warnings;
  private long logged;

  RunReport(PreprocessPlan plan, Console console, Output output) {
    this.plan = plan;
    this.console = console;
    this.output = output;
  }

  /// The first rows that are skipped, and every file that is cut short.
  void leftOut(EncodedChunk chunk) {
    for (Problem problem : chunk.badRows()) {
      if (warnings++ < WARNINGS) {
        console.warn("%s: skipped", problem.text());
      }
    }
    for (Problem problem : chunk.lost()) {
      // Each may stand for any number of documents, so each is named.
      console.warn("%s: the rest of it is left out", problem.text());
    }
  }

  /// A line now and then, if the plan asks for it.
  void log() {
    if (plan.logInterval().isPresent()
        && output.documents() / plan.logInterval().getAsLong() > logged) {
      logged = output.documents() / plan.logInterval().getAsLong();
      console.info("Processed %,d documents (%s)", output.documents(), rate());
    }
  }

  /// After a failure: what a later run can go on with.
  void kept() {
    if (output.isSaved()) {
      console.warn(
          "the work up to the last save is kept in %s; give --resume to go on with it",
          plan.workDirectory());
    }
  }

  void stopped() {
    if (!output.isSaved()) {
      console.info("stopped before the first document; nothing was written");
      return;
    }
    console.info(
        "stopped after %,d documents, which are kept in %s; give the same command with --resume to"
            + " go on",
        output.documents(), plan.workDirectory());
  }

  UserException nothing() {
    return UserException.of(
        "no documents in %s%s; nothing was written",
        String.join(", ", plan.inputs()),
        skipped().isEmpty() ? "" : " (" + skipped().substring(2) + ")");
  }

  /// One line for each dataset.
  void wrote() {
    for (String key : plan.keys()) {
      Extent extent = extent(key);
      console.made(
          plan.dataset(key) + ".{bin,idx}",
          String.format(
              Locale.ROOT,
              "%,d documents, %,d tokens%s (%s, %d worker%s)",
              extent.documents(),
              extent.tokens(),
              skipped() + (skipped().isEmpty() ? "" : " (listed in " + plan.report() + ")"),
              rate(),
              plan.workers(),
              plan.workers() == 1 ? "" : "s"));
    }
    long emptied = output.tally().emptied();
    if (emptied > 0) {
      String what = emptied == 1 ? "" : "s";
      if (plan.mending() == PreprocessPlan.Mending.FTFY) {
        console.info("--ftfy: left out %,d document%s that became empty", emptied, what);
      } else {
        console.info(
            "left out %,d document%s of which the tokenizer makes no token", emptied, what);
      }
    }
  }

  private Extent extent(String key) {
    return Objects.requireNonNull(output.extents().get(key), key);
  }

  Preprocess.Summary summary(boolean complete) {
    Extent first = extent(plan.keys().getFirst());
    return new Preprocess.Summary(
        first.documents(),
        first.tokens(),
        output.tally().bytes(),
        output.tally().skippedRows(),
        seconds(),
        complete);
  }

  private String skipped() {
    long rows = output.tally().skippedRows();
    long files = output.tally().incompleteFiles();
    return (rows == 0 ? "" : String.format(Locale.ROOT, ", %,d rows skipped", rows))
        + (files == 0
            ? ""
            : String.format(Locale.ROOT, ", %,d file%s incomplete", files, files == 1 ? "" : "s"));
  }

  private double seconds() {
    return Math.max(1e-3, (System.nanoTime() - startedAtNanos) / 1e9);
  }

  /// Of this run alone.
  String rate() {
    double megabytes = (output.tally().bytes() - output.begun().tally().bytes()) / 1e6;
    return String.format(
        Locale.ROOT, "%.1f MB in %.1f s, %.1f MB/s", megabytes, seconds(), megabytes / seconds());
  }
}
