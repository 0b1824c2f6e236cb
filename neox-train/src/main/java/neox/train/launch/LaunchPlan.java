package neox.train.launch;

import java.util.ArrayList;
import java.util.List;
import neox.train.agent.HostRanks;

/// Who starts which ranks where.
///
/// @param resources hosts and slots that hold a rank
/// @param worldSize ranks of the run; a launcher that starts ranks itself takes all of the hostfile
/// @param warnings what may not be as it was meant
public record LaunchPlan(
    Resources resources,
    int worldSize,
    Launcher launcher,
    Meeting meeting,
    Start start,
    List<String> warnings) {
  public LaunchPlan {
    warnings = List.copyOf(warnings);
  }

  LaunchPlan withWarnings(List<String> all) {
    return new LaunchPlan(resources, worldSize, launcher, meeting, start, all);
  }

  /// The ranks of one host. All of a run on one host meet where a port is free.
  ///
  /// @param node number of the host
  /// @param name that it has for people
  HostRanks ranksOf(int node, String name, boolean hasGpus) {
    List<Integer> slots = resources.slots(resources.hosts().get(node));
    List<String> devices = hasGpus ? slots.stream().map(String::valueOf).toList() : List.of();
    return resources.hosts().size() == 1
        ? HostRanks.alone(name, slots.size(), devices)
        : new HostRanks(
            name,
            resources.ranksBefore(node),
            slots.size(),
            resources.worldSize(),
            meeting.address(),
            meeting.port(),
            devices);
  }

  /// What would be run, as lines for a shell.
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (List<String> command : start.commands()) {
      List<String> words = new ArrayList<>();
      start.environment().forEach((name, value) -> words.add(name + "=" + Shell.quoted(value)));
      words.add(Shell.line(command));
      lines.add(String.join(" ", words));
    }
    return lines;
  }
}
