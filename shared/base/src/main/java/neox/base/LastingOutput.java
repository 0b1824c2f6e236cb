package neox.base;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Objects;

/// Standard output for work that goes on when nobody reads it any more: the first failure is told
/// in one warning, and what is written after it is dropped.
final class LastingOutput extends OutputStream {
  private final PrintStream out;
  private final Console console;
  private boolean lost;

  /// @param console where the warning goes, and whose standard output this is
  LastingOutput(Console console) {
    this.out = console.out();
    this.console = console;
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    unlessLost(() -> out.write(bytes, offset, length));
  }

  @Override
  public void flush() {
    unlessLost(out::flush);
  }

  private void unlessLost(Runnable writing) {
    if (lost) {
      return;
    }
    try {
      writing.run();
    } catch (StandardOutput.Failure e) {
      lost = true;
      console.warn(
          "standard output: %s; nothing more is printed there, the work goes on",
          Objects.toString(e.getMessage()));
    }
  }
}
