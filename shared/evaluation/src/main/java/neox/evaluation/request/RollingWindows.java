package neox.evaluation.request;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Cuts a long text into windows that score each token exactly once.
final class RollingWindows {
  /// Every window but the last scores `maxLength` new tokens after one token of context; the last
  /// one scores what is left with as much context as fits.
  ///
  /// @param prefix stands before the first token
  static List<TokenPair> of(int[] tokens, int prefix, int maxLength) {
    List<TokenPair> windows = new ArrayList<>();
    if (tokens.length == 0) {
      return windows;
    }
    int first = Math.min(maxLength, tokens.length);
    windows.add(new TokenPair(new int[] {prefix}, Arrays.copyOf(tokens, first)));
    for (int scored = first; scored < tokens.length; ) {
      int count = Math.min(tokens.length - scored, maxLength);
      int end = scored + count;
      int[] context = Arrays.copyOfRange(tokens, end - maxLength - 1, scored);
      windows.add(new TokenPair(context, Arrays.copyOfRange(tokens, scored, end)));
      scored = end;
    }
    return windows;
  }

  private RollingWindows() {}
}
