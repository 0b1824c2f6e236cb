package neox.inference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import neox.inference.ScoredText.Answer;
import org.jspecify.annotations.Nullable;

/// Hands texts out in their order to several readers, some neighbours at a time, which mostly begin
/// alike. Requests of equal input that follow one another are one text. Thread-safe.
final class TextQueue {
  private final Iterator<ScoreRequest> requests;
  private final Consumer<ScoreRequest> check;
  private final ScoreSink sink;
  private @Nullable ScoreRequest ahead;
  private int[] last = {};
  private int number;
  private boolean stopped;

  /// @param check throws for requests that cannot be answered
  TextQueue(Iterator<ScoreRequest> requests, Consumer<ScoreRequest> check, ScoreSink sink) {
    this.requests = requests;
    this.check = check;
    this.sink = sink;
  }

  /// The next texts, which together have so many tokens that none before them has; none at the end.
  synchronized List<ScoredText> take(int tokens) {
    List<ScoredText> taken = new ArrayList<>();
    int fresh = 0;
    while (fresh < tokens && !stopped && hasNext()) {
      ScoredText text = next();
      fresh += text.input().length - commonPrefix(last, last.length, text.input());
      last = text.input();
      taken.add(text);
    }
    return taken;
  }

  /// No more texts are handed out.
  synchronized void stop() {
    stopped = true;
  }

  private boolean hasNext() {
    if (ahead == null && requests.hasNext()) {
      ahead = requests.next();
      check.accept(ahead);
    }
    return ahead != null;
  }

  private ScoredText next() {
    ScoreRequest first = ahead;
    if (first == null) {
      throw new IllegalStateException("no text is left");
    }
    ScoredText text = new ScoredText(first.input());
    while (ahead != null && Arrays.equals(ahead.input(), first.input())) {
      int request = number++;
      text.answers().add(new Answer(ahead.targets(), score -> tell(request, score)));
      ahead = null;
      if (!hasNext()) {
        break;
      }
    }
    return text;
  }

  private synchronized void tell(int request, Score score) {
    sink.scored(request, score);
  }

  /// How many of the first `length` tokens of a text another begins with.
  static int commonPrefix(int[] text, int length, int[] other) {
    int end = Math.min(length, other.length);
    int differs = Arrays.mismatch(text, 0, end, other, 0, end);
    return differs < 0 ? end : differs;
  }
}
