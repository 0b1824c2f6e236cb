package neox.inference.sampling;

import java.util.Arrays;

/// Finds the largest of many numbers with a heap, whose smallest number is on top.
final class Largest {
  /// The k-th largest, of equals each counting; `k` from 1 to the number of values.
  static float kth(float[] values, int k) {
    float[] heap = Arrays.copyOf(values, k);
    for (int i = k / 2 - 1; i >= 0; i--) {
      sink(heap, i);
    }
    for (int i = k; i < values.length; i++) {
      if (values[i] > heap[0]) {
        heap[0] = values[i];
        sink(heap, 0);
      }
    }
    return heap[0];
  }

  private static void sink(float[] heap, int from) {
    int at = from;
    float value = heap[at];
    while (2 * at + 1 < heap.length) {
      int child = 2 * at + 1;
      if (child + 1 < heap.length && heap[child + 1] < heap[child]) {
        child++;
      }
      if (heap[child] >= value) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = value;
  }

  /// The indices of the `k` largest, or of all where there are fewer: largest first, of equals the
  /// first.
  static int[] indices(float[] values, int k) {
    if (k == 0) {
      return new int[0];
    }
    float least = k < values.length ? kth(values, k) : Float.NEGATIVE_INFINITY;
    long[] sorted = sorted(values, least);
    int[] indices = new int[Math.min(k, sorted.length)];
    for (int i = 0; i < indices.length; i++) {
      indices[i] = (int) sorted[i];
    }
    return indices;
  }

  /// Keys of all values that are at least so large, largest first, of equals the first; the lower
  /// half of a key is the index.
  static long[] sorted(float[] values, float least) {
    long[] keys = new long[64];
    int count = 0;
    for (int i = 0; i < values.length; i++) {
      if (values[i] >= least) {
        if (count == keys.length) {
          keys = Arrays.copyOf(keys, 2 * count);
        }
        keys[count++] = (long) descending(values[i]) << Integer.SIZE | i;
      }
    }
    Arrays.sort(keys, 0, count);
    return Arrays.copyOf(keys, count);
  }

  /// An integer that is the smaller, the larger the number is.
  private static int descending(float value) {
    int bits = Float.floatToIntBits(value + 0f); // -0 is 0
    return ~(bits ^ ((bits >> 31) & Integer.MAX_VALUE));
  }

  private Largest() {}
}
