package neox.tokenizer.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;

/// An immutable set of code points, kept as ranges.
public final class CodePoints {
  public static final CodePoints NONE = new CodePoints(new int[0]);

  private static final int ASCII = 128;
  private static final int BLOCK = 0x800;

  /// First and last of each range, in order; neither touching nor overlapping.
  private final int[] ranges;

  private final boolean[] ascii = new boolean[ASCII];

  private CodePoints(int[] ranges) {
    this.ranges = ranges;
    for (int c = 0; c < ASCII; c++) {
      ascii[c] = find(c);
    }
  }

  /// The code points from `first` to `last`.
  public static CodePoints range(int first, int last) {
    return new CodePoints(new int[] {first, last});
  }

  /// All code points of Unicode for which a predicate holds.
  public static CodePoints of(IntPredicate predicate) {
    int[] ranges = new int[BLOCK];
    int size = 0;
    boolean in = false;
    for (int c = 0; c <= Character.MAX_CODE_POINT + 1; c++) {
      boolean now = c <= Character.MAX_CODE_POINT && predicate.test(c);
      if (now != in) {
        if (size == ranges.length) {
          ranges = Arrays.copyOf(ranges, size * 2);
        }
        ranges[size++] = now ? c : c - 1;
        in = now;
      }
    }
    return new CodePoints(Arrays.copyOf(ranges, size));
  }

  /// All code points of Unicode by the names that a function gives them.
  public static Map<String, CodePoints> grouped(IntFunction<String> name) {
    Map<String, List<CodePoints>> ranges = new HashMap<>();
    int first = 0;
    String group = name.apply(0);
    for (int c = 1; c <= Character.MAX_CODE_POINT + 1; c++) {
      String next = c <= Character.MAX_CODE_POINT ? name.apply(c) : "";
      if (!next.equals(group)) {
        ranges.computeIfAbsent(group, _ -> new ArrayList<>()).add(range(first, c - 1));
        first = c;
        group = next;
      }
    }
    Map<String, CodePoints> sets = new HashMap<>();
    ranges.forEach((key, value) -> sets.put(key, union(value)));
    return Map.copyOf(sets);
  }

  /// All code points that one of the sets has.
  public static CodePoints union(List<CodePoints> sets) {
    List<int[]> all = new ArrayList<>();
    for (CodePoints set : sets) {
      for (int i = 0; i < set.ranges.length; i += 2) {
        all.add(new int[] {set.ranges[i], set.ranges[i + 1]});
      }
    }
    all.sort(Comparator.comparingInt(range -> range[0]));
    int[] merged = new int[2 * all.size()];
    int size = 0;
    for (int[] range : all) {
      if (size > 0 && range[0] <= merged[size - 1] + 1) {
        merged[size - 1] = Math.max(merged[size - 1], range[1]);
      } else {
        merged[size++] = range[0];
        merged[size++] = range[1];
      }
    }
    return new CodePoints(Arrays.copyOf(merged, size));
  }

  public CodePoints or(CodePoints other) {
    return union(List.of(this, other));
  }

  public CodePoints and(CodePoints other) {
    return not().or(other.not()).not();
  }

  /// All code points that are not in this set.
  public CodePoints not() {
    int[] gaps = new int[ranges.length + 2];
    int size = 0;
    int next = 0;
    for (int i = 0; i < ranges.length; i += 2) {
      if (next < ranges[i]) {
        gaps[size++] = next;
        gaps[size++] = ranges[i] - 1;
      }
      next = ranges[i + 1] + 1;
    }
    if (next <= Character.MAX_CODE_POINT) {
      gaps[size++] = next;
      gaps[size++] = Character.MAX_CODE_POINT;
    }
    return new CodePoints(Arrays.copyOf(gaps, size));
  }

  public boolean isEmpty() {
    return ranges.length == 0;
  }

  /// Whether it holds nothing beyond ASCII.
  public boolean isAscii() {
    return isEmpty() || ranges[ranges.length - 1] < ASCII;
  }

  public boolean contains(int codePoint) {
    return codePoint < ASCII ? ascii[codePoint] : find(codePoint);
  }

  private boolean find(int codePoint) {
    int low = 0;
    int high = ranges.length / 2 - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (codePoint < ranges[2 * middle]) {
        high = middle - 1;
      } else if (codePoint > ranges[2 * middle + 1]) {
        low = middle + 1;
      } else {
        return true;
      }
    }
    return false;
  }
}
