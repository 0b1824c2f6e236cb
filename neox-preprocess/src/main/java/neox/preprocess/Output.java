package neox.preprocess;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import neox.base.AtomicDirectory;
import neox.base.UserException;
import neox.data.indexed.DatasetTarget;
import neox.data.indexed.Extent;
import neox.data.indexed.IndexedTokensWriter;
import neox.data.indexed.TokenWidth;
import neox.data.indexed.WorkDirectory;
import neox.preprocess.PreprocessPlan.Existing;
import neox.preprocess.PreprocessPlan.Unfinished;
import neox.preprocess.encode.EncodedChunk;
import neox.preprocess.input.Problem;
import neox.preprocess.journal.Fingerprint;
import neox.preprocess.journal.Journal;
import neox.preprocess.journal.Journal.Stage;
import neox.preprocess.journal.Place;
import neox.preprocess.journal.Tally;

/// Everything that a run writes: in a working directory, with a journal, until all of it can appear
/// at once.
///
/// What lies behind the last journal is forgotten by the next run. Closed before the first journal,
/// nothing stays. Not thread-safe.
final class Output implements AutoCloseable {
  private static final String JOURNAL = "journal.json";
  private static final long SAVE_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final PreprocessPlan plan;
  private final WorkDirectory work;
  private final Journal begun;
  private final List<IndexedTokensWriter> writers = new ArrayList<>();
  private final SkipReport report;
  private Place place;
  private Tally tally;
  private boolean saved;
  private long savedBytes;
  private long savedAtNanos = System.nanoTime();

  private Output(PreprocessPlan plan, WorkDirectory work, Journal begun, boolean saved)
      throws IOException {
    this.plan = plan;
    this.work = work;
    this.begun = begun;
    this.place = begun.place();
    this.tally = begun.tally();
    this.savedBytes = tally.bytes();
    this.saved = saved;
    this.report = SkipReport.open(work, tally.reportBytes());
  }

  /// Takes the working directory of the plan: to go on with what is there, or to begin.
  static Output open(PreprocessPlan plan, Fingerprint fingerprint, TokenWidth width)
      throws IOException {
    WorkDirectory work = WorkDirectory.open(plan.workDirectory());
    try {
      Optional<Journal> earlier = earlier(plan, work, fingerprint);
      if (earlier.isEmpty()) {
        work.clear();
      }
      Journal begun = earlier.orElse(Journal.empty(fingerprint));
      Output output = new Output(plan, work, begun, earlier.isPresent());
      output.openWriters(width);
      return output;
    } catch (IOException | RuntimeException e) {
      try (work) {
        if (!Files.exists(work.file(JOURNAL))) {
          work.delete();
        }
      }
      throw e;
    }
  }

  private void openWriters(TokenWidth width) throws IOException {
    if (begun.stage() != Stage.READING) {
      return;
    }
    for (String key : plan.keys()) {
      DatasetTarget target = new DatasetTarget(plan.dataset(key), width, plan.layout());
      writers.add(IndexedTokensWriter.resume(work, target, begun.extent(key)));
    }
  }

  private static Optional<Journal> earlier(
      PreprocessPlan plan, WorkDirectory work, Fingerprint fingerprint) throws IOException {
    Path file = work.file(JOURNAL);
    boolean resumes = plan.unfinished() == Unfinished.RESUME;
    if (!Files.exists(file) || (!resumes && plan.existing() == Existing.OVERWRITE)) {
      return Optional.empty();
    }
    if (!resumes) {
      throw UserException.of(
          "%s holds the work of an earlier run that did not end; give --resume to go on with it, or"
              + " --overwrite to begin again",
          work.path());
    }
    Optional<Journal> journal = Journal.read(file);
    if (journal.isPresent()) {
      journal.get().requireSame(fingerprint, work.path());
    }
    return journal;
  }

  /// The journal of the work as this run found it.
  Journal begun() {
    return begun;
  }

  /// Whether a later run can go on with what is on the disk.
  boolean isSaved() {
    return saved;
  }

  /// Whether nothing keeps a second run from writing here at the same time.
  boolean isUnlocked() {
    return !work.isLocked();
  }

  /// Documents of the first key.
  long documents() {
    return writers.getFirst().documents();
  }

  /// What was counted so far.
  Tally tally() {
    return tally;
  }

  /// How much there is of each dataset, by key.
  Map<String, Extent> extents() {
    if (begun.stage() != Stage.READING) {
      return begun.datasets();
    }
    Map<String, Extent> extents = new LinkedHashMap<>();
    for (int key = 0; key < writers.size(); key++) {
      extents.put(plan.keys().get(key), writers.get(key).written());
    }
    return extents;
  }

  /// Appends the documents of a chunk, which must not hold a failure.
  ///
  /// @param file the file that the chunk is of
  /// @param end where in the corpus it ends
  void add(EncodedChunk chunk, String file, Place end) throws IOException {
    for (int key = 0; key < writers.size(); key++) {
      int[] tokens = chunk.keys().get(key).tokens().array();
      var sizes = chunk.keys().get(key).sizes();
      int from = 0;
      for (int d = 0; d < sizes.size(); d++) {
        writers.get(key).addDocument(tokens, from, from + sizes.get(d));
        from += sizes.get(d);
      }
    }
    for (Problem problem : chunk.badRows()) {
      report.add(file, problem);
    }
    for (Problem problem : chunk.lost()) {
      report.add(file, problem);
    }
    place = end;
    tally =
        new Tally(
            tally.bytes() + chunk.bytes(),
            tally.skippedRows() + chunk.badRows().size(),
            tally.incompleteFiles() + chunk.lost().size(),
            tally.emptied() + chunk.emptied(),
            0);
    if (tally.bytes() - savedBytes >= plan.saveBytes()
        || System.nanoTime() - savedAtNanos >= SAVE_NANOS) {
      save();
    }
  }

  /// Makes everything added so far safe from a crash.
  void save() throws IOException {
    save(Stage.READING);
  }

  private void save(Stage stage) throws IOException {
    for (IndexedTokensWriter writer : writers) {
      writer.save();
    }
    long reportBytes = report.save();
    tally =
        new Tally(
            tally.bytes(),
            tally.skippedRows(),
            tally.incompleteFiles(),
            tally.emptied(),
            reportBytes);
    begun.at(stage, place, extents(), tally).write(work.file(JOURNAL));
    saved = true;
    savedBytes = tally.bytes();
    savedAtNanos = System.nanoTime();
  }

  /// Gives everything its name. After a crash in the middle the next run does the rest.
  void commit() throws IOException {
    if (begun.stage() == Stage.READING) {
      for (IndexedTokensWriter writer : writers) {
        writer.finish();
      }
      place = Place.startOf(begun.fingerprint().files().size());
      save(Stage.PUBLISHING);
    }
    Files.deleteIfExists(plan.completion());
    SkipReport.publish(work, plan.report(), plan.onError());
    for (String key : plan.keys()) {
      IndexedTokensWriter.publish(work, plan.dataset(key));
    }
    AtomicDirectory.syncDirectory(AtomicDirectory.parentOf(plan.outputPrefix()));
    if (plan.unfinished() == Unfinished.RESUME) {
      begun.at(Stage.COMPLETE, place, extents(), tally).write(plan.completion());
    }
    work.delete();
    saved = true;
  }

  @Override
  public void close() throws IOException {
    try (work) {
      for (IndexedTokensWriter writer : writers) {
        writer.close();
      }
      report.close();
      if (!saved) {
        work.delete();
      }
    }
  }
}
