package neox.model;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// Neighbouring tokens that see each other and no others, such as the documents of a sample.
///
/// @param lengths tokens of each segment of each row, in their order; at least one in a row, none
///   empty, and all rows add up to the same
public record Segments(List<int[]> lengths) {
  public Segments {
    lengths = List.copyOf(lengths);
    long tokens = IntStream.of(lengths.getFirst()).sum();
    for (int[] row : lengths) {
      if (IntStream.of(row).sum() != tokens || IntStream.of(row).anyMatch(n -> n < 1)) {
        throw new IllegalArgumentException("segments of " + Arrays.toString(row));
      }
    }
  }

  /// Tokens of the longest.
  public int longest() {
    return lengths.stream().flatMapToInt(Arrays::stream).max().orElseThrow();
  }

  /// Whether every row is one segment, so that nothing is hidden.
  public boolean areWhole() {
    return lengths.stream().allMatch(row -> row.length == 1);
  }

  /// Where each token stands in its segment: `[rows][tokens]`.
  public int[][] positions() {
    return lengths.stream().map(Segments::positions).toArray(int[][]::new);
  }

  private static int[] positions(int[] row) {
    return IntStream.of(row).flatMap(length -> IntStream.range(0, length)).toArray();
  }
}
