package neox.train.launch;

import java.util.List;
import neox.parallel.Launch;
import neox.train.agent.HostRanks;

/// What a process is in a run.
public sealed interface Part {
  /// One of several ranks, which something else has started.
  record Rank(Launch launch) implements Part {}

  /// The only rank.
  record Alone() implements Part {}

  /// It starts the ranks of its host.
  ///
  /// @param warnings what may not be as it was meant
  record Host(HostRanks ranks, List<String> warnings) implements Part {}

  /// It starts the ranks of several hosts by way of a launcher.
  record Job(LaunchPlan plan) implements Part {}
}
