package neox.train.launch;

import java.util.List;
import java.util.Optional;
import neox.base.UserException;
import neox.train.agent.HostRanks;

/// What a launcher's command line tells the agent of a host.
///
/// @param worldInfo all hosts and their slots
/// @param node which of them this is
public record AgentOrder(String worldInfo, int node, String masterAddress, int masterPort) {

  /// The ranks of this host; empty where it has no slots.
  public Optional<HostRanks> ranks(boolean hasGpus) {
    Resources all = Resources.ofWorldInfo(worldInfo);
    if (node >= all.hosts().size()) {
      throw UserException.of(
          "--node_rank: expected a number from 0 to %d, as there are %d hosts, found %d",
          all.hosts().size() - 1, all.hosts().size(), node);
    }
    String host = all.hosts().get(node);
    if (all.slots(host).isEmpty()) {
      return Optional.empty();
    }
    LaunchPlan plan =
        new LaunchPlan(
            all,
            all.worldSize(),
            new Launcher.Local(),
            new Meeting(masterAddress, masterPort),
            Start.of(List.of()),
            List.of());
    return Optional.of(plan.ranksOf(node, host, hasGpus));
  }
}
