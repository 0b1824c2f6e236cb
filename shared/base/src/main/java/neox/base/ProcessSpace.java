package neox.base;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;

/// Where numbers of processes mean the same: one host since it was started, and one container on
/// it. Elsewhere the number of a dead process here may be that of one that runs.
final class ProcessSpace {
  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
  private static final Path CONTAINER = Path.of("/proc/self/ns/pid");
  private static final long HERE = sum(boot() + " " + container());

  /// A number that other places do not have.
  static long here() {
    return HERE;
  }

  private static long sum(String text) {
    CRC32 sum = new CRC32();
    sum.update(text.getBytes(StandardCharsets.UTF_8));
    return sum.getValue();
  }

  private static String boot() {
    try {
      return Files.isReadable(BOOT)
          ? Files.readString(BOOT)
          : InetAddress.getLocalHost().getHostName();
    } catch (IOException e) {
      return "";
    }
  }

  private static String container() {
    try {
      return Files.readSymbolicLink(CONTAINER).toString();
    } catch (IOException | UnsupportedOperationException e) {
      return "";
    }
  }

  private ProcessSpace() {}
}
