package neox.preprocess;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import neox.base.AtomicFile;
import neox.base.Console;
import neox.base.Progress;
import neox.base.UserException;
import neox.base.progress.ProgressUnit;
import neox.preprocess.encode.ChunkEncoder;
import neox.preprocess.encode.EncodedChunk;
import neox.preprocess.encode.OnError;
import neox.preprocess.input.Chunk;
import neox.preprocess.input.ChunkReader;
import neox.preprocess.input.InputFile;
import neox.tokenizer.training.BpeTrainer;

/// Trains a byte-level BPE vocabulary on a corpus, read like that of [Preprocess].
public final class TokenizerTraining {

  /// Writes `tokenizer.json`, replacing one that is there, and returns the number of tokens, which
  /// is smaller than asked for when the corpus has too few different words.
  ///
  /// @param inputs files, directories or `-`
  /// @param keys which fields of a JSON row are text
  public static int run(
      List<String> inputs, List<String> keys, int vocabSize, Path tokenizerJson, Console console)
      throws IOException {
    BpeTrainer trainer = new BpeTrainer(BpeTrainer.Options.of(vocabSize));
    // Before the work, so that none is lost to a place that cannot be written to.
    try (AtomicFile file = AtomicFile.create(tokenizerJson)) {
      long bytes = count(inputs, keys, trainer, console);
      int size = trainer.write(file);
      console.made(
          tokenizerJson.toString(),
          String.format(Locale.ROOT, "%,d tokens learnt from %.1f MB of text", size, bytes / 1e6));
      if (size < vocabSize) {
        console.warn("the text has too few different words for %,d tokens", vocabSize);
      }
      return size;
    }
  }

  private static long count(
      List<String> inputs, List<String> keys, BpeTrainer trainer, Console console)
      throws IOException {
    List<InputFile> files = InputFile.resolve(inputs);
    long total = files.stream().mapToLong(InputFile::size).sum();
    // The chunk encoder does all but the last step of encoding: it hands every text to the trainer.
    ChunkEncoder texts =
        new ChunkEncoder(
            keys,
            (utf8, from, to, out) -> trainer.add(utf8, from, to),
            OptionalInt.empty(),
            OnError.STOP);
    long bytes = 0;
    try (ChunkReader reader = new ChunkReader(files, keys, console.in());
        Progress progress = new Progress(console, "counting words", total, ProgressUnit.BYTES)) {
      for (Optional<Chunk> next = reader.next(); next.isPresent(); next = reader.next()) {
        EncodedChunk counted = texts.encode(next.get());
        if (counted.failure().isPresent()) {
          throw new UserException(counted.failure().get().text());
        }
        bytes += counted.bytes();
        progress.update(reader.consumed(), "");
      }
    }
    if (bytes == 0) {
      throw UserException.of("no text in %s; nothing was written", String.join(", ", inputs));
    }
    return bytes;
  }

  private TokenizerTraining() {}
}
