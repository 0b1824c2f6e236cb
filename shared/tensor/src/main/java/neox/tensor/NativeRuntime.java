package neox.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import neox.base.Environment;
import org.bytedeco.openblas.presets.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;

/// Brings libtorch up with the settings that it must see before it is loaded.
///
/// Bytedeco ships two thread pools, torch's OpenMP and OpenBLAS's own, which fight over the cores.
/// OpenBLAS's is never started: who multiplies in several threads cuts the matrices
/// ([neox.tensor.kernel.Products]). JavaCPP, too, reads the process size at every native object
/// unless its limits are off.
public final class NativeRuntime {
  /// Prepares the process and sets the number of threads of one operation. Call it first in every
  /// program that computes; calling it again only changes the number of threads. Variables that the
  /// user has set in the environment win.
  public static void start(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1, not " + threads);
    }
    setVariable("OMP_WAIT_POLICY", "PASSIVE");
    setVariable("OPENBLAS_NUM_THREADS", "1");
    setLimit("org.bytedeco.javacpp.maxBytes");
    setLimit("org.bytedeco.javacpp.maxPhysicalBytes");
    CudaLibraries.load();
    Libtorch.setThreads(threads);
  }

  /// Gives each of so many threads of this process, which compute beside each other, its share of
  /// the threads of one operation.
  public static void share(int threads) {
    Libtorch.share(threads);
  }

  /// Threads of one operation.
  public static int threads() {
    return Libtorch.threads();
  }

  /// Runs `body`, and the threads that it starts, with another number of threads of one operation.
  public static void withThreads(int threads, Runnable body) {
    int before = threads();
    Libtorch.setThreads(threads);
    try {
      body.run();
    } finally {
      Libtorch.setThreads(before);
    }
  }

  /// As many threads as `OMP_NUM_THREADS` says, or one per core.
  public static int defaultThreads() {
    return Environment.get("OMP_NUM_THREADS")
        .filter(value -> value.matches("[1-9][0-9]{0,4}"))
        .map(Integer::valueOf)
        .orElseGet(() -> Runtime.getRuntime().availableProcessors());
  }

  /// Runs `body`; what libtorch throws becomes readable as by [TorchFailure#explained].
  public static <T> T run(Callable<T> body) throws Exception {
    try {
      return body.call();
    } catch (RuntimeException e) {
      throw TorchFailure.explained(e, "");
    }
  }

  /// The same for a part of the work.
  ///
  /// @param part where it fails, such as `step 3`
  public static <T> T run(String part, Supplier<T> body) {
    try {
      return body.get();
    } catch (RuntimeException e) {
      throw TorchFailure.explained(e, part + ": ");
    }
  }

  private static void setLimit(String property) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, "0");
    }
  }

  /// `System.getenv` is a copy made at start-up; native libraries read libc's own table.
  @SuppressWarnings("restricted")
  private static void setVariable(String name, String value) {
    Linker linker = Linker.nativeLinker();
    MemorySegment symbol = linker.defaultLookup().findOrThrow("setenv");
    FunctionDescriptor signature =
        FunctionDescriptor.of(
            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
    MethodHandle setenv = linker.downcallHandle(symbol, signature);
    try (Arena arena = Arena.ofConfined()) {
      int keepExisting = 0;
      int result =
          (int)
              setenv.invokeExact(arena.allocateFrom(name), arena.allocateFrom(value), keepExisting);
      if (result != 0) {
        throw new IllegalStateException("setenv(" + name + ") failed");
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /// Keeps the Bytedeco classes apart, so that they load after the variables are set.
  private static final class Libtorch {
    static void share(int among) {
      setThreads(Math.max(1, torch.get_num_threads() / among));
    }

    static int threads() {
      return torch.get_num_threads();
    }

    static void setThreads(int threads) {
      torch.set_num_threads(threads);
      openblas_nolapack.blas_set_num_threads(1);
    }
  }

  private NativeRuntime() {}
}
