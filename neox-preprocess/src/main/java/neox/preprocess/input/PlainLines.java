package neox.preprocess.input;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.function.LongSupplier;

/// Opens an uncompressed file of lines anywhere.
final class PlainLines {
  private static final int BUFFER_BYTES = 1 << 16;

  /// Begins with the first line of the input's slice, or goes on where the input says.
  static ChunkSource open(RawInput input) throws IOException {
    long from = input.slice().from();
    long before = Math.max(0, from - 1);
    long seek = input.goOn().map(LinePlace::offset).orElse(before);
    InputStream in = input.stream(seek);
    try {
      LinePlace at = LinePlace.START;
      if (input.goOn().isPresent()) {
        at = input.goOn().get();
      } else if (from > 0) {
        at = new LinePlace(before + skipLine(in), 0); // the line that the last slice ends with
      }
      LineSource source =
          from == 0
              ? LineSource.whole(input.name())
              : new LineSource(input.name(), new LinesBefore(input, before));
      LineChunks.Range range = new LineChunks.Range(at, input.slice().to());
      return new LineChunks(in, source, Chunk.LineForm.JSON, range, input.limit());
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  /// Reads to the end of a line; returns how many bytes that were.
  private static long skipLine(InputStream in) throws IOException {
    long skipped = 0;
    int b = in.read();
    while (b >= 0) {
      skipped++;
      if (b == '\n') {
        return skipped;
      }
      b = in.read();
    }
    return skipped;
  }

  /// Counts the lines before a slice when somebody asks.
  private static final class LinesBefore implements LongSupplier {
    private final RawInput input;
    private final long bytes;
    private long lines = -1;

    LinesBefore(RawInput input, long bytes) {
      this.input = input;
      this.bytes = bytes;
    }

    @Override
    public synchronized long getAsLong() {
      if (lines < 0) {
        try {
          lines = count() + 1; // the line that lies across the beginning of the slice
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
      return lines;
    }

    private long count() throws IOException {
      byte[] buffer = new byte[BUFFER_BYTES];
      LinePlace at = LinePlace.START;
      try (InputStream in = input.uncounted()) {
        while (at.offset() < bytes) {
          int wanted = (int) Math.min(buffer.length, bytes - at.offset());
          int read = in.read(buffer, 0, wanted);
          if (read < 0) {
            break;
          }
          at = at.after(buffer, read);
        }
      }
      return at.lines();
    }
  }

  private PlainLines() {}
}
