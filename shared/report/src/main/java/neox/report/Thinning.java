package neox.report;

import java.util.Arrays;

/// Leaves points out of a curve so that none of its spikes is lost: steps are divided into equal
/// parts, and of each part the smallest, the largest and the first value that is no number stay,
/// where they were. The same points always leave the same points.
final class Thinning {
  /// Points that a part of the curve may keep.
  private static final int OF_A_PART = 3;

  /// At most `most` points (at least 8), the first and the last among them; a curve that has no
  /// more is returned as it is.
  static Series of(Series series, int most) {
    int size = series.size();
    if (size <= most) {
      return series;
    }
    boolean finite = Arrays.stream(series.values()).allMatch(Double::isFinite);
    int parts = (most - 2) / (finite ? OF_A_PART - 1 : OF_A_PART);
    boolean[] stays = new boolean[size];
    stays[0] = true;
    stays[size - 1] = true;
    long first = series.steps()[0];
    double width = (series.steps()[size - 1] - first + 1.0) / parts;
    for (int from = 0; from < size; ) {
      int part = part(series, from, first, width);
      int to = from + 1;
      while (to < size && part(series, to, first, width) == part) {
        to++;
      }
      keepExtremes(series.values(), from, to, stays);
      from = to;
    }
    return series.at(places(stays));
  }

  private static int part(Series series, int place, long first, double width) {
    return (int) ((series.steps()[place] - first) / width);
  }

  private static void keepExtremes(double[] values, int from, int to, boolean[] stays) {
    int lowest = -1;
    int highest = -1;
    int strange = -1;
    for (int i = from; i < to; i++) {
      if (!Double.isFinite(values[i])) {
        strange = strange < 0 ? i : strange;
        continue;
      }
      lowest = lowest < 0 || values[i] < values[lowest] ? i : lowest;
      highest = highest < 0 || values[i] > values[highest] ? i : highest;
    }
    for (int place : new int[] {lowest, highest, strange}) {
      if (place >= 0) {
        stays[place] = true;
      }
    }
  }

  private static int[] places(boolean[] stays) {
    int[] places = new int[stays.length];
    int count = 0;
    for (int i = 0; i < stays.length; i++) {
      if (stays[i]) {
        places[count++] = i;
      }
    }
    return Arrays.copyOf(places, count);
  }

  private Thinning() {}
}
