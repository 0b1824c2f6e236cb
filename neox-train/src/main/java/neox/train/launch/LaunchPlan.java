package neox.train.launch;

import java.util.List;

/// Who starts which ranks where.
///
/// @param resources hosts and slots that hold a rank
/// @param worldSize ranks of the run; a launcher that starts ranks itself takes all of the hostfile
/// @param warnings what may not be as it was meant
record LaunchPlan(
    Resources resources,
    int worldSize,
    Launcher launcher,
    Meeting meeting,
    Start start,
    List<String> warnings) {
  LaunchPlan {
    warnings = List.copyOf(warnings);
  }
}
