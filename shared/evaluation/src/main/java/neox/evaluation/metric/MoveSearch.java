package neox.evaluation.metric;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import neox.evaluation.metric.EditTable.Alignment;

/// Looks for the run of written words that is best put somewhere else, as Tercom does: words that a
/// reference has in another place, and that are wrong on both sides.
final class MoveSearch {
  /// After so many tries the search for moves ends.
  static final int MOST_TRIED = 1000;

  private static final int LONGEST = 10;
  private static final int FARTHEST = 50;

  /// A run of words put somewhere else.
  ///
  /// @param gain how many edits it saves
  private record Move(int gain, int length, int from, int to, List<String> words) {
    /// The longest of the best, then that from and to the earliest place.
    static final Comparator<Move> ORDER =
        Comparator.comparingInt(Move::gain)
            .thenComparingInt(Move::length)
            .thenComparing(Comparator.comparingInt(Move::from).reversed())
            .thenComparing(Comparator.comparingInt(Move::to).reversed());
  }

  private final List<String> written;
  private final List<String> reference;
  private final int cost;
  private final Alignment alignment;
  private int tried;
  private Move best;

  /// @param tried how many moves earlier searches have tried
  MoveSearch(List<String> written, List<String> reference, int tried) {
    EditTable table = new EditTable(written, reference);
    this.written = written;
    this.reference = reference;
    this.cost = table.cost();
    this.alignment = table.alignment();
    this.tried = tried;
    this.best = new Move(Integer.MIN_VALUE, 0, 0, 0, written);
    for (int from = 0; from < written.size(); from++) {
      for (int at = 0; at < reference.size(); at++) {
        tryRuns(from, at);
      }
    }
  }

  int tried() {
    return tried;
  }

  /// How many edits the best move saves; negative where there is none.
  int gain() {
    return best.gain();
  }

  /// The words after the best move.
  List<String> moved() {
    return best.words();
  }

  /// All runs from a place that the reference has from another place on.
  private void tryRuns(int from, int at) {
    int longest = Math.abs(at - from) > FARTHEST ? 0 : common(from, at);
    for (int length = 1; length <= longest && tried < MOST_TRIED; length++) {
      int place = alignment.places()[at];
      boolean movesIntoItself = place >= from && place < from + length;
      if (!movesIntoItself
          && anyTrue(alignment.wrongWritten(), from, length)
          && anyTrue(alignment.wrongReference(), at, length)) {
        tryPlaces(from, at, length);
      }
    }
  }

  private int common(int from, int at) {
    int most = Math.min(LONGEST, Math.min(written.size() - from, reference.size() - at));
    int length = 0;
    while (length < most && written.get(from + length).equals(reference.get(at + length))) {
      length++;
    }
    return length;
  }

  private static boolean anyTrue(boolean[] flags, int from, int length) {
    for (int i = from; i < from + length; i++) {
      if (flags[i]) {
        return true;
      }
    }
    return false;
  }

  /// Before the words that the run follows in the reference, and between its own.
  private void tryPlaces(int from, int at, int length) {
    int last = -1;
    for (int offset = at - 1; offset < at + length; offset++) {
      int to = offset < 0 ? 0 : alignment.places()[offset] + 1;
      if (to != last) {
        last = to;
        tried++;
        List<String> words = moved(from, length, to);
        Move move =
            new Move(cost - new EditTable(words, reference).cost(), length, from, to, words);
        best = Move.ORDER.compare(move, best) > 0 ? move : best;
      }
    }
  }

  /// @param to a place among all words; one inside of the run or behind it counts from its start
  private List<String> moved(int from, int length, int to) {
    List<String> rest = new ArrayList<>(written.subList(0, from));
    rest.addAll(written.subList(from + length, written.size()));
    int place = to > from + length ? to - length : Math.min(to, rest.size());
    rest.addAll(place, written.subList(from, from + length));
    return rest;
  }
}
