package neox.preprocess.encode;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import neox.base.text.TextBytes;
import neox.base.text.Utf8Check;
import neox.preprocess.input.Chunk;
import neox.preprocess.input.Document;
import neox.preprocess.input.LineSource;
import neox.preprocess.input.Problem;
import neox.preprocess.input.RowLimit;
import neox.tokenizer.Tokenizer;

/// One worker's own state: takes a chunk apart into rows and has them encoded. Not thread-safe.
public final class ChunkEncoder {
  private static final String SEVERAL_LINES =
      "; each row must stand on one line (jq -c . FILE writes it so)";

  private static final long LONG_BYTES = 4L << 20;

  private final int datasets;
  private final DocumentEncoder encoder;
  private final OnError onError;
  private List<EncodedChunk.Documents> documents = List.of();
  private List<Problem> badRows = List.of();
  private final int[] marks;
  private long bytes;
  private long emptied;

  /// @param eod appended to every document
  public ChunkEncoder(
      List<String> keys, Tokenizer.Encoder encoder, OptionalInt eod, OnError onError) {
    this(keys.size(), new TextEncoder(keys, encoder, eod), onError);
  }

  /// @param datasets how many the encoder makes documents for
  public ChunkEncoder(int datasets, DocumentEncoder encoder, OnError onError) {
    this.datasets = datasets;
    this.encoder = encoder;
    this.onError = onError;
    this.marks = new int[2 * datasets];
  }

  public EncodedChunk encode(Chunk chunk) {
    documents = new ArrayList<>();
    for (int dataset = 0; dataset < datasets; dataset++) {
      documents.add(EncodedChunk.Documents.ofText(chunk.bytes() / datasets));
    }
    badRows = new ArrayList<>();
    bytes = 0;
    emptied = 0;
    List<Problem> lost = new ArrayList<>();
    Optional<Problem> failure = encode(chunk, lost);
    return new EncodedChunk(documents, bytes, emptied, badRows, lost, failure);
  }

  private Optional<Problem> encode(Chunk chunk, List<Problem> lost) {
    if (chunk instanceof Chunk.Lines lines) { // first: the switch costs 10 ms to set up
      return encodeLines(lines);
    }
    return switch (chunk) {
      case Chunk.Lines lines -> encodeLines(lines);
      case Chunk.Documents whole -> encodeDocuments(whole);
      case Chunk.TooLong line -> {
        bytes += line.units();
        boolean toldLater = onError == OnError.SKIP && !line.isWhole();
        yield toldLater ? Optional.empty() : orFail(line.problem(), badRows);
      }
      case Chunk.Lost rest -> orFail(rest.problem(), lost);
    };
  }

  /// Notes a problem and goes on, or fails with it.
  private Optional<Problem> orFail(Problem problem, List<Problem> noted) {
    if (onError == OnError.STOP) {
      return Optional.of(problem);
    }
    noted.add(problem);
    return Optional.empty();
  }

  private Optional<Problem> encodeLines(Chunk.Lines chunk) {
    byte[] in = chunk.bytesOfLines();
    bytes += chunk.length();
    long line = chunk.at().lines() + 1;
    Optional<Problem> failure = Optional.empty();
    for (int from = markLength(chunk); from < chunk.length() && failure.isEmpty(); line++) {
      int to = lineEnd(in, from, chunk.length());
      int next = Math.min(chunk.length(), to + 1);
      try {
        begin();
        emptied +=
            switch (chunk.form()) {
              case JSON -> row(in, from, to);
              case TEXT -> text(in, from, next);
            };
      } catch (BadRow e) {
        forget();
        String why = e.why() + (opensARow(in, from, to) ? SEVERAL_LINES : "");
        LineSource source = chunk.source();
        failure = orFail(Problem.atLine(source.name(), source.line(line), why), badRows);
      }
      from = next;
    }
    return failure;
  }

  /// Remembers where the documents of the next row begin.
  private void begin() {
    for (int dataset = 0; dataset < datasets; dataset++) {
      marks[2 * dataset] = documents.get(dataset).tokens().size();
      marks[2 * dataset + 1] = documents.get(dataset).sizes().size();
    }
  }

  /// Forgets what there is of a row's documents: the datasets must stay in step.
  private void forget() {
    for (int dataset = 0; dataset < datasets; dataset++) {
      documents.get(dataset).tokens().truncate(marks[2 * dataset]);
      documents.get(dataset).sizes().truncate(marks[2 * dataset + 1]);
    }
  }

  private int row(byte[] json, int from, int to) throws BadRow {
    try {
      return encoder.row(json, from, to, documents);
    } catch (OutOfMemoryError e) {
      throw tooLong(to - from, e);
    }
  }

  private int text(byte[] utf8, int from, int to) throws BadRow {
    try {
      return encoder.text(utf8, from, to, documents);
    } catch (OutOfMemoryError e) {
      throw tooLong(to - from, e);
    }
  }

  /// A long row goes alone, so the shortage is its own; of others there is no telling whose it is.
  private static BadRow tooLong(long bytes, OutOfMemoryError e) {
    if (bytes < LONG_BYTES) {
      throw e;
    }
    return new BadRow("%s", RowLimit.problem(bytes));
  }

  /// Where the first line feed stands, or `to`.
  private static int lineEnd(byte[] in, int from, int to) {
    int i = from;
    while (i < to && in[i] != '\n') {
      i++;
    }
    return i;
  }

  /// Whether a line is nothing but the beginning of an object or a list.
  private static boolean opensARow(byte[] in, int from, int to) {
    int last = to;
    while (last > from && in[last - 1] <= ' ') {
      last--;
    }
    return last == from + 1 && (in[from] == '{' || in[from] == '[');
  }

  /// NeoX compat: Python's JSON readers pass over a byte order mark, its gzip reader does not.
  private static int markLength(Chunk.Lines chunk) {
    boolean mayHaveMark = chunk.form() == Chunk.LineForm.JSON && chunk.at().offset() == 0;
    return mayHaveMark ? TextBytes.markLength(chunk.bytesOfLines(), chunk.length()) : 0;
  }

  private Optional<Problem> encodeDocuments(Chunk.Documents chunk) {
    for (Document document : chunk.documents()) {
      Optional<Problem> failure =
          switch (document) {
            case Document.Text text -> encodeText(text);
            case Document.Json json -> encodeJson(json);
            case Document.Bad bad -> orFail(Problem.of(bad.source(), bad.problem()), badRows);
          };
      if (failure.isPresent()) {
        return failure;
      }
    }
    return Optional.empty();
  }

  private Optional<Problem> encodeJson(Document.Json json) {
    bytes += json.row().length;
    try {
      begin();
      emptied += row(json.row(), 0, json.row().length);
      return Optional.empty();
    } catch (BadRow e) {
      forget();
      return orFail(Problem.of(json.source(), e.why()), badRows);
    }
  }

  private Optional<Problem> encodeText(Document.Text text) {
    byte[] utf8 = text.utf8();
    bytes += utf8.length;
    try {
      begin();
      emptied += text(utf8, 0, utf8.length);
      return Optional.empty();
    } catch (BadRow e) {
      forget();
      int invalid = Utf8Check.firstInvalid(utf8, 0, utf8.length);
      Problem problem =
          invalid < 0
              ? Problem.of(text.source(), e.why())
              : Problem.atLine(text.source(), 1 + TextBytes.lineFeeds(utf8, invalid), e.why());
      return orFail(problem, badRows);
    }
  }
}
