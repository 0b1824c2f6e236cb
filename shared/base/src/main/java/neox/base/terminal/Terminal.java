package neox.base.terminal;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/// The terminal that a standard stream of the process leads to, if it leads to one.
public final class Terminal {
  public static final int INPUT = 0;
  public static final int OUTPUT = 1;
  public static final int ERROR = 2;
  private static final String DUMB = "dumb";
  private static final int USUAL_COLUMNS = 80;

  /// Whether a person sees what is written to the stream, on a screen that can redraw a line.
  ///
  /// The JDK cannot tell: its console is about input and output together. Linux shows where a
  /// stream leads; elsewhere the console has to stand in.
  ///
  /// @param term the variable TERM
  public static boolean isDrawable(int stream, Optional<String> term) {
    return !term.orElse(DUMB).equals(DUMB) && isTerminal(stream);
  }

  /// Whether the stream leads to a terminal.
  @SuppressWarnings("SystemConsoleNull") // JDK 25's own console is null when input is piped
  public static boolean isTerminal(int stream) {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + stream)).toString();
      return target.startsWith("/dev/pts/")
          || target.startsWith("/dev/tty")
          || target.equals("/dev/console");
    } catch (IOException e) {
      return System.console() != null && System.console().isTerminal();
    }
  }

  /// The width of the terminal behind a stream: what it says, else COLUMNS, else 80.
  ///
  /// @param wished the variable COLUMNS
  public static int columns(int stream, Optional<String> wished) {
    return asked(stream).orElseGet(() -> number(wished).orElse(USUAL_COLUMNS));
  }

  /// The width that help is laid out for: COLUMNS, else that of the terminal it goes to, else 80.
  ///
  /// @param wished the variable COLUMNS
  public static int columnsOfHelp(Optional<String> wished) {
    return number(wished)
        .orElseGet(() -> isTerminal(OUTPUT) ? columns(OUTPUT, wished) : USUAL_COLUMNS);
  }

  private static OptionalInt number(Optional<String> wished) {
    return wished
        .filter(text -> text.matches("[1-9]\\d{0,3}"))
        .map(text -> OptionalInt.of(Integer.parseInt(text)))
        .orElse(OptionalInt.empty());
  }

  private static OptionalInt asked(int stream) {
    try (Arena arena = Arena.ofConfined()) {
      // struct winsize { unsigned short rows, columns, width, height; }
      MemorySegment size = arena.allocate(ValueLayout.JAVA_SHORT, 4);
      int failed = (int) WindowSize.IOCTL.invokeExact(stream, WindowSize.REQUEST, size);
      int columns = Short.toUnsignedInt(size.getAtIndex(ValueLayout.JAVA_SHORT, 1));
      return failed == 0 && columns > 0 ? OptionalInt.of(columns) : OptionalInt.empty();
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /// Bound when first asked for: that takes longer than a small tool runs.
  private static final class WindowSize {
    static final long REQUEST =
        System.getProperty("os.name").startsWith("Mac") ? 0x40087468L : 0x5413L;
    static final MethodHandle IOCTL = bind();

    @SuppressWarnings("restricted") // a call of the C library; the launcher permits it
    private static MethodHandle bind() {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(
          linker.defaultLookup().findOrThrow("ioctl"),
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG,
              ValueLayout.ADDRESS),
          Linker.Option.firstVariadicArg(2));
    }
  }

  private Terminal() {}
}
