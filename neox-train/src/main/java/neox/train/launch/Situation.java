package neox.train.launch;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import neox.config.OpenedConfig;

/// What the part of a process in a run follows from.
///
/// @param keys that say where the run is started
/// @param device that the ranks compute on, as `--device` names it
/// @param environment of this process
/// @param program the words that start this program, before its arguments
/// @param arguments the user's, for the ranks
/// @param directory that the program was started in
public record Situation(
    OpenedConfig.Launching keys,
    String device,
    Map<String, String> environment,
    List<String> program,
    List<String> arguments,
    Path directory) {
  public Situation {
    environment = Map.copyOf(environment);
    program = List.copyOf(program);
    arguments = List.copyOf(arguments);
  }

  RankCommand command() {
    return new RankCommand(program, arguments);
  }

  /// By name: what is handed on to other hosts stands in the same order every time.
  SequencedMap<String, String> variables() {
    return new TreeMap<>(environment);
  }
}
