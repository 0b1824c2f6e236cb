package neox.base.process;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;
import java.util.Optional;

/// How much a thread leaves to others where they want the same processor. Java's own priorities of
/// threads change nothing on Linux.
public enum Niceness {
  /// As much as the thread that has started it.
  AS_IT_IS,
  /// It works when a processor is idle, and otherwise in a hundredth of the time of one.
  GREATEST;

  private static final int THREAD = 0; // PRIO_PROCESS, which means threads on Linux
  private static final int THIS = 0;
  private static final int MOST = 19;

  /// Makes it that of this thread, and of those that it starts, for good. Elsewhere than on Linux,
  /// where that would hold for the whole process, nothing changes.
  @SuppressWarnings("restricted")
  public void adopt() {
    if (this == AS_IT_IS
        || !System.getProperty("os.name").toLowerCase(Locale.ROOT).equals("linux")) {
      return;
    }
    Linker linker = Linker.nativeLinker();
    Optional<MemorySegment> setPriority = linker.defaultLookup().find("setpriority");
    if (setPriority.isEmpty()) {
      return;
    }
    FunctionDescriptor signature =
        FunctionDescriptor.of(
            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    try {
      // Everybody may do so.
      int _ =
          (int) linker.downcallHandle(setPriority.get(), signature).invokeExact(THREAD, THIS, MOST);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
