package neox.tokenizer;

import static neox.tokenizer.PairTable.NONE;

import java.util.Arrays;

/// Merges the bytes of one word into tokens: always the pair of lowest rank, the leftmost first.
///
/// Short words scan their ranks; long ones keep them in a heap, so that a run of n equal characters
/// costs n log n. Holds scratch space: one per thread.
final class WordMerger {
  private static final int SCAN_LIMIT = 64;

  private final BpeModel model;
  private int[] ids = new int[SCAN_LIMIT];
  private int[] ranks = new int[SCAN_LIMIT];
  private int[] next = new int[0];
  private int[] previous = new int[0];
  private long[] heap = new long[0];
  private int heapSize;

  WordMerger(BpeModel model) {
    this.model = model;
  }

  /// Merges a word and returns the number of tokens, which stand at the front of [#ids].
  int merge(byte[] text, int from, int to) {
    if (ids.length < to - from) {
      ids = new int[to - from];
      ranks = new int[to - from];
    }
    int size = 0;
    for (int i = from; i < to; i++) {
      int id = model.byteId(text[i]);
      if (id != BpeModel.MISSING) {
        ids[size++] = id;
      }
    }
    for (int i = 0; i + 1 < size; i++) {
      ranks[i] = model.rank(ids[i], ids[i + 1]);
    }
    if (size > 0) {
      ranks[size - 1] = NONE;
    }
    return size <= SCAN_LIMIT ? scan(size) : mergeByHeap(size);
  }

  /// Appends the tokens of the word `text[from, to)`.
  void append(byte[] text, int from, int to, TokenBuffer out) {
    int size = merge(text, from, to);
    out.add(ids, 0, size);
  }

  /// The tokens of the last word; valid until the next call of [#merge].
  int[] ids() {
    return ids;
  }

  private int scan(int initialSize) {
    int size = initialSize;
    while (true) {
      int best = 0;
      int rank = NONE;
      for (int i = 0; i < size - 1; i++) {
        if (ranks[i] < rank) {
          rank = ranks[i];
          best = i;
        }
      }
      if (rank == NONE) {
        return size;
      }
      size--;
      ids[best] = model.merged(rank);
      System.arraycopy(ids, best + 2, ids, best + 1, size - best - 1);
      System.arraycopy(ranks, best + 2, ranks, best + 1, size - best - 1);
      ranks[best] = best + 1 < size ? model.rank(ids[best], ids[best + 1]) : NONE;
      if (best > 0) {
        ranks[best - 1] = model.rank(ids[best - 1], ids[best]);
      }
    }
  }

  private int mergeByHeap(int size) {
    link(size);
    while (heapSize > 0) {
      long entry = pop();
      int at = (int) entry;
      int rank = (int) (entry >>> 32);
      if (ranks[at] != rank) {
        continue; // one of the two has been merged with another neighbour since
      }
      int absorbed = next[at];
      int after = next[absorbed];
      ids[at] = model.merged(rank);
      ids[absorbed] = BpeModel.MISSING;
      ranks[absorbed] = NONE;
      next[at] = after;
      if (after < size) {
        previous[after] = at;
        offer(at, model.rank(ids[at], ids[after]));
      } else {
        ranks[at] = NONE;
      }
      if (previous[at] >= 0) {
        offer(previous[at], model.rank(ids[previous[at]], ids[at]));
      }
    }
    int kept = 0;
    for (int i = 0; i < size; i = next[i]) {
      ids[kept++] = ids[i];
    }
    return kept;
  }

  private void link(int size) {
    if (next.length < size) {
      next = new int[size];
      previous = new int[size];
      heap = new long[size];
    }
    heapSize = 0;
    for (int i = 0; i < size; i++) {
      next[i] = i + 1;
      previous[i] = i - 1;
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
