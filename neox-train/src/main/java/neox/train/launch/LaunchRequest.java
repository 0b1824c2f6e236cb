package neox.train.launch;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import neox.config.LaunchConfig;

/// All that a plan of a launch follows from, besides what hosts answer.
///
/// @param hostfile empty: this host alone
/// @param environment of this process, in its order
/// @param command that ranks are started with
/// @param directory to start them in, the same on all hosts
record LaunchRequest(
    LaunchConfig config,
    LocalHost here,
    Optional<Hostfile> hostfile,
    SequencedMap<String, String> environment,
    RankCommand command,
    Path directory) {
  LaunchRequest {
    environment = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(environment));
  }

  /// The variable's value; empty when it is unset or blank.
  Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
  }
}
