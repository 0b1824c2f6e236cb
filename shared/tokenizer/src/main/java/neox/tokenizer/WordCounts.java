package neox.tokenizer;

import java.util.Arrays;

/// How often each word occurs in a corpus: a hash table over byte strings kept in one pool.
///
/// Words are numbered in the order of their first appearance.
final class WordCounts {
  private byte[] pool = new byte[1 << 16];
  private int[] ends = new int[1 << 12];
  private long[] counts = new long[1 << 12];
  private int[] hashes = new int[1 << 12];
  private int[] slots = new int[1 << 13];
  private int size;

  WordCounts() {
    Arrays.fill(slots, -1);
  }

  /// Counts one more occurrence of the word `text[from, to)`.
  void add(byte[] text, int from, int to) {
    int hash = hash(text, from, to);
    int slot = hash & (slots.length - 1);
    while (slots[slot] >= 0) {
      int word = slots[slot];
      if (hashes[word] == hash && Arrays.equals(pool, start(word), ends[word], text, from, to)) {
        counts[word]++;
        return;
      }
      slot = (slot + 1) & (slots.length - 1);
    }
    slots[slot] = append(text, from, to, hash);
    if (size * 2 > slots.length) {
      rehash();
    }
  }

  int size() {
    return size;
  }

  long count(int word) {
    return counts[word];
  }

  /// The bytes of all words, one after the other; a word is `[start, end)`.
  byte[] pool() {
    return pool;
  }

  int start(int word) {
    return word == 0 ? 0 : ends[word - 1];
  }

  int end(int word) {
    return ends[word];
  }

  private int append(byte[] text, int from, int to, int hash) {
    int start = size == 0 ? 0 : ends[size - 1];
    int end = Math.addExact(start, to - from);
    if (end > pool.length) {
      pool = Arrays.copyOf(pool, grown(pool.length, end));
    }
    System.arraycopy(text, from, pool, start, to - from);
    if (size == ends.length) {
      ends = Arrays.copyOf(ends, size * 2);
      counts = Arrays.copyOf(counts, size * 2);
      hashes = Arrays.copyOf(hashes, size * 2);
    }
    ends[size] = end;
    counts[size] = 1;
    hashes[size] = hash;
    return size++;
  }

  private static int grown(int length, int needed) {
    return (int) Math.max(needed, Math.min(Integer.MAX_VALUE - 8, length * 2L));
  }

  private void rehash() {
    slots = new int[slots.length * 2];
    Arrays.fill(slots, -1);
    for (int word = 0; word < size; word++) {
      int slot = hashes[word] & (slots.length - 1);
      while (slots[slot] >= 0) {
        slot = (slot + 1) & (slots.length - 1);
      }
      slots[slot] = word;
    }
  }

  private static int hash(byte[] text, int from, int to) {
    int hash = 0x811C9DC5;
    for (int i = from; i < to; i++) {
      hash = (hash ^ text[i]) * 0x01000193;
    }
    return hash ^ (hash >>> 15);
  }
}
