package neox.preprocess;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.LongAdder;
import neox.base.Console;
import neox.base.Progress;
import neox.base.UserException;
import neox.data.IndexedTokens;
import neox.data.IndexedTokensWriter;
import neox.data.TokenWidth;
import neox.preprocess.ftfy.TextFixer;
import neox.tokenizer.Tokenizer;

/// Turns a corpus into tokenized datasets: read, parse and encode on several threads, write in
/// order.
///
/// Either every dataset appears complete or none does.
public final class Preprocess {
  private static final int WARNINGS = 3;

  /// What was made.
  ///
  /// @param documents documents of the first key
  /// @param bytes input after decompression
  public record Summary(
      long documents, long tokens, long bytes, long skippedRows, double seconds) {}

  private final PreprocessPlan plan;
  private final Console console;
  private final List<IndexedTokensWriter> writers;
  private final long startedAtNanos = System.nanoTime();
  private final Optional<TextFixer> fixer;
  private final LongAdder emptied = new LongAdder();
  private long bytes;
  private long skippedRows;
  private long incompleteFiles;
  private long logged;

  private Preprocess(PreprocessPlan plan, Console console, List<IndexedTokensWriter> writers) {
    this.plan = plan;
    this.console = console;
    this.writers = writers;
    this.fixer =
        switch (plan.mending()) {
          case NONE -> Optional.empty();
          case FTFY -> Optional.of(new TextFixer());
        };
  }

  /// Does the work and prints one summary line.
  public static Summary run(PreprocessPlan plan, Tokenizer tokenizer, Console console)
      throws IOException, InterruptedException {
    return run(plan, InputFile.resolve(plan.inputs()), tokenizer, console);
  }

  /// As [#run(PreprocessPlan, Tokenizer, Console)] for files that are not on disk, which the plan's
  /// inputs only name.
  public static Summary runRemote(
      PreprocessPlan plan, List<RemoteInput> inputs, Tokenizer tokenizer, Console console)
      throws IOException, InterruptedException {
    return run(plan, inputs.stream().map(InputFile::of).toList(), tokenizer, console);
  }

  private static Summary run(
      PreprocessPlan plan, List<InputFile> files, Tokenizer tokenizer, Console console)
      throws IOException, InterruptedException {
    OptionalInt eod = endOfDocument(plan, tokenizer);
    refuseDuplicates(plan.keys());
    refuseExisting(plan);
    List<IndexedTokensWriter> writers = new ArrayList<>();
    try (ChunkReader reader = new ChunkReader(files, console.in())) {
      for (String key : plan.keys()) {
        TokenWidth width = TokenWidth.forVocabulary(tokenizer.vocabSize());
        writers.add(IndexedTokensWriter.create(plan.dataset(key), width));
      }
      Preprocess run = new Preprocess(plan, console, writers);
      run.encode(reader, files, tokenizer, eod);
      return run.commit();
    } finally {
      closeAll(writers);
    }
  }

  private static OptionalInt endOfDocument(PreprocessPlan plan, Tokenizer tokenizer) {
    if (plan.ending() == PreprocessPlan.Ending.PLAIN) {
      return OptionalInt.empty();
    }
    if (tokenizer.eod().isEmpty()) {
      throw new UserException(
          "--append-eod: this tokenizer has no end-of-document token <|endoftext|>; add one or"
              + " leave the option out");
    }
    return tokenizer.eod();
  }

  private static void refuseDuplicates(List<String> keys) {
    if (new HashSet<>(keys).size() != keys.size()) {
      throw UserException.of("--jsonl-keys: a key is given twice: %s", keys);
    }
  }

  private static void refuseExisting(PreprocessPlan plan) {
    for (String key : plan.keys()) {
      Path dataset = plan.dataset(key);
      if (plan.existing() == PreprocessPlan.Existing.REFUSE && IndexedTokens.exists(dataset)) {
        throw UserException.of(
            "%s.bin or .idx exists; give --overwrite to replace it, or another --output-prefix",
            dataset);
      }
    }
  }

  private void encode(
      ChunkReader reader, List<InputFile> files, Tokenizer tokenizer, OptionalInt eod)
      throws IOException, InterruptedException {
    boolean sized = files.stream().allMatch(file -> file.path().isPresent() || file.size() > 0);
    long total =
        sized
            ? files.stream().mapToLong(InputFile::size).sum()
            : plan.expectedDocuments().orElse(0);
    try (Progress progress = new Progress(console, "tokenizing", total)) {
      OrderedPipeline.<Chunk, EncodedChunk>run(
          reader::next,
          () -> new ChunkEncoder(plan.keys(), encoder(tokenizer), eod, plan.onError())::encode,
          plan.workers(),
          chunk -> {
            write(chunk);
            progress.update(sized ? reader.consumed() : documents(), rate());
          });
    }
  }

  private Tokenizer.Encoder encoder(Tokenizer tokenizer) {
    return fixer.isPresent()
        ? new FixingEncoder(fixer.get(), tokenizer.encoder(), emptied)
        : tokenizer.encoder();
  }

  private void write(EncodedChunk chunk) throws IOException {
    for (int key = 0; key < writers.size(); key++) {
      int[] tokens = chunk.keys().get(key).tokens().array();
      var sizes = chunk.keys().get(key).sizes();
      int from = 0;
      for (int d = 0; d < sizes.size(); d++) {
        writers.get(key).addDocument(tokens, from, from + sizes.get(d));
        from += sizes.get(d);
      }
    }
    bytes += chunk.bytes();
    for (String problem : chunk.badRows()) {
      if (skippedRows++ < WARNINGS) {
        console.warn("%s: skipped", problem);
      }
    }
    for (String problem : chunk.lost()) {
      incompleteFiles++; // each may stand for any number of documents, so each is named
      console.warn("%s: the rest of it is left out", problem);
    }
    if (chunk.failure().isPresent()) {
      throw new UserException(chunk.failure().get());
    }
    log();
  }

  private void log() {
    if (plan.logInterval().isPresent() && documents() / plan.logInterval().getAsLong() > logged) {
      logged = documents() / plan.logInterval().getAsLong();
      console.info("Processed %,d documents (%s)", documents(), rate());
    }
  }

  private Summary commit() throws IOException {
    if (documents() == 0) {
      throw UserException.of(
          "no documents in %s%s; nothing was written",
          String.join(", ", plan.inputs()),
          skipped().isEmpty() ? "" : " (" + skipped().substring(2) + ")");
    }
    for (IndexedTokensWriter writer : writers) {
      writer.commit();
    }
    for (int key = 0; key < writers.size(); key++) {
      console.info(
          "wrote %s.{bin,idx}: %,d documents, %,d tokens%s (%s, %d worker%s)",
          plan.dataset(plan.keys().get(key)),
          writers.get(key).documents(),
          writers.get(key).tokens(),
          skipped(),
          rate(),
          plan.workers(),
          plan.workers() == 1 ? "" : "s");
    }
    if (emptied.sum() > 0) {
      console.info(
          "--ftfy: left out %,d document%s that became empty",
          emptied.sum(), emptied.sum() == 1 ? "" : "s");
    }
    long tokens = writers.getFirst().tokens();
    return new Summary(documents(), tokens, bytes, skippedRows, seconds());
  }

  private String skipped() {
    String rows =
        skippedRows == 0 ? "" : String.format(Locale.ROOT, ", %,d rows skipped", skippedRows);
    String files =
        incompleteFiles == 0
            ? ""
            : String.format(
                Locale.ROOT,
                ", %,d file%s incomplete",
                incompleteFiles,
                incompleteFiles == 1 ? "" : "s");
    return rows + files;
  }

  private long documents() {
    return writers.getFirst().documents();
  }

  private double seconds() {
    return Math.max(1e-3, (System.nanoTime() - startedAtNanos) / 1e9);
  }

  private String rate() {
    return String.format(
        Locale.ROOT,
        "%.1f MB in %.1f s, %.1f MB/s",
        bytes / 1e6,
        seconds(),
        bytes / 1e6 / seconds());
  }

  private static void closeAll(List<IndexedTokensWriter> writers) throws IOException {
    for (IndexedTokensWriter writer : writers) {
      writer.close();
    }
  }
}
