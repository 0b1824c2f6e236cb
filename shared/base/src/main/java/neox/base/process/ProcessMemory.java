package neox.base.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import neox.base.NamedFiles;

/// How much main memory this process has, as the kernel counts it.
///
/// @param resident bytes that it has now (VmRSS)
/// @param peak the most that it had (VmHWM)
public record ProcessMemory(long resident, long peak) {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final long KIB = 1024;

  /// Of this moment; empty where the system does not tell.
  public static Optional<ProcessMemory> now() {
    if (!Files.isReadable(STATUS)) {
      return Optional.empty();
    }
    long resident = 0;
    long peak = 0;
    try {
      for (String line : NamedFiles.readAllLines(STATUS)) {
        if (line.startsWith("VmRSS:")) {
          resident = bytes(line);
        } else if (line.startsWith("VmHWM:")) {
          peak = bytes(line);
        }
      }
    } catch (IOException e) {
      return Optional.empty();
    }
    return resident == 0 ? Optional.empty() : Optional.of(new ProcessMemory(resident, peak));
  }

  /// `VmRSS: 12345 kB`
  private static long bytes(String line) {
    return Long.parseLong(line.replaceAll("\\D", "")) * KIB;
  }
}
