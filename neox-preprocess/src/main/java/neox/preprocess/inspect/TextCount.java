package neox.preprocess.inspect;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.atomic.LongAdder;
import neox.base.Console;
import neox.base.Progress;
import neox.base.UserException;
import neox.base.progress.ProgressUnit;
import neox.preprocess.encode.ChunkEncoder;
import neox.preprocess.encode.EncodedChunk;
import neox.preprocess.encode.OnError;
import neox.preprocess.encode.OrderedPipeline;
import neox.preprocess.input.Chunk;
import neox.preprocess.input.ChunkReader;
import neox.preprocess.input.InputFile;
import neox.preprocess.input.Problem;
import neox.tokenizer.Tokenizer;

/// How many tokens a corpus becomes, without writing them.
///
/// @param textBytes UTF-8 of the texts alone, without the JSON around them
/// @param skipped rows, and rests of files, that were left out
public record TextCount(long documents, long tokens, long textBytes, long skipped) {
  private static final long MAX_BYTES_UNDER_WAY = 256L << 20;
  private static final int HEAP_SHARE = 4;
  private static final int BYTES_PER_TEXT_BYTE = 8; // it, its text, its tokens and their growth

  /// What to count.
  ///
  /// @param keys fields of a row that hold text
  public record Plan(List<String> inputs, List<String> keys, int workers, OnError onError) {}

  public static TextCount run(Plan plan, Tokenizer tokenizer, Console console)
      throws IOException, InterruptedException {
    List<InputFile> files = InputFile.resolve(plan.inputs());
    LongAdder textBytes = new LongAdder();
    Sums sums = new Sums();
    long total = files.stream().mapToLong(InputFile::size).sum();
    try (ChunkReader reader = new ChunkReader(files, plan.keys(), console.in());
        Progress progress = new Progress(console, "counting", total, ProgressUnit.BYTES)) {
      OrderedPipeline.<Chunk, EncodedChunk>run(
          reader::next,
          () -> {
            Tokenizer.Encoder counting = counting(tokenizer.encoder(), textBytes);
            return new ChunkEncoder(plan.keys(), counting, OptionalInt.empty(), plan.onError())
                ::encode;
          },
          bounds(plan.workers()),
          chunk -> {
            sums.add(chunk, console);
            progress.update(reader.consumed(), "");
          },
          () -> false);
    }
    return new TextCount(sums.documents, sums.tokens, textBytes.sum(), sums.skipped);
  }

  private static Tokenizer.Encoder counting(Tokenizer.Encoder encoder, LongAdder bytes) {
    return (utf8, from, to, out) -> {
      bytes.add(to - from);
      encoder.encode(utf8, from, to, out);
    };
  }

  private static OrderedPipeline.Bounds<Chunk> bounds(int workers) {
    long bytes = Math.min(MAX_BYTES_UNDER_WAY, Runtime.getRuntime().maxMemory() / HEAP_SHARE);
    return new OrderedPipeline.Bounds<>(
        workers, bytes, chunk -> BYTES_PER_TEXT_BYTE * chunk.bytes());
  }

  /// What the chunks so far add up to.
  private static final class Sums {
    private long documents;
    private long tokens;
    private long skipped;

    private void add(EncodedChunk chunk, Console console) {
      if (chunk.failure().isPresent()) {
        throw new UserException(chunk.failure().get().text());
      }
      for (EncodedChunk.Documents key : chunk.keys()) {
        documents += key.sizes().size();
        tokens += key.tokens().size();
      }
      for (Problem lost : chunk.lost()) {
        console.warn("%s: the rest of it is left out", lost.text());
      }
      skipped += chunk.badRows().size() + chunk.lost().size();
    }
  }

  public double bytesPerToken() {
    return tokens == 0 ? 0 : (double) textBytes / tokens;
  }

  /// One line for people.
  public String describe() {
    return String.format(
        Locale.ROOT,
        "%,d documents, %,d tokens, %,d bytes of text, %.3f bytes per token%s",
        documents,
        tokens,
        textBytes,
        bytesPerToken(),
        skipped == 0 ? "" : String.format(Locale.ROOT, ", %,d skipped", skipped));
  }
}
