package neox.tokenizer.text;

import java.util.Arrays;

/// Numbers different byte strings in the order of their first coming: a flat hash table over
/// [ByteStrings].
public final class ByteStringTable {
  /// What stands for the number of a string that is not there.
  public static final int NONE = -1;

  private final ByteStrings strings = new ByteStrings();
  private int[] hashes = new int[1 << 12];

  /// The numbers by hash, counted from 1; 0 where there is none.
  private int[] slots = new int[1 << 13];

  /// The number of `bytes[from, to)`, which is added when it is new.
  public int add(byte[] bytes, int from, int to) {
    int hash = hash(bytes, from, to);
    int slot = slot(hash, bytes, from, to);
    if (slots[slot] != 0) {
      return slots[slot] - 1;
    }
    int number = strings.add(bytes, from, to);
    if (number == hashes.length) {
      hashes = Arrays.copyOf(hashes, number * 2);
    }
    hashes[number] = hash;
    slots[slot] = number + 1;
    if (strings.size() * 2 > slots.length) {
      spread();
    }
    return number;
  }

  /// The number of `bytes[from, to)`, or [#NONE].
  public int find(byte[] bytes, int from, int to) {
    return slots[slot(hash(bytes, from, to), bytes, from, to)] - 1;
  }

  /// The strings by number.
  public ByteStrings strings() {
    return strings;
  }

  /// Where a string stands, or the free place where it belongs.
  private int slot(int hash, byte[] bytes, int from, int to) {
    int slot = hash & (slots.length - 1);
    while (slots[slot] != 0 && !is(slots[slot] - 1, hash, bytes, from, to)) {
      slot = (slot + 1) & (slots.length - 1);
    }
    return slot;
  }

  private boolean is(int number, int hash, byte[] bytes, int from, int to) {
    return hashes[number] == hash && strings.is(number, bytes, from, to);
  }

  private void spread() {
    slots = new int[slots.length * 2];
    for (int number = 0; number < strings.size(); number++) {
      int slot = hashes[number] & (slots.length - 1);
      while (slots[slot] != 0) {
        slot = (slot + 1) & (slots.length - 1);
      }
      slots[slot] = number + 1;
    }
  }

  private static int hash(byte[] bytes, int from, int to) {
    int hash = 0x811C9DC5;
    for (int i = from; i < to; i++) {
      hash = (hash ^ bytes[i]) * 0x01000193;
    }
    return hash ^ (hash >>> 15);
  }
}
