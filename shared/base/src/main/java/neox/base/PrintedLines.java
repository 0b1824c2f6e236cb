package neox.base;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// A copy of the lines that a [Console] prints, for whoever wants them. Until somebody does, the
/// first ones wait. Thread-safe.
public final class PrintedLines {
  private static final int MOST_WAITING = 1000;
  private static final int LONGEST_LINE = 1 << 16;

  private final Deque<Line> waiting = new ArrayDeque<>();
  private @Nullable Reader reader;

  private record Line(boolean error, String text) {}

  /// Who gets the lines.
  @FunctionalInterface
  public interface Reader {
    /// A line was printed.
    ///
    /// @param error whether it went to standard error
    void line(boolean error, String text);
  }

  /// Gives the lines to `reader`, those first that were printed before.
  public synchronized void to(Reader next) {
    reader = next;
    while (!waiting.isEmpty()) {
      Line line = waiting.remove();
      next.line(line.error(), line.text());
    }
  }

  /// From now on nobody gets them.
  public synchronized void end() {
    reader = (_, _) -> {};
    waiting.clear();
  }

  private synchronized void line(boolean error, String text) {
    if (reader != null) {
      reader.line(error, text);
    } else if (waiting.size() < MOST_WAITING) {
      waiting.add(new Line(error, text));
    }
  }

  /// A stream that prints to `out`, of whose lines a copy is made.
  PrintStream of(PrintStream out, boolean error) {
    return new PrintStream(new Copying(out, error), false, StandardCharsets.UTF_8);
  }

  private final class Copying extends OutputStream {
    private final PrintStream out;
    private final boolean error;
    private final ByteArrayOutputStream begun = new ByteArrayOutputStream();

    Copying(PrintStream out, boolean error) {
      this.out = out;
      this.error = error;
    }

    @Override
    public void write(int b) {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      out.write(bytes, offset, length);
      int from = offset;
      for (int i = offset; i < offset + length; i++) {
        if (bytes[i] == '\n' || begun.size() + i - from > LONGEST_LINE) {
          begun.write(bytes, from, i - from);
          line(error, begun.toString(StandardCharsets.UTF_8));
          begun.reset();
          from = bytes[i] == '\n' ? i + 1 : i;
        }
      }
      begun.write(bytes, from, offset + length - from);
    }

    @Override
    public void flush() {
      out.flush();
    }
  }
}
