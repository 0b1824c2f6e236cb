package neox.tensor.kernel;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.bytedeco.pytorch.global.torch;

/// How many threads libtorch's operations take when the calling thread asks for them.
///
/// libtorch's own call for this is the process's, and has oneDNN forget the kernels it has made.
final class OpenMp {
  /// `omp_set_num_threads(int)`, where libtorch came with an OpenMP that can be called.
  private static final Optional<MethodHandle> SET = find();

  /// Threads of one operation.
  static int threads() {
    return torch.get_num_threads();
  }

  /// Sets it for the calling thread.
  ///
  /// @return whether that can be set here
  static boolean setThreads(int threads) {
    if (SET.isEmpty()) {
      return false;
    }
    try {
      SET.get().invokeExact(threads);
      return true;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /// Runs `body`, whose operations have one thread, if that can be set here.
  static void alone(Runnable body) {
    int before = threads();
    if (before == 1 || !setThreads(1)) {
      body.run();
      return;
    }
    try {
      body.run();
    } finally {
      setThreads(before);
    }
  }

  @SuppressWarnings("restricted")
  private static Optional<MethodHandle> find() {
    torch.get_num_threads(); // loads the library
    Optional<MemorySegment> symbol = SymbolLookup.loaderLookup().find("omp_set_num_threads");
    return symbol.map(address ->
        Linker.nativeLinker()
            .downcallHandle(address, FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT)));
  }

  private OpenMp() {}
}
