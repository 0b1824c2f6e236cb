package neox.base;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/// The process's standard output, whose failures a [java.io.PrintStream] cannot swallow.
///
/// A print stream forgets every [IOException]: a tool would work on for hours for a reader that has
/// left, and a full disk would end in exit code 0. The first failure is thrown as [Failure]; what
/// is written after it is dropped, so that closing and flushing on the way out stay silent.
final class StandardOutput extends OutputStream {
  private final OutputStream out;
  private boolean failed;

  StandardOutput(OutputStream out) {
    this.out = out;
  }

  static StandardOutput ofProcess() {
    return new StandardOutput(new FileOutputStream(FileDescriptor.out));
  }

  /// Standard output cannot be written.
  static final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1;

    Failure(IOException cause) {
      super(cause.getMessage(), cause);
    }

    /// True when the reader has closed its end, as `head` does: it has what it wanted.
    boolean isClosedPipe() {
      return getMessage() != null && getMessage().contains("Broken pipe");
    }

    String report() {
      return "standard output: " + getMessage();
    }
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    if (failed) {
      return;
    }
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      failed = true;
      throw new Failure(e);
    }
  }
}
