package neox.preprocess.input;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import neox.preprocess.journal.Checksum;

/// Cuts a stream of lines into chunks of whole lines: about 256 KiB of them, or one longer line
/// alone. Where it cuts follows from the bytes behind the last cut.
final class LineChunks implements ChunkSource {
  private static final int CHUNK_BYTES = 1 << 18;

  private final InputStream in;
  private final LineSource source;
  private final Chunk.LineForm form;
  private final long end;
  private final RowLimit limit;
  private LinePlace at;
  private Optional<IOException> failure = Optional.empty();
  private byte[] rest = new byte[0];
  private boolean exhausted;

  /// How much was seen of a line that is too long, and its sum.
  private long passed;

  private int passedSum;

  /// The lines that are read.
  ///
  /// @param from where the first of them begins
  /// @param end they begin before it
  record Range(LinePlace from, long end) {
    private static final Range ALL = new Range(LinePlace.START, Long.MAX_VALUE);
  }

  LineChunks(InputStream in, String name, Chunk.LineForm form, RowLimit limit) {
    this(in, LineSource.whole(name), form, Range.ALL, limit);
  }

  /// @param in stands where the range begins
  LineChunks(InputStream in, LineSource source, Chunk.LineForm form, Range range, RowLimit limit) {
    this.in = in;
    this.source = source;
    this.form = form;
    this.at = range.from();
    this.end = range.end();
    this.limit = limit;
  }

  @Override
  public Optional<Chunk> next() throws IOException {
    if (passed > 0) {
      return passLine();
    }
    if (at.offset() >= end) {
      return Optional.empty();
    }
    byte[] window = Arrays.copyOf(rest, CHUNK_BYTES);
    int length = fill(window, rest.length);
    int cut = cut(window, length);
    if (cut > 0) {
      rest = Arrays.copyOfRange(window, cut, length);
      return Optional.of(chunk(window, cut));
    }
    return length < CHUNK_BYTES ? lastLine(window, length) : longLine(window);
  }

  /// Reads until the buffer is full or the stream ends or fails; returns how full it is.
  private int fill(byte[] buffer, int from) {
    int length = from;
    try {
      while (length < buffer.length && !exhausted) {
        int read = in.read(buffer, length, buffer.length - length);
        exhausted = read < 0;
        length += Math.max(0, read);
      }
    } catch (IOException e) {
      exhausted = true;
      failure = Optional.of(e); // the whole lines before it are good
    }
    return length;
  }

  /// The place behind the last line that is whole and wanted, or 0 when the first line goes on.
  private int cut(byte[] window, int length) {
    long wanted = end - at.offset();
    if (wanted <= length) {
      int cut = lineEnd(window, (int) wanted - 1, length);
      if (cut > 0) {
        return cut;
      }
    }
    int cut = length;
    while (cut > 0 && window[cut - 1] != '\n') {
      cut--;
    }
    return cut;
  }

  /// The place after the first line feed in `bytes[from, to)`, or 0.
  private static int lineEnd(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[i] == '\n') {
        return i + 1;
      }
    }
    return 0;
  }

  /// A last line without a line feed.
  private Optional<Chunk> lastLine(byte[] window, int length) throws IOException {
    if (failure.isPresent()) {
      throw failure.get();
    }
    rest = new byte[0];
    return length == 0 ? Optional.empty() : Optional.of(chunk(window, length));
  }

  /// A line that fills the window and goes on. It is gathered in pieces: doubling an array would
  /// take up to three times its length.
  private Optional<Chunk> longLine(byte[] window) throws IOException {
    List<byte[]> pieces = new ArrayList<>();
    byte[] piece = window;
    int length = window.length;
    int cut = 0;
    long gathered = 0;
    while (cut == 0 && length == piece.length) {
      gathered += length;
      pieces.add(piece);
      if (!limit.allows(gathered)) {
        return Optional.of(tooLong(pieces));
      }
      piece = new byte[CHUNK_BYTES];
      length = fill(piece, 0);
      cut = lineEnd(piece, 0, length);
    }
    if (cut == 0 && failure.isPresent()) {
      throw failure.get();
    }
    int taken = cut == 0 ? length : cut;
    rest = Arrays.copyOfRange(piece, taken, length);
    pieces.add(Arrays.copyOf(piece, taken));
    if (!limit.allows(gathered + taken)) {
      pass(pieces);
      return Optional.of(passed(cut > 0));
    }
    byte[] line = new byte[(int) gathered + taken];
    for (int i = 0; i < pieces.size(); i++) {
      byte[] part = pieces.get(i);
      System.arraycopy(part, 0, line, i * CHUNK_BYTES, part.length);
    }
    return Optional.of(chunk(line, line.length));
  }

  /// The first word of a line that is too long: its end is looked for afterwards.
  private Chunk tooLong(List<byte[]> pieces) {
    pass(pieces);
    rest = new byte[0];
    return new Chunk.TooLong(source, at, at, passed, 0);
  }

  private void pass(List<byte[]> pieces) {
    for (byte[] piece : pieces) {
      pass(piece, piece.length);
    }
  }

  private void pass(byte[] piece, int length) {
    passed += length;
    passedSum = Checksum.extend(passedSum, piece, 0, length);
  }

  private Chunk passed(boolean ended) {
    LinePlace next = new LinePlace(at.offset() + passed, at.lines() + (ended ? 1 : 0));
    Chunk line = new Chunk.TooLong(source, at, next, passed, passedSum);
    at = next;
    passed = 0;
    passedSum = 0;
    return line;
  }

  /// Reads to the end of a line that is too long.
  private Optional<Chunk> passLine() throws IOException {
    byte[] piece = new byte[CHUNK_BYTES];
    int length = piece.length;
    int cut = 0;
    while (cut == 0 && length == piece.length) {
      length = fill(piece, 0);
      cut = lineEnd(piece, 0, length);
      pass(piece, cut == 0 ? length : cut);
    }
    if (cut == 0 && failure.isPresent()) {
      throw failure.get();
    }
    rest = Arrays.copyOfRange(piece, cut == 0 ? length : cut, length);
    return Optional.of(passed(cut > 0));
  }

  private Chunk chunk(byte[] bytes, int length) {
    Chunk.Lines chunk = Chunk.Lines.of(source, at, form, bytes, length);
    at = chunk.end();
    return chunk;
  }

  @Override
  public Position position() {
    return new Position(source.name(), "line " + source.line(at.lines()));
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
