package neox.base.text;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/// Compares words by their spelling, to guess which one a misspelt name was meant to be.
public final class Spelling {
  /// The candidate that fewest typing mistakes turn into `word`, when at most `mistakes` do; the
  /// first in the alphabet of equally near ones.
  public static Optional<String> nearest(String word, Collection<String> candidates, int mistakes) {
    return candidates.stream()
        .filter(candidate -> distance(word, candidate) <= mistakes)
        .min(
            Comparator.comparingInt((String candidate) -> distance(word, candidate))
                .thenComparing(Comparator.naturalOrder()));
  }

  /// Insertions, deletions, substitutions and swaps of neighbours that lead from `a` to `b`
  /// (Damerau-Levenshtein, optimal string alignment).
  public static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      d[i][0] = i;
    }
    for (int j = 0; j <= b.length(); j++) {
      d[0][j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      for (int j = 1; j <= b.length(); j++) {
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        d[i][j] = Math.min(d[i - 1][j - 1] + change, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }

  private Spelling() {}
}
