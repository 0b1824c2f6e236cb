package neox.train.launch;

import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import neox.base.process.HostName;
import neox.base.process.NvidiaDriver;

/// What this host is called, and how many ranks it holds.
final class ThisHost {
  /// Ranks that share processors get slow; more of them than this get nowhere.
  private static final int RANKS_PER_PROCESSOR = 4;

  private static final String ANY_GPU = "cuda";

  /// @param device that ranks compute on; a GPU that is named by its number is one rank's
  /// @param ranksPerReplica that hold one replica of the network
  static LocalHost with(String device, Map<String, String> environment, long ranksPerReplica) {
    return device.equals(ANY_GPU)
        ? new LocalHost(names(), gpus(environment), true)
        : new LocalHost(names(), processes(ranksPerReplica), false);
  }

  private static List<Integer> processes(long ranks) {
    long most = (long) RANKS_PER_PROCESSOR * Runtime.getRuntime().availableProcessors();
    return Resources.first(Math.toIntExact(Math.min(ranks, Math.max(most, 1))));
  }

  private static List<Integer> gpus(Map<String, String> environment) {
    NvidiaDriver driver = NvidiaDriver.here();
    return driver.isLoaded()
        ? LocalHost.visible(environment.getOrDefault("CUDA_VISIBLE_DEVICES", ""), driver.gpus())
        : Resources.first(1);
  }

  private static Set<String> names() {
    Set<String> names = new HashSet<>(List.of(HostName.here(), Resources.LOCALHOST));
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
