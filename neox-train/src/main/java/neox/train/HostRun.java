package neox.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import neox.base.Console;
import neox.base.StopRequest;
import neox.train.agent.Agent;
import neox.train.agent.AgentPlan;
import neox.train.agent.HostRanks;
import neox.train.agent.Limits;
import neox.train.agent.OwnCommand;

/// Starts the ranks of this host as further processes of this program, and stays with them.
///
/// @param own what this process was started with
/// @param forRanks what each rank is to be started with
/// @param terms on which they run
record HostRun(List<String> own, List<String> forRanks, Terms terms) {
  private static final String DEVICE = "--device";
  private static final String GPU = "cuda";

  /// What the arguments of the ranks say of how they are watched.
  ///
  /// @param logs where their logs and the heartbeat of the job go
  record Terms(Optional<Path> logs, Limits limits, int maxRestarts) {}

  int run(HostRanks ranks, Console console, StopRequest stop)
      throws IOException, InterruptedException {
    AgentPlan plan =
        new AgentPlan(
            ranks,
            OwnCommand.with(own, forRanks),
            terms.logs(),
            terms.limits(),
            terms.maxRestarts());
    return Agent.run(plan, console, stop);
  }

  /// Whether the arguments of ranks ask for one GPU each.
  static boolean usesGpus(List<String> arguments) {
    int option = arguments.indexOf(DEVICE);
    boolean follows = option >= 0 && arguments.size() > option + 1;
    return (follows && arguments.get(option + 1).equals(GPU))
        || arguments.contains(DEVICE + "=" + GPU);
  }
}
