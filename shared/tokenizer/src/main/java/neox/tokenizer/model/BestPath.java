package neox.tokenizer.model;

import java.util.Arrays;

/// The best way through a text from token to token, for each place of it (Viterbi).
public final class BestPath {
  private static final int UNREACHED = -1;

  /// Where the last token of the best way to a place starts.
  private final int[] starts;

  private final int[] ids;
  private final double[] scores;
  private final boolean floats;

  /// Receives the tokens of a text in order.
  public interface Segments {
    void token(int from, int to, int id);
  }

  /// A way through a text of `length` bytes.
  ///
  /// @param floats whether sums of scores are kept as floats
  public BestPath(int length, boolean floats) {
    starts = new int[length + 1];
    ids = new int[length + 1];
    scores = new double[length + 1];
    this.floats = floats;
    Arrays.fill(starts, UNREACHED);
  }

  /// The sum of the scores on the best way to a place.
  public double score(int at) {
    return scores[at];
  }

  /// Whether a way to a place is better than the one so far.
  public boolean improves(int to, double score) {
    return starts[to] == UNREACHED || score > scores[to];
  }

  /// Takes a way if it is better than the one so far; of equal ones the first counts.
  ///
  /// @param score the sum of the scores with that of the token
  public void reach(int from, int to, int id, double score) {
    if (improves(to, score)) {
      starts[to] = from;
      ids[to] = id;
      scores[to] = floats ? (float) score : score;
    }
  }

  /// Hands over the tokens of the best way to the end.
  public void walk(Segments segments) {
    int[] ends = new int[starts.length];
    int size = 0;
    for (int end = starts.length - 1; end > 0; end = starts[end]) {
      ends[size++] = end;
    }
    int from = 0;
    while (size > 0) {
      int end = ends[--size];
      segments.token(from, end, ids[end]);
      from = end;
    }
  }
}
