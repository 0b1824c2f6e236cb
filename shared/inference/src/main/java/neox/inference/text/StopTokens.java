package neox.inference.text;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/// Tokens that end a text and do not belong to it.
///
/// @param ends each ends it by itself, such as the end of a document
/// @param sequences they end it where they follow one another; none empty
@SuppressWarnings("ArrayRecordComponent") // a plain carrier of ids, never compared
public record StopTokens(int[] ends, List<int[]> sequences) {
  private static final StopTokens NONE = new StopTokens(new int[0], List.of());

  public StopTokens {
    sequences = List.copyOf(sequences);
    if (sequences.stream().anyMatch(sequence -> sequence.length == 0)) {
      throw new IllegalArgumentException("no tokens stop a text");
    }
  }

  public static StopTokens none() {
    return NONE;
  }

  /// Each of these tokens.
  public static StopTokens at(List<Integer> ends) {
    return new StopTokens(ends.stream().mapToInt(Integer::intValue).toArray(), List.of());
  }

  /// A tokenizer's end-of-document token, if it has one.
  public static StopTokens at(OptionalInt end) {
    return end.isPresent() ? new StopTokens(new int[] {end.getAsInt()}, List.of()) : NONE;
  }

  public StopTokens withSequences(List<int[]> value) {
    return new StopTokens(ends, value);
  }

  /// Whether a token ends a text by itself.
  public boolean isEnd(int token) {
    return Arrays.stream(ends).anyMatch(end -> end == token);
  }

  /// How many of the first `count` tokens belong to a sequence that is complete with the last of
  /// them: 0 for none, else of the longest.
  public int complete(int[] tokens, int count) {
    return sequences.stream()
        .filter(sequence -> endsWith(tokens, count, sequence, sequence.length))
        .mapToInt(sequence -> sequence.length)
        .max()
        .orElse(0);
  }

  /// How many of the first `count` tokens, at their end, may become a sequence.
  public int begun(int[] tokens, int count) {
    int longest = 0;
    for (int[] sequence : sequences) {
      for (int n = Math.min(sequence.length - 1, count); n > longest; n--) {
        if (endsWith(tokens, count, sequence, n)) {
          longest = n;
        }
      }
    }
    return longest;
  }

  /// @param length how much of the sequence
  private static boolean endsWith(int[] tokens, int count, int[] sequence, int length) {
    int from = count - length;
    return from >= 0 && Arrays.equals(tokens, from, count, sequence, 0, length);
  }
}
