package neox.config.pipeline;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Items in a row, cut into neighbouring parts.
///
/// @param bounds where each part begins, and the end
public record Partition(List<Integer> bounds) {
  public Partition {
    bounds = List.copyOf(bounds);
  }

  /// Parts of the same number of items, of which the first ones take what is left over.
  ///
  /// @param parts at most as many as there are items
  static Partition uniform(int items, int parts) {
    requireItems(items, parts);
    List<Integer> bounds = new ArrayList<>();
    for (int part = 0; part <= parts; part++) {
      bounds.add(items / parts * part + Math.min(part, items % parts));
    }
    return new Partition(bounds);
  }

  /// Parts whose heaviest and lightest differ little: the linear partition problem, as DeepSpeed
  /// solves it. For the first `i` items in `j` parts it keeps the best it has found, from the best
  /// for the first `k` items in `j - 1` parts and the rest as one part; of equal ones, that with
  /// the latest cut, so that later parts are the smaller ones.
  ///
  /// @param weights of the items
  /// @param parts at most as many as there are items
  static Partition balanced(long[] weights, int parts) {
    int items = weights.length;
    requireItems(items, parts);
    long[] before = new long[items + 1]; // weight of all before
    for (int i = 0; i < items; i++) {
      before[i + 1] = before[i] + weights[i];
    }
    int[][] cuts = new int[parts + 1][];
    Best best = Best.ofNothing(items);
    for (int j = 1; j <= parts; j++) {
      Best next = new Best(items);
      cuts[j] = new int[items + 1];
      for (int i = j; i <= items; i++) {
        for (int k = j - 1; k < i; k++) {
          long last = before[i] - before[k];
          if (next.improve(i, Math.max(best.most[k], last), Math.min(best.least[k], last))) {
            cuts[j][i] = k;
          }
        }
      }
      best = next;
    }
    return of(cuts, items);
  }

  private static Partition of(int[][] cuts, int items) {
    List<Integer> bounds = new ArrayList<>(List.of(items));
    for (int j = cuts.length - 1; j > 0; j--) {
      bounds.addFirst(cuts[j][bounds.getFirst()]);
    }
    return new Partition(bounds);
  }

  /// The best partitions of the first 0, 1, … items into one number of parts: the weights of their
  /// heaviest and lightest parts, and how far these are apart. What is impossible is infinitely so.
  private static final class Best {
    private static final long INFINITE = Long.MAX_VALUE;

    private final long[] most;
    private final long[] least;

    Best(int items) {
      most = new long[items + 1];
      least = new long[items + 1];
      Arrays.fill(most, INFINITE);
      Arrays.fill(least, INFINITE);
    }

    /// No parts hold no items.
    static Best ofNothing(int items) {
      Best best = new Best(items);
      best.most[0] = 0;
      return best;
    }

    boolean improve(int items, long newMost, long newLeast) {
      if (newMost == INFINITE || distance(items) < newMost - newLeast) {
        return false;
      }
      most[items] = newMost;
      least[items] = newLeast;
      return true;
    }

    private long distance(int items) {
      return most[items] == INFINITE ? INFINITE : most[items] - least[items];
    }
  }

  private static void requireItems(int items, int parts) {
    if (parts < 1 || parts > items) {
      throw new IllegalArgumentException(items + " items in " + parts + " parts");
    }
  }

  /// The first item of a part.
  public int from(int part) {
    return bounds.get(part);
  }

  /// The first item after a part.
  public int to(int part) {
    return bounds.get(part + 1);
  }
}
