package neox.preprocess;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;
import neox.base.UserException;

/// Cuts a stream of lines into chunks of whole lines.
final class LineChunks implements AutoCloseable {
  private static final int CHUNK_BYTES = 1 << 18;
  private static final int MAX_LINE_BYTES = Integer.MAX_VALUE - 16;

  private final InputStream in;
  private final String source;
  private byte[] rest = new byte[0];
  private long lines;
  private boolean started;
  private boolean ended;

  LineChunks(InputStream in, String source) {
    this.in = in;
    this.source = source;
  }

  /// About 256 KiB of whole lines, more when one line is longer; empty at the end.
  Optional<Chunk> next() throws IOException {
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
      int read = in.readNBytes(buffer, length, buffer.length - length);
      int searched = length;
      length += read;
      if (read == 0) {
        ended = true;
        cut = length;
      } else {
        cut = lastLineEnd(buffer, searched, length);
      }
    }
    rest = Arrays.copyOfRange(buffer, cut, length);
    int from = started ? 0 : byteOrderMark(buffer, cut);
    started = true;
    return cut == from ? Optional.empty() : Optional.of(chunk(buffer, from, cut));
  }

  private byte[] grow(byte[] buffer) {
    if (buffer.length == MAX_LINE_BYTES) {
      throw UserException.of("%s:%d: a line longer than 2 GiB", source, lines + 1);
    }
    return Arrays.copyOf(buffer, (int) Math.min(MAX_LINE_BYTES, 2L * buffer.length));
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
    Chunk chunk = new Chunk(source, lines + 1, Chunk.Kind.JSON_LINES, bytes, cut - from);
    for (int i = from; i < cut; i++) {
      lines += buffer[i] == '\n' ? 1 : 0;
    }
    return chunk;
  }

  String source() {
    return source;
  }

  /// Whole lines handed out so far.
  long linesRead() {
    return lines;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
