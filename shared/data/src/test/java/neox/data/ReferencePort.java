package neox.data;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/// GPT-NeoX's rules for the order of samples, written down a second time: plain, slow, and without
/// a line of the code under test. `golden/orders` proves it against Python and numpy.
final class ReferencePort {

  /// `numpy.random.RandomState`.
  static final class RandomState {
    private static final int N = 624;
    private final long[] words = new long[N];
    private int used = N;

    RandomState(long seed) {
      words[0] = seed & 0xffffffffL;
      for (int i = 1; i < N; i++) {
        words[i] = (1812433253L * (words[i - 1] ^ words[i - 1] >>> 30) + i) & 0xffffffffL;
      }
    }

    private long next() {
      if (used == N) {
        for (int i = 0; i < N; i++) {
          long y = (words[i] & 0x80000000L) | (words[(i + 1) % N] & 0x7fffffffL);
          words[i] = words[(i + 397) % N] ^ y >>> 1 ^ ((y & 1) == 0 ? 0 : 0x9908b0dfL);
        }
        used = 0;
      }
      long y = words[used++];
      y ^= y >>> 11;
      y ^= y << 7 & 0x9d2c5680L;
      y ^= y << 15 & 0xefc60000L;
      return y ^ y >>> 18;
    }

    void shuffle(long[] values) {
      for (int i = values.length - 1; i > 0; i--) {
        long mask = 1;
        while (mask < i) {
          mask = 2 * mask + 1;
        }
        long other = next() & mask;
        while (other > i) {
          other = next() & mask;
        }
        long kept = values[i];
        values[i] = values[(int) other];
        values[(int) other] = kept;
      }
    }
  }

  /// The bounds of the three parts; the second is negative where GPT-NeoX fails.
  static long[] split(String text, long documents) {
    String[] parts = text.split(text.contains(",") ? "," : "/", -1);
    double[] shares = new double[3];
    double sum = 0;
    for (int i = 0; i < 3; i++) {
      shares[i] = i < parts.length ? Double.parseDouble(parts[i].strip()) : 0;
      sum += shares[i];
    }
    long[] bounds = new long[4];
    for (int i = 0; i < 3; i++) {
      bounds[i + 1] = bounds[i] + roundHalfToEven(shares[i] / sum * documents);
    }
    long excess = bounds[3] - documents;
    for (int i = 1; i < 4; i++) {
      bounds[i] -= excess;
    }
    return bounds;
  }

  private static long roundHalfToEven(double value) {
    long below = (long) Math.floor(value);
    double rest = value - below;
    boolean up = rest > 0.5 || (rest == 0.5 && below % 2 != 0);
    return up ? below + 1 : below;
  }

  static double[] normalize(double[] weights) {
    double sum = 0;
    for (double weight : weights) {
      sum = sum + weight;
    }
    double[] result = new double[weights.length];
    for (int i = 0; i < weights.length; i++) {
      result[i] = weights[i] / sum;
    }
    return result;
  }

  static double[] byDocuments(long[] documents, double alpha) {
    if (documents.length == 1) {
      return new double[] {1};
    }
    long total = 0;
    for (long count : documents) {
      total += count;
    }
    double[] powers = new double[documents.length];
    for (int i = 0; i < powers.length; i++) {
      powers[i] = Math.pow((double) documents[i] / (double) total, alpha);
    }
    double[] weights = normalize(powers);
    for (int i = 0; i < weights.length; i++) {
      weights[i] *= 1 - (double) documents[i] / (double) total;
    }
    return normalize(weights);
  }

  static long request(double weight, long samples) {
    return (long) Math.ceil((double) samples * weight * 1.005);
  }

  /// The dataset of each sample of a blend.
  static int[] blend(double[] weights, int size) {
    double sum = numpySum(weights, 0, weights.length);
    long[] taken = new long[weights.length];
    int[] order = new int[size];
    for (int step = 0; step < size; step++) {
      double largest = Double.NEGATIVE_INFINITY;
      for (int d = 0; d < weights.length; d++) {
        double behind = weights[d] / sum * Math.max((double) step, 1.0) - (double) taken[d];
        if (behind > largest) {
          largest = behind;
          order[step] = d;
        }
      }
      taken[order[step]]++;
    }
    return order;
  }

  static double numpySum(double[] values, int from, int count) {
    if (count < 8) {
      double sum = 0;
      for (int i = 0; i < count; i++) {
        sum += values[from + i];
      }
      return sum;
    }
    if (count <= 128) {
      double[] r = new double[8];
      int i = 0;
      for (; i + 8 <= count; i += 8) {
        for (int lane = 0; lane < 8; lane++) {
          r[lane] += values[from + i + lane];
        }
      }
      double sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
      for (; i < count; i++) {
        sum += values[from + i];
      }
      return sum;
    }
    int half = count / 2 / 8 * 8;
    return numpySum(values, from, half) + numpySum(values, from + half, count - half);
  }

  /// A packed order.
  static final class Order {
    private final long[] documents;
    private final List<int[]> starts;
    private final long[] shuffle;

    private Order(long[] documents, List<int[]> starts, long[] shuffle) {
      this.documents = documents;
      this.starts = starts;
      this.shuffle = shuffle;
    }

    long[] documents() {
      return documents;
    }

    List<int[]> starts() {
      return starts;
    }

    long[] shuffle() {
      return shuffle;
    }
  }

  /// The order of the documents `first` to `last - 1`.
  ///
  /// @param samples how many are asked for; none for one epoch
  static Order packed(
      List<int[]> documents, int first, int last, OptionalLong samples, int length, long seed) {
    long tokens = 0;
    for (int d = first; d < last; d++) {
      tokens += documents.get(d).length;
    }
    int epochs = 1;
    while (samples.isPresent() && (epochs * tokens - 1) / length < samples.getAsLong()) {
      epochs++;
    }
    RandomState state = new RandomState(seed);
    long[] order = new long[epochs * (last - first)];
    for (int i = 0; i < order.length; i++) {
      order[i] = (long) first + i % (last - first);
    }
    state.shuffle(order);
    List<int[]> starts = new ArrayList<>(List.of(new int[] {0, 0}));
    int position = 0;
    int offset = 0;
    for (long sample = 0; sample < (epochs * tokens - 1) / length; sample++) {
      int needed = length + 1;
      while (documents.get((int) order[position]).length - offset < needed) {
        needed -= documents.get((int) order[position]).length - offset;
        position++;
        offset = 0;
      }
      offset += needed - 1;
      starts.add(new int[] {position, offset});
    }
    long[] shuffle = new long[starts.size() - 1];
    for (int i = 0; i < shuffle.length; i++) {
      shuffle[i] = i;
    }
    state.shuffle(shuffle);
    return new Order(order, starts, shuffle);
  }

  /// The tokens of sample `i`: laid end to end, cut, and looked up by the shuffle.
  static int[] sample(List<int[]> documents, Order order, long i, int length) {
    long samples = order.shuffle().length - 1L;
    long row = order.shuffle()[(int) (i <= samples ? i : i % samples)];
    int[] start = order.starts().get((int) row);
    int position = start[0];
    int offset = start[1];
    int[] tokens = new int[length + 1];
    for (int k = 0; k <= length; k++) {
      while (offset == documents.get((int) order.documents()[position]).length) {
        position++;
        offset = 0;
      }
      tokens[k] = documents.get((int) order.documents()[position])[offset++];
    }
    return tokens;
  }

  private ReferencePort() {}
}
