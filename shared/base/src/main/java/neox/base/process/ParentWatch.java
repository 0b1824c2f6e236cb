package neox.base.process;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;
import java.util.Optional;
import neox.base.ExitCode;

/// Lets this process live no longer than the one that started it, however that ends: nobody would
/// wait for it any more.
///
/// The other end of standard input is the parent's: it is closed when the parent is gone. Linux
/// kills a process that asks for it even while it is stopped.
public final class ParentWatch {
  private static final int SET_SIGNAL_OF_PARENTS_DEATH = 1; // PR_SET_PDEATHSIG
  private static final long KILL = 9;

  /// Watches from now on. Standard input is read by nobody else.
  public static void start() {
    killWithParent();
    Thread.ofPlatform().name("parent").daemon().start(() -> awaitEnd(System.in));
  }

  private static void awaitEnd(InputStream in) {
    try {
      while (in.read() >= 0) {
        // Nothing is said here.
      }
    } catch (IOException e) {
      // Gone as well.
    }
    Runtime.getRuntime().halt(ExitCode.FAILED);
  }

  /// The parent is the thread that started this process, which must last as long as its own.
  @SuppressWarnings("restricted")
  private static void killWithParent() {
    if (!System.getProperty("os.name").toLowerCase(Locale.ROOT).equals("linux")) {
      return;
    }
    Linker linker = Linker.nativeLinker();
    Optional<MemorySegment> prctl = linker.defaultLookup().find("prctl");
    if (prctl.isEmpty()) {
      return;
    }
    FunctionDescriptor signature =
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG);
    try {
      int result =
          (int)
              linker
                  .downcallHandle(prctl.get(), signature, Linker.Option.firstVariadicArg(1))
                  .invokeExact(SET_SIGNAL_OF_PARENTS_DEATH, KILL);
      if (result != 0) {
        throw new IllegalStateException("prctl(PR_SET_PDEATHSIG) failed");
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private ParentWatch() {}
}
