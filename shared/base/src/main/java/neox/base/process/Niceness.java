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
  /// It works when a processor is idle, and otherwise in a tenth of the time of one.
  SOME(10),
  /// It works when a processor is idle, and otherwise in a hundredth of the time of one.
  GREATEST(19);

  private static final int THREAD = 0; // PRIO_PROCESS, which means threads on Linux
  private static final int THIS = 0;

  private final int value;

  Niceness(int value) {
    this.value = value;
  }

  /// Makes it that of this thread, and of those that it starts, for good. Elsewhere than on Linux,
  /// where that would hold for the whole process, nothing changes.
  @SuppressWarnings("restricted")
  public void adopt() {
    if (!System.getProperty("os.name").toLowerCase(Locale.ROOT).equals("linux")) {
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
      // It fails where the process is nicer than that already, and may not change its mind.
      int _ =
          (int)
              linker.downcallHandle(setPriority.get(), signature).invokeExact(THREAD, THIS, value);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
