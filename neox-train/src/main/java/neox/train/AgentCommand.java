package neox.train;

import java.util.List;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.LauncherVoice;
import neox.base.StandardOptions;
import neox.base.StopRequest;
import neox.base.ToolCommand;
import neox.base.UserException;
import neox.base.Version;
import neox.base.help.HelpGroup;
import neox.train.agent.HostRanks;
import neox.train.launch.AgentOrder;
import neox.train.launch.RankCommand;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `neox-train agent`: the ranks of one host, of a job on several. Launchers run it.
@Command(
    name = RankCommand.AGENT,
    mixinStandardHelpOptions = false,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Starts and watches the ranks of one host, for launchers.",
    footerHeading = "Examples:",
    footer = {
      "  neox-train agent --world_info=$INFO --master_addr=node1 --master_port=29500 -- demo.yml",
      "",
      "neox-train --print-launch shows the whole line that a launcher is given."
    })
@HelpGroup("Part of the job")
final class AgentCommand implements ToolCommand {
  private final List<String> own;

  @Mixin StandardOptions standard = new StandardOptions();

  @Option(
      names = {"--world-info", "--world_info"},
      required = true,
      paramLabel = "BASE64",
      description = "All hosts and their slots, as DeepSpeed writes them.")
  String worldInfo = "";

  @Option(
      names = {"--node-rank", "--node_rank"},
      paramLabel = "N",
      description = "Which of the hosts this is (default: 0).")
  int node;

  @Option(
      names = {"--master-addr", "--master_addr"},
      required = true,
      paramLabel = "HOST",
      description = "Where all ranks meet: the host of rank 0.")
  String masterAddress = "";

  @Option(
      names = {"--master-port", "--master_port"},
      required = true,
      paramLabel = "N",
      description = "The port they meet at.")
  int masterPort;

  @Option(
      names = {RankCommand.OBEYING, "--obey_stdin"},
      description = "Stop when standard input says stop, and end when it ends.")
  boolean obeysStdin;

  @Parameters(
      paramLabel = "ARGUMENT",
      arity = "0..*",
      description = "What each rank is started with, after --.")
  @Nullable List<String> arguments;

  /// @param own what the program was started with
  AgentCommand(List<String> own) {
    this.own = own;
  }

  @Override
  public int call(Console console) throws Exception {
    if (masterPort < 1 || node < 0) {
      throw UserException.of(
          "--master_port and --node_rank: expected a port and a number of a host, found %d and %d",
          masterPort, node);
    }
    List<String> forRanks = arguments == null ? List.of() : List.copyOf(arguments);
    AgentOrder order = new AgentOrder(worldInfo, node, masterAddress, masterPort);
    try (StopRequest stop = StopRequest.listen(console)) {
      if (obeysStdin) {
        LauncherVoice.listen(console.in(), stop);
      }
      HostRanks ranks = order.ranks(HostRun.usesGpus(forRanks)).orElse(null);
      return ranks == null
          ? ExitCode.OK
          : new HostRun(own, forRanks, TrainCommand.termsOf(forRanks, ranks.worldSize()))
              .run(ranks, console, stop);
    }
  }
}
