package neox.train.agent;

import java.util.List;
import neox.base.UserException;

/// The ranks of a job that one host runs.
///
/// @param host its name, for messages
/// @param first global rank of the first rank here
/// @param here how many ranks run here, which follow each other
/// @param worldSize how many run on all hosts
/// @param masterAddress of the host of rank 0
/// @param masterPort where the agents of several hosts meet; the ranks of each attempt meet at a
///   port that the first agent chooses
/// @param devices one for each rank here, as `CUDA_VISIBLE_DEVICES` names them; none on CPUs
public record HostRanks(
    String host,
    int first,
    int here,
    int worldSize,
    String masterAddress,
    int masterPort,
    List<String> devices) {
  private static final String LOOPBACK = "127.0.0.1";

  public HostRanks {
    if (here < 1 || first < 0 || first + here > worldSize) {
      throw new IllegalArgumentException(
          "ranks %d to %d of %d".formatted(first, first + here - 1, worldSize));
    }
    devices = List.copyOf(devices);
    if (!devices.isEmpty() && devices.size() < here) {
      throw UserException.of(
          "%d ranks on %s, which has %d devices (%s): start at most one rank for each",
          here, host, devices.size(), String.join(",", devices));
    }
  }

  /// All ranks of a job on this machine.
  public static HostRanks alone(String host, int ranks, List<String> devices) {
    return new HostRanks(host, 0, ranks, ranks, LOOPBACK, 0, devices);
  }

  /// Whether a rank of this host is the first of all, which speaks for them.
  ///
  /// @param local its number here
  boolean isFirst(int local) {
    return first + local == 0;
  }

  /// Whether no other host takes part.
  public boolean isAlone() {
    return here == worldSize;
  }
}
