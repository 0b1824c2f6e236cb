package neox.base.process;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import neox.base.NamedFiles;
import neox.base.UserException;

/// What this machine is called; `localhost` where it has no name that could be found out.
public final class HostName {
  private static final String NONE = "localhost";
  private static final Path KERNEL = Path.of("/proc/sys/kernel/hostname");

  /// As the kernel says, which asks no name server; else as the network does.
  public static String here() {
    try {
      return Files.isReadable(KERNEL)
          ? NamedFiles.readString(KERNEL).strip()
          : InetAddress.getLocalHost().getHostName();
    } catch (IOException | UserException e) {
      return NONE;
    }
  }

  private HostName() {}
}
