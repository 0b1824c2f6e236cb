package neox.train.agent;

import java.util.Map;
import java.util.Set;

/// What an exit code says.
final class ExitStatus {
  private static final int SIGNALLED = 128;
  private static final int LAST_SIGNAL = 64;
  private static final int KILL = 9;

  private static final Map<Integer, String> NAMES =
      Map.of(
          1, "SIGHUP", 2, "SIGINT", 4, "SIGILL", 6, "SIGABRT", 7, "SIGBUS", 8, "SIGFPE", KILL,
          "SIGKILL", 10, "SIGUSR1", 11, "SIGSEGV", 15, "SIGTERM");

  /// Signals that ask to stop. A rank hears them soon after its start; before that they end it.
  private static final Set<String> REQUESTS = Set.of("SIGHUP", "SIGINT", "SIGTERM", "SIGUSR1");

  static boolean isRequestToStop(int code) {
    return isSignal(code) && REQUESTS.contains(signal(code));
  }

  static boolean isKill(int code) {
    return code == SIGNALLED + KILL;
  }

  /// `was killed by SIGKILL`, `failed with exit code 1`.
  static String describe(int code) {
    return isSignal(code) ? "was killed by " + signal(code) : "failed with exit code " + code;
  }

  private static boolean isSignal(int code) {
    return code > SIGNALLED && code <= SIGNALLED + LAST_SIGNAL;
  }

  private static String signal(int code) {
    int number = code - SIGNALLED;
    return NAMES.getOrDefault(number, "signal " + number);
  }

  private ExitStatus() {}
}
