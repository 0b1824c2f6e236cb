package neox.inference.text;

import java.util.List;

/// Looks for stop texts in a text that comes in pieces, and holds back what may be the beginning of
/// one. Mutable.
final class StopScanner {
  private final List<String> stops;
  private final StringBuilder held = new StringBuilder();
  private boolean found;

  /// @param stops none empty
  StopScanner(List<String> stops) {
    this.stops = List.copyOf(stops);
  }

  /// What is before any stop text, and is the beginning of none.
  String add(String piece) {
    if (found) {
      return "";
    }
    held.append(piece);
    int stop = firstStop();
    if (stop >= 0) {
      found = true;
      held.setLength(stop);
      return rest();
    }
    int safe = held.length() - longestBeginning();
    String text = held.substring(0, safe);
    held.delete(0, safe);
    return text;
  }

  boolean found() {
    return found;
  }

  /// What was held back, when nothing follows.
  String rest() {
    String text = held.toString();
    held.setLength(0);
    return text;
  }

  private int firstStop() {
    int first = -1;
    for (String stop : stops) {
      int at = held.indexOf(stop);
      first = at >= 0 && (first < 0 || at < first) ? at : first;
    }
    return first;
  }

  /// Characters at the end that may become a stop text.
  private int longestBeginning() {
    int longest = 0;
    for (String stop : stops) {
      for (int n = Math.min(stop.length() - 1, held.length()); n > longest; n--) {
        if (stop.startsWith(held.substring(held.length() - n))) {
          longest = n;
        }
      }
    }
    return longest;
  }
}
