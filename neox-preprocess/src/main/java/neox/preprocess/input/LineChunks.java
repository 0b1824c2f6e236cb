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
  /// take up to three times its length. When it turns out to be too long only its sum is kept.
  private Optional<Chunk> longLine(byte[] window) throws IOException {
    List<byte[]> pieces = new ArrayList<>();
    byte[] piece = window;
    int length = window.length;
    int cut = 0;
    long gathered = 0;
    int sum = 0;
    while (cut == 0 && length == piece.length) {
      gathered += length;
      sum = Checksum.extend(sum, piece, 0, length);
      if (limit.allows(gathered)) {
        pieces.add(piece);
        piece = new byte[CHUNK_BYTES];
      } else {
        pieces.clear();
      }
      length = fill(piece, 0);
      cut = lineEnd(piece, 0, length);
    }
    if (cut == 0 && failure.isPresent()) {
      throw failure.get();
    }
    int taken = cut == 0 ? length : cut;
    rest = Arrays.copyOfRange(piece, taken, length);
    if (!limit.allows(gathered + taken)) {
      return Optional.of(tooLong(gathered + taken, Checksum.extend(sum, piece, 0, taken), cut > 0));
    }
    byte[] line = new byte[(int) gathered + taken];
    for (int i = 0; i < pieces.size(); i++) {
      System.arraycopy(pieces.get(i), 0, line, i * CHUNK_BYTES, CHUNK_BYTES);
    }
    System.arraycopy(piece, 0, line, (int) gathered, taken);
    return Optional.of(chunk(line, line.length));
  }

  private Chunk tooLong(long bytes, int sum, boolean ends) {
    LinePlace next = new LinePlace(at.offset() + bytes, at.lines() + (ends ? 1 : 0));
    Chunk line = new Chunk.TooLong(source, at, next, sum);
    at = next;
    return line;
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
