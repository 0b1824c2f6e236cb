package neox.base;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileSystemException;
import org.jspecify.annotations.Nullable;

/// Streams whose failures name the file: those of the JDK say "No space left on device" and keep to
/// themselves where.
public final class NamedStreams {
  /// A stream that names what it reads in each failure; closes `in`.
  public static InputStream input(InputStream in, String name) {
    return new Input(in, name);
  }

  /// A stream that names what it writes in each failure; closes `out`.
  static OutputStream output(OutputStream out, String name) {
    return new Output(out, name);
  }

  /// The same failure with a name, unless it has one, or is about the program and not the file.
  static IOException named(IOException e, String name) {
    return named(e, name, null);
  }

  static IOException named(IOException e, String name, @Nullable String other) {
    if (e instanceof FileSystemException || e instanceof ClosedChannelException) {
      return e;
    }
    FileSystemException named = new FileSystemException(name, other, e.getMessage());
    named.initCause(e);
    return named;
  }

  private static final class Input extends FilterInputStream {
    private final String name;

    Input(InputStream in, String name) {
      super(in);
      this.name = name;
    }

    @Override
    public int read() throws IOException {
      try {
        return in.read();
      } catch (IOException e) {
        throw named(e, name);
      }
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        return in.read(bytes, offset, length);
      } catch (IOException e) {
        throw named(e, name);
      }
    }

    @Override
    public byte[] readAllBytes() throws IOException {
      try {
        return in.readAllBytes();
      } catch (IOException e) {
        throw named(e, name);
      }
    }

    @Override
    public long skip(long count) throws IOException {
      try {
        return in.skip(count);
      } catch (IOException e) {
        throw named(e, name);
      }
    }

    @Override
    public int available() throws IOException {
      try {
        return in.available();
      } catch (IOException e) {
        throw named(e, name);
      }
    }
  }

  private static final class Output extends OutputStream {
    private final OutputStream out;
    private final String name;

    Output(OutputStream out, String name) {
      this.out = out;
      this.name = name;
    }

    @Override
    public void write(int b) throws IOException {
      try {
        out.write(b);
      } catch (IOException e) {
        throw named(e, name);
      }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (IOException e) {
        throw named(e, name);
      }
    }

    @Override
    public void flush() throws IOException {
      try {
        out.flush();
      } catch (IOException e) {
        throw named(e, name);
      }
    }

    @Override
    public void close() throws IOException {
      try {
        out.close();
      } catch (IOException e) {
        throw named(e, name);
      }
    }
  }

  private NamedStreams() {}
}
