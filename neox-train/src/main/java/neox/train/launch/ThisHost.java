package neox.train.launch;

import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import neox.base.NamedFiles;
import neox.base.UserException;

/// What this host is called, and how many ranks it holds.
final class ThisHost {
  private static final Path NAME = Path.of("/proc/sys/kernel/hostname");
  private static final Path GPUS = Path.of("/proc/driver/nvidia/gpus");

  /// Ranks that share processors get slow; more of them than this get nowhere.
  private static final int RANKS_PER_PROCESSOR = 4;

  private static final String ANY_GPU = "cuda";

  /// @param device that ranks compute on; a GPU that is named by its number is one rank's
  /// @param ranksPerReplica that hold one replica of the network
  static LocalHost with(String device, Map<String, String> environment, long ranksPerReplica)
      throws IOException {
    return device.equals(ANY_GPU)
        ? new LocalHost(names(), gpus(environment), true)
        : new LocalHost(names(), processes(ranksPerReplica), false);
  }

  private static List<Integer> processes(long ranks) {
    long most = (long) RANKS_PER_PROCESSOR * Runtime.getRuntime().availableProcessors();
    return Resources.first(Math.toIntExact(Math.min(ranks, Math.max(most, 1))));
  }

  private static List<Integer> gpus(Map<String, String> environment) throws IOException {
    if (!Files.isDirectory(GPUS)) {
      return Resources.first(1);
    }
    try (Stream<Path> devices = Files.list(GPUS)) {
      int count = Math.toIntExact(devices.count());
      return LocalHost.visible(environment.getOrDefault("CUDA_VISIBLE_DEVICES", ""), count);
    }
  }

  static String name() {
    try {
      return NamedFiles.readString(NAME).strip();
    } catch (IOException | UserException e) {
      return Resources.LOCALHOST;
    }
  }

  private static Set<String> names() {
    Set<String> names = new HashSet<>(Set.of(name(), Resources.LOCALHOST));
    try {
      NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .forEach(address -> names.add(address.getHostAddress()));
    } catch (SocketException e) {
      return names; // without addresses
    }
    return names;
  }

  private ThisHost() {}
}
