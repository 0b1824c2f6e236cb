package neox.train.launch;

import java.util.List;

/// Runs a short command and waits for its answer: the one way in which a plan looks at the world.
public interface HostProbe {
  /// What a command has answered.
  ///
  /// @param code its exit code; not 0 also where it could not be started or took too long
  /// @param output what it printed, standard error included
  record Answer(int code, String output) {
    public boolean isGood() {
      return code == 0;
    }
  }

  /// Asks by running programs on this host.
  static HostProbe programs() {
    return new Programs();
  }

  Answer ask(List<String> command);
}
