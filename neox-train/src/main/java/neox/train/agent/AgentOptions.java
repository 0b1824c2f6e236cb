package neox.train.agent;

import java.time.Duration;
import java.util.Optional;
import neox.base.UserException;
import neox.base.help.HelpGroup;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that say how ranks are watched.
@HelpGroup("Failures")
public final class AgentOptions {
  @Option(
      names = {"--max-restarts", "--max_restarts"},
      paramLabel = "N",
      description =
          "After a failure start all ranks again from the last complete checkpoint, at most N times"
              + " in 24 hours (default: 0).")
  int maxRestarts;

  @Option(
      names = {"--silence-timeout", "--silence_timeout"},
      paramLabel = "SECONDS",
      description =
          "Take the ranks down when one gives no sign of life for so long: its process is stopped,"
              + " or its machine hangs (default: 20).")
  long silenceSeconds = Limits.USUAL.silence().toSeconds();

  @Option(
      names = {"--progress-timeout", "--progress_timeout"},
      paramLabel = "SECONDS",
      description =
          "Take the ranks down when one makes no progress for so long in a step or an evaluation"
              + " (default: 25, or three times as long as ever in this run).")
  @Nullable Long progressSeconds;

  /// How long is waited for what.
  public Limits limits() {
    positive("--silence-timeout", silenceSeconds);
    if (progressSeconds != null) {
      positive("--progress-timeout", progressSeconds);
    }
    return new Limits(
        Duration.ofSeconds(silenceSeconds),
        Optional.ofNullable(progressSeconds).map(Duration::ofSeconds),
        Limits.USUAL.culprit(),
        Limits.USUAL.end());
  }

  /// How often all ranks may be started again.
  public int maxRestarts() {
    if (maxRestarts < 0) {
      throw UserException.of(
          "--max-restarts: expected a number of at least 0, found %d", maxRestarts);
    }
    return maxRestarts;
  }

  private static void positive(String option, long seconds) {
    if (seconds < 1) {
      throw UserException.of("%s: expected at least 1 second, found %d", option, seconds);
    }
  }
}
