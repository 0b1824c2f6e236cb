package neox.inference;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// An input, and all that is asked about it.
@SuppressWarnings("ArrayRecordComponent") // a plain carrier of ids, never compared
record ScoredText(int[] input, List<Answer> answers) {
  ScoredText(int[] input) {
    this(input, new ArrayList<>());
  }

  /// The first place whose next token is asked for.
  int firstAsked() {
    int most = answers.stream().mapToInt(answer -> answer.targets.length).max().orElseThrow();
    return input.length - most;
  }

  /// What is asked about the token after `place`.
  List<Target> targets(int place) {
    List<Target> targets = new ArrayList<>();
    for (Answer answer : answers) {
      int index = place - (input.length - answer.targets.length);
      if (index >= 0) {
        targets.add(new Target(answer, index));
      }
    }
    return targets;
  }

  /// One target of a request.
  record Target(Answer answer, int index) {
    int token() {
      return answer.targets[index];
    }
  }

  /// The score of a request while it is being put together; tokens may become known in any order.
  static final class Answer {
    private final int[] targets;
    private final float[] logProbabilities;
    private final Consumer<Score> sink;
    private boolean greedy = true;
    private int missing;

    /// @param sink told when all is known
    Answer(int[] targets, Consumer<Score> sink) {
      this.targets = targets;
      this.logProbabilities = new float[targets.length];
      this.sink = sink;
      this.missing = targets.length;
      finishIfKnown();
    }

    void know(int index, float logProbability, boolean isGreedy) {
      logProbabilities[index] = logProbability;
      greedy &= isGreedy;
      missing--;
      finishIfKnown();
    }

    private void finishIfKnown() {
      if (missing == 0) {
        sink.accept(Score.of(greedy, logProbabilities));
      }
    }
  }
}
