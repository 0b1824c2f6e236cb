package neox.train.launch;

import java.util.ArrayList;
import java.util.List;

/// The command that becomes ranks on a host.
///
/// @param program the words before the first argument
/// @param arguments the user's: configuration files and options
public record RankCommand(List<String> program, List<String> arguments) {
  /// The subcommand that starts and watches all ranks of a host.
  public static final String AGENT = "agent";

  /// The option of an agent that hears its launcher on standard input.
  public static final String OBEYING = "--obey-stdin";

  /// The option of a process that some other launcher has started for one rank.
  public static final String RANK = "--rank-from-environment";

  public RankCommand {
    program = List.copyOf(program);
    arguments = List.copyOf(arguments);
  }

  /// All ranks of one host; DeepSpeed's `deepspeed.launcher.launch`.
  ///
  /// @param node number of the host among those of `resources`, as the launcher puts it; empty for
  ///   the only one
  List<String> agent(Resources resources, String node, Meeting meeting) {
    return agent(List.of(), resources, node, meeting);
  }

  /// The same with further options.
  List<String> agent(List<String> options, Resources resources, String node, Meeting meeting) {
    List<String> words = new ArrayList<>(program);
    words.add(AGENT);
    words.addAll(options);
    words.add("--world_info=" + resources.worldInfo());
    if (!node.isEmpty()) {
      words.add("--node_rank=" + node);
    }
    words.add("--master_addr=" + meeting.address());
    words.add("--master_port=" + meeting.port());
    words.add("--");
    words.addAll(arguments);
    return words;
  }

  /// One rank, which finds its number in the environment.
  List<String> rank(Meeting meeting) {
    List<String> words = new ArrayList<>(program);
    words.add(RANK);
    words.add("--master_addr=" + meeting.address());
    words.add("--master_port=" + meeting.port());
    words.addAll(arguments);
    return words;
  }
}
