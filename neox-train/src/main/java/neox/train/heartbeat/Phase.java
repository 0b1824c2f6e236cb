package neox.train.heartbeat;

import java.time.Duration;

/// What a rank is doing, and how long it may do that without a sign of progress. What is long by
/// nature, such as the first step, has a limit of its own.
public enum Phase {
  /// The process comes up and meets the others.
  STARTING("starting", Duration.ofMinutes(12)),
  /// Reads the tokenizer, builds the network, loads a checkpoint.
  LOADING("loading", Duration.ofMinutes(30)),
  /// Builds or reads the order of samples.
  DATA("preparing data", Duration.ofHours(12)),
  /// Compiles and tunes what the others find ready.
  FIRST_STEP("first step", Duration.ofMinutes(20)),
  STEP("step", Duration.ofSeconds(25)),
  EVALUATION("evaluation", Duration.ofSeconds(25)),
  /// Evaluates tasks, of which the first rank prepares and sums up what the others wait for.
  TASKS("evaluation of tasks", Duration.ofMinutes(10)),
  SAVE("save", Duration.ofMinutes(10)),
  /// Waits for the last checkpoints to be pushed.
  PUSHING("pushing checkpoints", Duration.ofMinutes(2)),
  ENDING("ending", Duration.ofMinutes(2));

  private final String words;
  private final Duration patience;

  Phase(String words, Duration patience) {
    this.words = words;
    this.patience = patience;
  }

  /// Whether it comes again and again, so that its parts take about as long each time.
  boolean recurs() {
    return switch (this) {
      case FIRST_STEP, STEP, EVALUATION -> true;
      case STARTING, LOADING, DATA, TASKS, SAVE, PUSHING, ENDING -> false;
    };
  }

  /// For people.
  public String words() {
    return words;
  }

  /// How long it may show no progress, unless the user says otherwise.
  public Duration patience() {
    return patience;
  }
}
