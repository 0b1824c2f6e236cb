package neox.evaluation.request;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import neox.inference.Score;
import neox.inference.ScoreSink;

/// Puts the scores of windows together to answers of requests: one window makes a log-likelihood,
/// any number a rolling one. A request is answered as soon as its last window is scored.
/// Thread-safe: windows become known on one thread while those before them are scored by others.
final class WindowedAnswers implements ScoreSink {
  private final RequestRunner.Sink sink;
  private final List<Expected> ofWindow = new ArrayList<>();

  WindowedAnswers(RequestRunner.Sink sink) {
    this.sink = sink;
  }

  /// A request whose windows are being scored.
  private static final class Expected {
    private final int request;
    private final int firstWindow;
    private final Score[] scores;
    private final Function<Score[], Response> answer;
    private int missing;

    Expected(int request, int firstWindow, int windows, Function<Score[], Response> answer) {
      this.request = request;
      this.firstWindow = firstWindow;
      this.scores = new Score[windows];
      this.answer = answer;
      this.missing = windows;
    }
  }

  /// The next `windows` windows are of this request; without any it is answered at once.
  ///
  /// @param answer made of the scores in the order of the windows
  synchronized void expect(int request, int windows, Function<Score[], Response> answer) {
    Expected expected = new Expected(request, ofWindow.size(), windows, answer);
    for (int i = 0; i < windows; i++) {
      ofWindow.add(expected);
    }
    if (windows == 0) {
      sink.answered(request, answer.apply(expected.scores));
    }
  }

  @Override
  public synchronized void scored(int window, Score score) {
    Expected expected = ofWindow.get(window);
    expected.scores[window - expected.firstWindow] = score;
    if (--expected.missing == 0) {
      sink.answered(expected.request, expected.answer.apply(expected.scores));
    }
  }

  /// The answer to a request of one window.
  static Response likelihood(Score... scores) {
    return new Response.Likelihood(scores[0].logLikelihood(), scores[0].greedy());
  }

  /// The sum from the first window to the last: the rounding of the reference.
  static Response rolling(Score... scores) {
    double sum = 0;
    for (Score score : scores) {
      sum += score.logLikelihood();
    }
    return new Response.RollingLikelihood(sum);
  }
}
