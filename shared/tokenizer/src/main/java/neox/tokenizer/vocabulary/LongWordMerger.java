package neox.tokenizer.vocabulary;

import static neox.tokenizer.vocabulary.MergeTable.NONE;

import java.util.Arrays;

/// Merges long words: a linked list of parts and a heap of pairs, so that n bytes cost n log n
/// whatever they are. Its memory grows with the longest word. One per thread.
public final class LongWordMerger {
  private final PairMerges merges;
  private int[] ids = new int[0];

  /// The rank of merging each part with the next one.
  private int[] ranks = new int[0];

  private int[] next = new int[0];
  private int[] previous = new int[0];

  /// Ranks and places of pairs; those that have been merged with another neighbour since are stale.
  private long[] heap = new long[0];

  private int heapSize;

  public LongWordMerger(PairMerges merges) {
    this.merges = merges;
  }

  /// Where the first tokens of a word of at most so many are to be put.
  public int[] room(int length) {
    if (ids.length < length) {
      ids = new int[length];
      ranks = new int[length];
      next = new int[length];
      previous = new int[length];
      heap = new long[length];
    }
    return ids;
  }

  /// Merges the first `size` tokens in [#room] and returns the number of those that result, which
  /// stand at its front.
  public int merge(int size) {
    link(size);
    mergeAll(size);
    int kept = 0;
    for (int i = 0; i < size; i = next[i]) {
      ids[kept++] = ids[i];
    }
    return kept;
  }

  /// The tokens of the last word; valid until the next call of [#room].
  public int[] ids() {
    return ids;
  }

  private void mergeAll(int size) {
    while (heapSize > 0) {
      long entry = pop();
      int at = (int) entry;
      int rank = (int) (entry >>> 32);
      if (ranks[at] != rank) {
        continue; // one of the two has been merged with another neighbour since
      }
      int absorbed = next[at];
      int after = next[absorbed];
      ids[at] = merges.merged(rank);
      ids[absorbed] = Vocabulary.MISSING;
      ranks[absorbed] = NONE;
      next[at] = after;
      if (after < size) {
        previous[after] = at;
        offer(at, merges.rank(ids[at], ids[after]));
      } else {
        ranks[at] = NONE;
      }
      if (previous[at] >= 0) {
        offer(previous[at], merges.rank(ids[previous[at]], ids[at]));
      }
    }
  }

  private void link(int size) {
    heapSize = 0;
    for (int i = 0; i < size; i++) {
      next[i] = i + 1;
      previous[i] = i - 1;
      ranks[i] = i + 1 < size ? merges.rank(ids[i], ids[i + 1]) : NONE;
      if (ranks[i] != NONE) {
        heap[heapSize++] = (long) ranks[i] << 32 | i;
      }
    }
    for (int i = heapSize / 2 - 1; i >= 0; i--) {
      sink(i);
    }
  }

  private void offer(int at, int rank) {
    ranks[at] = rank;
    if (rank == NONE) {
      return;
    }
    if (heapSize == heap.length) {
      heap = Arrays.copyOf(heap, heapSize * 2);
    }
    long entry = (long) rank << 32 | at;
    int i = heapSize++;
    while (i > 0 && heap[(i - 1) / 2] > entry) {
      heap[i] = heap[(i - 1) / 2];
      i = (i - 1) / 2;
    }
    heap[i] = entry;
  }

  private long pop() {
    long top = heap[0];
    heap[0] = heap[--heapSize];
    sink(0);
    return top;
  }

  private void sink(int start) {
    long entry = heap[start];
    int i = start;
    while (2 * i + 1 < heapSize) {
      int child = 2 * i + 1;
      if (child + 1 < heapSize && heap[child + 1] < heap[child]) {
        child++;
      }
      if (heap[child] >= entry) {
        break;
      }
      heap[i] = heap[child];
      i = child;
    }
    heap[i] = entry;
  }
}
