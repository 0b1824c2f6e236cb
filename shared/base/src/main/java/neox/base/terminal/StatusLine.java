package neox.base.terminal;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.IntSupplier;

/// The lowest line of a terminal, on which progress is drawn. Whatever else is printed there goes
/// through [#above], which wipes the line first. Thread-safe.
public final class StatusLine {
  private static final String ERASE_TO_THE_RIGHT = "\u001b[K";

  private final PrintStream terminal;
  private final IntSupplier columns;
  private final boolean visible;
  private boolean drawn;

  private StatusLine(PrintStream terminal, IntSupplier columns, boolean visible) {
    this.terminal = terminal;
    this.columns = columns;
    this.visible = visible;
  }

  /// A line that nobody sees.
  public static StatusLine hidden() {
    return new StatusLine(new PrintStream(OutputStream.nullOutputStream()), () -> 0, false);
  }

  /// The line of a terminal.
  ///
  /// @param columns its width, asked for anew at each drawing, since windows change their size
  public static StatusLine on(PrintStream terminal, IntSupplier columns) {
    return new StatusLine(terminal, columns, true);
  }

  /// Whether anybody sees it.
  public boolean visible() {
    return visible;
  }

  /// Replaces what the line shows; what does not fit is cut off.
  public synchronized void draw(String text) {
    if (visible) {
      // The last column stays empty: a character there would make some terminals begin a new line.
      String shown = DisplayWidth.cut(Printable.line(text), columns.getAsInt() - 1);
      terminal.print("\r" + shown + ERASE_TO_THE_RIGHT);
      terminal.flush();
      drawn = true;
    }
  }

  /// Empties the line.
  public synchronized void wipe() {
    if (drawn) {
      terminal.print("\r" + ERASE_TO_THE_RIGHT);
      terminal.flush();
      drawn = false;
    }
  }

  /// A stream whose text stands where the line was.
  public PrintStream above(OutputStream out) {
    return visible ? new PrintStream(new Above(out), true, StandardCharsets.UTF_8) : printing(out);
  }

  private static PrintStream printing(OutputStream out) {
    return out instanceof PrintStream stream
        ? stream
        : new PrintStream(out, true, StandardCharsets.UTF_8);
  }

  private final class Above extends OutputStream {
    private final OutputStream out;

    Above(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      synchronized (StatusLine.this) {
        wipe();
        out.write(bytes, offset, length);
      }
    }

    @Override
    public void flush() throws IOException {
      out.flush();
    }
  }
}
