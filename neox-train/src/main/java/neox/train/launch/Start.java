package neox.train.launch;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/// What is run to start all ranks.
///
/// @param commands one for all hosts, or one for each
/// @param environment set for them besides this process's own
/// @param hostfile what is written for the launcher to read, in the place that [#HOSTFILE] stands
///   for
record Start(
    List<List<String>> commands,
    SequencedMap<String, String> environment,
    Optional<String> hostfile) {
  /// The word that stands for the path of a file that is written when the commands run.
  static final String HOSTFILE = "<HOSTFILE>";

  Start {
    commands = commands.stream().map(List::copyOf).toList();
    environment = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(environment));
  }

  static Start of(List<String> command) {
    return new Start(List.of(command), new LinkedHashMap<>(), Optional.empty());
  }

  Start with(String name, String value) {
    SequencedMap<String, String> more = new LinkedHashMap<>(environment);
    more.put(name, value);
    return new Start(commands, more, hostfile);
  }

  Start withHostfile(String text) {
    return new Start(commands, environment, Optional.of(text));
  }

  /// The commands with the path of the written file in its place.
  List<List<String>> commands(String path) {
    return commands.stream()
        .map(words -> words.stream().map(w -> w.equals(HOSTFILE) ? path : w).toList())
        .toList();
  }
}
