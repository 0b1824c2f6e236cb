package neox.parallel.comm;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// Drops what native code prints on standard output meanwhile: chatter that every rank repeats, in
/// the middle of our data. It affects the whole process: keep it short.
final class NativeStandardOutput implements AutoCloseable {
  private static final int OUTPUT = 1;
  private static final int WRITE_ONLY = 1;
  private static final int CLOSED = -1;

  private final int original;

  private NativeStandardOutput(int original) {
    this.original = original;
  }

  /// Where standard output is closed there is nothing to keep clean.
  static NativeStandardOutput dropped() {
    int original = Calls.call(Calls.DUP, OUTPUT);
    if (original != CLOSED) {
      int nowhere = Calls.open("/dev/null", WRITE_ONLY);
      Calls.call(Calls.DUP2, nowhere, OUTPUT);
      Calls.call(Calls.CLOSE, nowhere);
    }
    return new NativeStandardOutput(original);
  }

  @Override
  public void close() {
    if (original != CLOSED) {
      Calls.call(Calls.DUP2, original, OUTPUT);
      Calls.call(Calls.CLOSE, original);
    }
  }

  /// libc's calls on file descriptors.
  private static final class Calls {
    static final MethodHandle DUP = find("dup", 1);
    static final MethodHandle DUP2 = find("dup2", 2);
    static final MethodHandle CLOSE = find("close", 1);
    static final MethodHandle OPEN =
        find(
            "open",
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
            Linker.Option.firstVariadicArg(2));

    private static MethodHandle find(String name, int arguments) {
      FunctionDescriptor signature = FunctionDescriptor.of(ValueLayout.JAVA_INT);
      for (int i = 0; i < arguments; i++) {
        signature = signature.appendArgumentLayouts(ValueLayout.JAVA_INT);
      }
      return find(name, signature);
    }

    @SuppressWarnings("restricted")
    private static MethodHandle find(
        String name, FunctionDescriptor signature, Linker.Option... options) {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), signature, options);
    }

    static int open(String path, int flags) {
      try (Arena arena = Arena.ofConfined()) {
        return call(OPEN, arena.allocateFrom(path), flags);
      }
    }

    static int call(MethodHandle function, Object... arguments) {
      try {
        return (int) function.invokeWithArguments(arguments);
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
