package neox.generate.interactive;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jline.utils.ScreenTerminal;

/// A pseudo-terminal of Linux, with the process that runs in it: what a person would type goes in,
/// what would be seen comes out.
@SuppressWarnings("restricted") // calls of the C library
final class PseudoTerminal implements AutoCloseable {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final int READ_WRITE_NO_CONTROL = 0x102; // O_RDWR | O_NOCTTY
  private static final long PATIENCE_NANOS = 60_000_000_000L;
  private static final long SET_SIZE = 0x5414; // TIOCSWINSZ

  private final int master;
  private final int rows;
  private final int columns;
  private final Process process;
  private final Thread reader;
  private final StringBuilder output = new StringBuilder();

  private PseudoTerminal(int master, int rows, int columns, Process process) {
    this.master = master;
    this.rows = rows;
    this.columns = columns;
    this.process = process;
    this.reader = Thread.ofPlatform().daemon().name("pty").start(this::readAll);
  }

  /// Starts a command with a terminal of its own, which sends it signals.
  static PseudoTerminal start(int rows, int columns, List<String> command) throws IOException {
    int master = call("posix_openpt", READ_WRITE_NO_CONTROL);
    call("grantpt", master);
    call("unlockpt", master);
    resize(master, rows, columns);
    // A new session's leader gets the first terminal that it opens.
    String opened = "exec \"$@\" <\"$0\" >\"$0\" 2>&1";
    List<String> words =
        new ArrayList<>(List.of("setsid", "sh", "-c", opened, name(master).toString()));
    words.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.environment().put("TERM", "xterm-256color");
    return new PseudoTerminal(master, rows, columns, builder.start());
  }

  private static MethodHandle handle(
      String name, FunctionDescriptor type, Linker.Option... options) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, options);
  }

  private static int call(String name, int argument) {
    try {
      int result = (int) handle(name, FunctionDescriptor.of(INT, INT)).invokeExact(argument);
      if (result < 0) {
        throw new IllegalStateException(name + " failed");
      }
      return result;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static Path name(int master) {
    try {
      MethodHandle ptsname =
          handle(
              "ptsname",
              FunctionDescriptor.of(
                  ValueLayout.ADDRESS.withTargetLayout(
                      MemoryLayout.sequenceLayout(4096, ValueLayout.JAVA_BYTE)),
                  INT));
      return Path.of(((MemorySegment) ptsname.invokeExact(master)).getString(0));
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static void resize(int master, int rows, int columns) {
    try (Arena arena = Arena.ofConfined()) {
      MethodHandle ioctl =
          handle(
              "ioctl",
              FunctionDescriptor.of(INT, INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS),
              Linker.Option.firstVariadicArg(2));
      MemorySegment size = arena.allocate(ValueLayout.JAVA_SHORT, 4);
      size.setAtIndex(ValueLayout.JAVA_SHORT, 0, (short) rows);
      size.setAtIndex(ValueLayout.JAVA_SHORT, 1, (short) columns);
      if ((int) ioctl.invokeExact(master, SET_SIZE, size) != 0) {
        throw new IllegalStateException("TIOCSWINSZ failed");
      }
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static MethodHandle transfer(String name) {
    return handle(
        name,
        FunctionDescriptor.of(
            ValueLayout.JAVA_LONG, INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
  }

  private void readAll() {
    MethodHandle read = transfer("read");
    byte[] held = new byte[0]; // the beginning of a character
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(1 << 16);
      long count = (long) read.invokeExact(master, buffer, buffer.byteSize());
      while (count > 0) {
        byte[] bytes = new byte[held.length + (int) count];
        System.arraycopy(held, 0, bytes, 0, held.length);
        MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, bytes, held.length, (int) count);
        int whole = whole(bytes);
        String text = new String(bytes, 0, whole, StandardCharsets.UTF_8);
        held = Arrays.copyOfRange(bytes, whole, bytes.length);
        synchronized (output) {
          output.append(text);
          output.notifyAll();
        }
        count = (long) read.invokeExact(master, buffer, buffer.byteSize());
      }
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /// Bytes up to the last character that is complete.
  private static int whole(byte[] utf8) {
    int start = utf8.length;
    while (start > 0 && utf8.length - start < 4) {
      start--;
      if ((utf8[start] & 0xc0) != 0x80) {
        int length = utf8[start] >= 0 ? 1 : Integer.numberOfLeadingZeros(~(utf8[start] << 24));
        return start + length <= utf8.length ? utf8.length : start;
      }
    }
    return utf8.length;
  }

  /// Types keys.
  void type(String keys) {
    try (Arena arena = Arena.ofConfined()) {
      byte[] bytes = keys.getBytes(StandardCharsets.UTF_8);
      MemorySegment buffer = arena.allocate(bytes.length);
      MemorySegment.copy(bytes, 0, buffer, ValueLayout.JAVA_BYTE, 0, bytes.length);
      long written = (long) transfer("write").invokeExact(master, buffer, (long) bytes.length);
      if (written != bytes.length) {
        throw new IllegalStateException(written + " bytes typed");
      }
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /// How much has been shown.
  int shown() {
    synchronized (output) {
      return output.length();
    }
  }

  /// Waits until a text is shown behind a point; returns what was shown since, up to its end.
  String await(String text, int from) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    synchronized (output) {
      while (output.indexOf(text, from) < 0) {
        long left = (deadline - System.nanoTime()) / 1_000_000;
        if (left <= 0 || (!reader.isAlive() && !process.isAlive())) {
          throw new AssertionError("no '" + text + "' in: " + output.substring(from));
        }
        output.wait(Math.min(left, 200));
      }
      return output.substring(from, output.indexOf(text, from) + text.length());
    }
  }

  /// Waits until a text is all that stands in the line of the cursor; returns the cursor's column.
  int awaitLine(String text) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    ScreenLine line = cursorLine();
    while (!line.text().equals(text)) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("expected '" + text + "' in the cursor's line, found " + line);
      }
      synchronized (output) {
        output.wait(100);
      }
      line = cursorLine();
    }
    return line.cursor();
  }

  /// @param text without white space behind it
  private record ScreenLine(String text, int cursor) {}

  /// What a terminal shows of the output in the line of the cursor.
  private ScreenLine cursorLine() {
    ScreenTerminal screen = new ScreenTerminal(columns, rows);
    screen.write(all());
    long[] cells = new long[columns * rows];
    int[] cursor = new int[2];
    screen.dump(cells, cursor);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < columns; i++) {
      int c = ScreenTerminal.cellCodePoint(cells[cursor[1] * columns + i]);
      text.append(c == 0 ? "" : Character.toString(c)); // the right half of a wide one
    }
    return new ScreenLine(text.toString().stripTrailing(), cursor[0]);
  }

  /// Waits until the process has ended; its exit code.
  int exit() throws InterruptedException {
    return process.waitFor();
  }

  /// All that was shown.
  String all() {
    synchronized (output) {
      return output.toString();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    call("close", master);
  }
}
