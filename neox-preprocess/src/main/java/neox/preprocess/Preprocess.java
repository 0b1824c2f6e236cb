package neox.preprocess;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.FileKind;
import neox.base.Progress;
import neox.base.StopRequest;
import neox.base.UserException;
import neox.base.progress.ProgressUnit;
import neox.base.text.ShellWord;
import neox.data.indexed.IndexedTokens;
import neox.preprocess.PreprocessPlan.Existing;
import neox.preprocess.PreprocessPlan.Unfinished;
import neox.preprocess.encode.EncodedChunk;
import neox.preprocess.encode.OnError;
import neox.preprocess.encode.OrderedPipeline;
import neox.preprocess.input.ChunkReader;
import neox.preprocess.input.InputFile;
import neox.preprocess.input.InputFormat;
import neox.preprocess.input.RemoteInput;
import neox.preprocess.journal.Fingerprint;
import neox.preprocess.journal.Journal;
import neox.preprocess.journal.Place;
import neox.tokenizer.Tokenizer;

/// Turns a corpus into tokenized datasets: read, parse and encode on several threads, write in
/// order.
///
/// Either every dataset appears complete or none does. Work that a crash interrupts can be gone on
/// with, and ends in the same bytes.
public final class Preprocess {

  /// What was made.
  ///
  /// @param documents documents of the first key
  /// @param bytes input after decompression
  /// @param complete false when the run was stopped on request
  public record Summary(
      long documents,
      long tokens,
      long bytes,
      long skippedRows,
      double seconds,
      boolean complete) {}

  private final PreprocessPlan plan;
  private final Console console;
  private final List<InputFile> files;
  private final Output output;
  private final RunReport report;

  private Preprocess(PreprocessPlan plan, Console console, List<InputFile> files, Output output) {
    this.plan = plan;
    this.console = console;
    this.files = files;
    this.output = output;
    this.report = new RunReport(plan, console, output);
  }

  /// Whether a file's name says a format that is read.
  public static boolean reads(String fileName) {
    return InputFormat.ofName(fileName).isPresent();
  }

  /// Does the work and prints one summary line.
  public static Summary run(PreprocessPlan plan, Tokenizer tokenizer, Console console)
      throws IOException, InterruptedException {
    return run(plan, tokenizer, console, () -> false);
  }

  /// The same, but ends early, with everything saved to go on from there, when `stop` says so.
  public static Summary run(
      PreprocessPlan plan, Tokenizer tokenizer, Console console, BooleanSupplier stop)
      throws IOException, InterruptedException {
    return run(plan, Recipe.ofTexts(plan, tokenizer), console, stop);
  }

  /// The same for documents that are made in another way.
  static Summary run(PreprocessPlan plan, Recipe recipe, Console console, BooleanSupplier stop)
      throws IOException, InterruptedException {
    return run(plan, InputFile.resolve(plan.inputs()), recipe, console, stop);
  }

  /// Runs to the end, or until the process is asked to stop; returns the exit code.
  public static int untilStopped(PreprocessPlan plan, Recipe recipe, Console console)
      throws IOException, InterruptedException {
    try (StopRequest stop = StopRequest.listen(console)) {
      boolean complete = run(plan, recipe, console, stop::requested).complete();
      if (complete) {
        String first = ShellWord.quoted(plan.dataset(plan.keys().getFirst()));
        console.next("neox-preprocess inspect " + first);
      }
      return complete ? ExitCode.OK : ExitCode.STOPPED;
    }
  }

  /// As [#run(PreprocessPlan, Tokenizer, Console, BooleanSupplier)] for files that are not on disk,
  /// which the plan's inputs only name.
  public static Summary runRemote(
      PreprocessPlan plan,
      List<RemoteInput> inputs,
      Tokenizer tokenizer,
      Console console,
      BooleanSupplier stop)
      throws IOException, InterruptedException {
    List<InputFile> files = inputs.stream().map(InputFile::of).toList();
    return run(plan, files, Recipe.ofTexts(plan, tokenizer), console, stop);
  }

  private static Summary run(
      PreprocessPlan plan,
      List<InputFile> corpus,
      Recipe recipe,
      Console console,
      BooleanSupplier stop)
      throws IOException, InterruptedException {
    refuseDuplicates(plan.keys());
    requireReportable(plan);
    List<InputFile> files = plan.shard().of(corpus);
    Fingerprint fingerprint = CorpusFingerprint.of(plan, files, recipe.settings());
    if (plan.unfinished() == Unfinished.RESUME) {
      Optional<Summary> complete = Completion.find(plan, fingerprint, console);
      if (complete.isPresent()) {
        return complete.get();
      }
    }
    try (Output output = Output.open(plan, fingerprint, recipe.width())) {
      Preprocess run = new Preprocess(plan, console, files, output);
      return run.toTheEnd(recipe, stop);
    }
  }

  private static void refuseDuplicates(List<String> keys) {
    if (new HashSet<>(keys).size() != keys.size()) {
      throw UserException.of("--jsonl-keys: a key is given twice: %s", keys);
    }
  }

  /// The report gets its name by renaming, which would replace a device or a pipe by a file.
  private static void requireReportable(PreprocessPlan plan) throws IOException {
    if (plan.onError() == OnError.SKIP && FileKind.of(plan.report()).isPresent()) {
      FileKind.require(plan.report(), "a file to list skipped rows in", FileKind.REGULAR);
    }
  }

  private Summary toTheEnd(Recipe recipe, BooleanSupplier stop)
      throws IOException, InterruptedException {
    if (output.isUnlocked()) {
      console.warn(
          "%s cannot be locked on this file system: see that no second run writes there",
          plan.workDirectory());
    }
    if (output.begun().stage() == Journal.Stage.READING) {
      refuseExisting();
      if (!encode(recipe, stop)) {
        return stopped();
      }
    }
    return commit();
  }

  private void refuseExisting() {
    if (plan.existing() == Existing.OVERWRITE) {
      return;
    }
    for (String key : plan.keys()) {
      Path dataset = plan.dataset(key);
      if (IndexedTokens.exists(dataset)) {
        throw UserException.of(
            "%s.bin or .idx exists; give --overwrite to replace it, or another --output-prefix",
            dataset);
      }
    }
    if (plan.onError() == OnError.SKIP && Files.exists(plan.report())) {
      throw UserException.of(
          "%s exists; give --overwrite to replace it, or another --error-report", plan.report());
    }
  }

  /// Returns false when it was stopped.
  private boolean encode(Recipe recipe, BooleanSupplier stop)
      throws IOException, InterruptedException {
    boolean sized = files.stream().allMatch(InputFile::isSized);
    long total =
        sized
            ? files.stream().mapToLong(InputFile::size).sum()
            : plan.expectedDocuments().orElse(0);
    try (ChunkReader reader = reader();
        Progress progress =
            new Progress(
                console,
                "tokenizing",
                total,
                sized ? ProgressUnit.BYTES : ProgressUnit.DOCUMENTS,
                plan.logInterval().isPresent() ? Progress.Log.OWN : Progress.Log.LINES)) {
      return OrderedPipeline.<ChunkTask, ChunkResult>run(
          () -> reader.next().map(chunk -> new ChunkTask(chunk, reader.place())),
          ChunkWorker.supplier(plan, recipe),
          ChunkWorker.bounds(plan.workers()),
          result -> {
            add(result);
            progress.update(
                sized ? reader.consumed() : output.documents(),
                sized ? output.documents() + " documents" : "");
          },
          stop);
    } catch (IOException | RuntimeException | Error e) {
      report.kept();
      throw e;
    }
  }

  private ChunkReader reader() throws IOException {
    Journal begun = output.begun();
    Place place = begun.place();
    if (place.nothingBefore()) {
      return new ChunkReader(files, plan.keys(), console.in());
    }
    console.info(
        "going on after %,d documents (%.1f MB)", output.documents(), begun.tally().bytes() / 1e6);
    boolean unchanged =
        place.file() < files.size()
            && begun
                .fingerprint()
                .files()
                .get(place.file())
                .isUnchanged(files.get(place.file()).fingerprint());
    return ChunkReader.resume(
        files,
        plan.keys(),
        console.in(),
        place,
        unchanged ? ChunkReader.Trust.UNCHANGED : ChunkReader.Trust.CHECK);
  }

  private void add(ChunkResult result) throws IOException {
    EncodedChunk chunk = result.chunk();
    if (chunk.failure().isPresent()) {
      throw failure(chunk.failure().get().text());
    }
    report.leftOut(chunk);
    int file = chunk.lost().isEmpty() ? result.end().file() : result.end().file() - 1;
    output.add(chunk, files.get(file).name(), result.end());
    report.log();
  }

  /// The row that ends the run. What came before it is worth keeping only if it took long.
  private UserException failure(String problem) throws IOException {
    if (!output.isSaved()) {
      return new UserException(problem);
    }
    output.save();
    return UserException.of(
        "%s; the %,d documents before it are kept in %s: mend it and give --resume, or"
            + " --on-error skip --resume",
        problem, output.documents(), plan.workDirectory());
  }

  private Summary stopped() throws IOException {
    if (output.tally().bytes() > 0) {
      output.save();
    }
    report.stopped();
    return report.summary(false);
  }

  private Summary commit() throws IOException {
    boolean empty = output.extents().values().stream().allMatch(extent -> extent.documents() == 0);
    if (empty && plan.shard().isWhole()) {
      throw report.nothing();
    }
    output.commit();
    report.wrote();
    return report.summary(true);
  }
}
