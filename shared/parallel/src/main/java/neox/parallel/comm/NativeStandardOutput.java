package neox.parallel.comm;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// Sends what native code prints on standard output to standard error meanwhile, where it does not
/// mix with our data. It affects the whole process: keep it short.
final class NativeStandardOutput implements AutoCloseable {
  private static final int OUTPUT = 1;
  private static final int ERROR = 2;

  private final int original;

  private NativeStandardOutput(int original) {
    this.original = original;
  }

  static NativeStandardOutput toStandardError() {
    int original = Calls.call(Calls.DUP, OUTPUT);
    Calls.call(Calls.DUP2, ERROR, OUTPUT);
    return new NativeStandardOutput(original);
  }

  @Override
  public void close() {
    Calls.call(Calls.DUP2, original, OUTPUT);
    Calls.call(Calls.CLOSE, original);
  }

  /// libc's calls on file descriptors.
  private static final class Calls {
    static final MethodHandle DUP = find("dup", 1);
    static final MethodHandle DUP2 = find("dup2", 2);
    static final MethodHandle CLOSE = find("close", 1);

    @SuppressWarnings("restricted")
    private static MethodHandle find(String name, int arguments) {
      Linker linker = Linker.nativeLinker();
      FunctionDescriptor signature = FunctionDescriptor.of(ValueLayout.JAVA_INT);
      for (int i = 0; i < arguments; i++) {
        signature = signature.appendArgumentLayouts(ValueLayout.JAVA_INT);
      }
      return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), signature);
    }

    static int call(MethodHandle function, Object... arguments) {
      try {
        int result = (int) function.invokeWithArguments(arguments);
        if (result < 0) {
          throw new IllegalStateException("standard output cannot be redirected");
        }
        return result;
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
