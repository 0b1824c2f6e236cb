package neox.preprocess.inspect;

import java.util.HashMap;
import java.util.Map;
import neox.data.indexed.IndexedTokens;

/// With which token the documents of a dataset end.
///
/// @param token the one that most of the looked at end with; -1 when all are empty
/// @param documents how many end with it
/// @param looked how many were looked at: all, or as many spread evenly
record LastTokens(int token, long documents, long looked) {
  private static final long MOST = 100_000;

  static LastTokens of(IndexedTokens tokens) {
    Map<Integer, Long> counts = new HashMap<>();
    int[] last = new int[1];
    long looked = Math.min(tokens.count(), MOST);
    for (long i = 0; i < looked; i++) {
      long item = (long) ((double) i / looked * tokens.count());
      if (tokens.size(item) > 0) {
        tokens.read(item, tokens.size(item) - 1, 1, last, 0);
        counts.merge(last[0], 1L, Long::sum);
      }
    }
    return counts.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(most -> new LastTokens(most.getKey(), most.getValue(), looked))
        .orElse(new LastTokens(-1, 0, looked));
  }

  double share() {
    return looked == 0 ? 0 : (double) documents / looked;
  }
}
