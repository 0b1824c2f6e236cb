package neox.preprocess.inspect;

import java.util.ArrayList;
import java.util.List;
import neox.data.indexed.TokenIndex;

/// How long the documents of a dataset are: exact, in memory that does not grow with their number.
public final class LengthStatistics {
  private static final int HALF_BITS = 16;
  private static final int HALF = 1 << HALF_BITS;

  /// Documents of `from` to `to` tokens.
  record Bucket(long from, long to, long documents) {}

  private final TokenIndex index;
  private final long[] highHalves = new long[HALF];
  private final long[] powers = new long[Integer.SIZE + 1];
  private long tokens;

  private LengthStatistics(TokenIndex index) {
    this.index = index;
    for (long item = 0; item < index.items(); item++) {
      int size = index.size(item);
      highHalves[size >>> HALF_BITS]++;
      powers[Integer.SIZE - Integer.numberOfLeadingZeros(size)]++;
      tokens += size;
    }
  }

  public static LengthStatistics of(TokenIndex index) {
    return new LengthStatistics(index);
  }

  /// Mean length; 0 without documents.
  public double mean() {
    return index.items() == 0 ? 0 : (double) tokens / index.items();
  }

  /// The smallest length such that at least this share of the documents is no longer; 0 without
  /// documents.
  public int quantile(double share) {
    if (index.items() == 0) {
      return 0;
    }
    long rank = Math.clamp((long) Math.ceil(share * index.items()), 1, index.items());
    int high = 0;
    for (; rank > highHalves[high]; high++) {
      rank -= highHalves[high];
    }
    long[] lowHalves = new long[HALF];
    for (long item = 0; item < index.items(); item++) {
      int size = index.size(item);
      if (size >>> HALF_BITS == high) {
        lowHalves[size & (HALF - 1)]++;
      }
    }
    int low = 0;
    for (; rank > lowHalves[low]; low++) {
      rank -= lowHalves[low];
    }
    return high << HALF_BITS | low;
  }

  /// Documents by powers of two, from the first bucket that holds any to the last.
  List<Bucket> buckets() {
    List<Bucket> buckets = new ArrayList<>();
    int last = powers.length - 1;
    while (last > 0 && powers[last] == 0) {
      last--;
    }
    for (int bits = 0; bits <= last; bits++) {
      if (!buckets.isEmpty() || powers[bits] > 0) {
        long from = bits == 0 ? 0 : 1L << (bits - 1);
        buckets.add(new Bucket(from, (1L << bits) - 1, powers[bits]));
      }
    }
    return buckets;
  }
}
