package neox.preprocess;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;
import neox.base.UserException;

/// Cuts a stream of lines into chunks of whole lines.
final class LineChunks implements ChunkSource {
  private static final int CHUNK_BYTES = 1 << 18;

  private final InputStream in;
  private final String source;
  private final Chunk.LineForm form;
  private Optional<IOException> failure = Optional.empty();
  private byte[] rest = new byte[0];
  private long lines;
  private boolean started;
  private boolean ended;

  LineChunks(InputStream in, String source, Chunk.LineForm form) {
    this.in = in;
    this.source = source;
    this.form = form;
  }

  /// About 256 KiB of whole lines, more when one line is longer; empty at the end.
  @Override
  public Optional<Chunk> next() throws IOException {
    if (failure.isPresent()) {
      throw failure.get();
    }
    if (ended) {
      return Optional.empty();
    }
    byte[] buffer = Arrays.copyOf(rest, Math.max(CHUNK_BYTES, rest.length));
    int length = rest.length;
    int cut = -1;
    while (cut < 0) {
      if (length == buffer.length) {
        buffer = grow(buffer);
      }
      int searched = length;
      length = fill(buffer, length);
      cut = lastLineEnd(buffer, searched, length);
      if (cut < 0 && failure.isPresent()) {
        throw failure.get();
      }
      if (cut < 0 && length < buffer.length) {
        cut = length;
        ended = true;
      }
    }
    rest = Arrays.copyOfRange(buffer, cut, length);
    return take(buffer, cut);
  }

  /// Reads until the buffer is full or the stream ends or fails; returns how full it is.
  private int fill(byte[] buffer, int from) {
    int at = from;
    try {
      while (at < buffer.length) {
        int read = in.read(buffer, at, buffer.length - at);
        if (read < 0) {
          break;
        }
        at += read;
      }
    } catch (IOException e) {
      failure = Optional.of(e); // the whole lines before it are good
    }
    return at;
  }

  private Optional<Chunk> take(byte[] buffer, int cut) {
    // A text line keeps its mark: Python's gzip reads bytes, its JSON readers do not.
    boolean marked = !started && form == Chunk.LineForm.JSON;
    started = true;
    int from = marked ? byteOrderMark(buffer, cut) : 0;
    return cut == from ? Optional.empty() : Optional.of(chunk(buffer, from, cut));
  }

  private byte[] grow(byte[] buffer) {
    if (buffer.length == Document.MAX_BYTES) {
      throw UserException.of("%s:%d: a line longer than 2 GiB", source, lines + 1);
    }
    return Arrays.copyOf(buffer, (int) Math.min(Document.MAX_BYTES, 2L * buffer.length));
  }

  /// The place after the last line feed in `buffer[from, to)`, or -1.
  private static int lastLineEnd(byte[] buffer, int from, int to) {
    for (int i = to - 1; i >= from; i--) {
      if (buffer[i] == '\n') {
        return i + 1;
      }
    }
    return -1;
  }

  private static int byteOrderMark(byte[] buffer, int length) {
    boolean marked =
        length >= 3
            && buffer[0] == (byte) 0xef
            && buffer[1] == (byte) 0xbb
            && buffer[2] == (byte) 0xbf;
    return marked ? 3 : 0;
  }

  private Chunk chunk(byte[] buffer, int from, int cut) {
    byte[] bytes = from == 0 ? buffer : Arrays.copyOfRange(buffer, from, cut);
    Chunk chunk = new Chunk.Lines(source, lines + 1, form, bytes, cut - from);
    for (int i = from; i < cut; i++) {
      lines += buffer[i] == '\n' ? 1 : 0;
    }
    return chunk;
  }

  @Override
  public Position position() {
    return new Position(source, "line " + lines);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
