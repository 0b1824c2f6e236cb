package neox.train.launch;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// This host, as a launcher sees it.
///
/// @param names that mean it
/// @param slots that a run takes when nothing else is said: the GPUs it may see, or on a CPU as
///   many processes as hold one replica of the network
/// @param hasGpus whether a slot is a GPU
record LocalHost(Set<String> names, List<Integer> slots, boolean hasGpus) {
  LocalHost {
    names = Set.copyOf(names);
    slots = List.copyOf(slots);
  }

  boolean is(String host) {
    return host.equals(Resources.LOCALHOST) || host.startsWith("127.") || names.contains(host);
  }

  /// The GPUs that `CUDA_VISIBLE_DEVICES` leaves of so many.
  static List<Integer> visible(String variable, int devices) {
    if (variable.isBlank()) {
      return Resources.first(devices);
    }
    List<Integer> visible = new ArrayList<>();
    for (String device : variable.split(",", -1)) {
      if (!device.strip().matches("\\d{1,6}")) {
        break; // as CUDA does: what follows is not seen; -1 is how nothing is
      }
      visible.add(Integer.parseInt(device.strip()));
    }
    return visible;
  }
}
