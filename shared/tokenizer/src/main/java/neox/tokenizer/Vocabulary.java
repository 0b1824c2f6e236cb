package neox.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;

/// The tokens of a model as its file spells them, with their ids.
///
/// A flat hash table over one array of bytes: merges look up their tokens in it, 150,000 times at
/// each start, without making a string of any. Filled once, then read by all threads.
final class Vocabulary {
  /// What stands for the id of a token that is not there.
  static final int MISSING = -1;

  private byte[] text = new byte[1 << 16];

  /// Where each token ends in [#text]; it starts where the one before it ends.
  private int[] ends = new int[1 << 12];

  private int[] ids = new int[1 << 12];
  private int size;

  /// Which token has a hash, counted from 1; 0 where none has.
  private int[] slots = new int[1 << 14];

  /// Adds a token; one that is there already takes the new id.
  void put(String token, int id) {
    byte[] utf8 = token.getBytes(StandardCharsets.UTF_8);
    put(utf8, 0, utf8.length, id);
  }

  /// The same for the token `utf8[from, to)`.
  void put(byte[] utf8, int from, int to, int id) {
    int slot = slot(utf8, from, to);
    if (slots[slot] != 0) {
      ids[slots[slot] - 1] = id;
      return;
    }
    append(utf8, from, to);
    ids[size++] = id;
    slots[slot] = size;
    if (size * 2 > slots.length) {
      spread();
    }
  }

  private void append(byte[] utf8, int from, int to) {
    int start = size == 0 ? 0 : ends[size - 1];
    int end = start + to - from;
    if (end > text.length) {
      text = Arrays.copyOf(text, Math.max(end, text.length * 2));
    }
    if (size == ids.length) {
      ends = Arrays.copyOf(ends, size * 2);
      ids = Arrays.copyOf(ids, size * 2);
    }
    System.arraycopy(utf8, from, text, start, to - from);
    ends[size] = end;
  }

  private void spread() {
    slots = new int[slots.length * 2];
    for (int index = 0; index < size; index++) {
      slots[slot(text, start(index), ends[index])] = index + 1;
    }
  }

  /// The slot of a token, or the free one where it belongs.
  private int slot(byte[] utf8, int from, int to) {
    int hash = 0;
    for (int i = from; i < to; i++) {
      hash = hash * 31 + utf8[i];
    }
    int slot = (hash * 0x9E3779B9) >>> (Integer.numberOfLeadingZeros(slots.length) + 1);
    while (slots[slot] != 0 && !isAt(slots[slot] - 1, utf8, from, to)) {
      slot = (slot + 1) & (slots.length - 1);
    }
    return slot;
  }

  private boolean isAt(int index, byte[] utf8, int from, int to) {
    int start = start(index);
    if (ends[index] - start != to - from) {
      return false;
    }
    for (int i = from; i < to; i++) {
      if (utf8[i] != text[start + i - from]) {
        return false;
      }
    }
    return true;
  }

  private int start(int index) {
    return index == 0 ? 0 : ends[index - 1];
  }

  /// How many tokens there are.
  int size() {
    return size;
  }

  /// The id of a token, or [#MISSING].
  int id(String token) {
    byte[] utf8 = token.getBytes(StandardCharsets.UTF_8);
    return id(utf8, 0, utf8.length);
  }

  /// The id of the token `utf8[from, to)`, or [#MISSING].
  int id(byte[] utf8, int from, int to) {
    int index = slots[slot(utf8, from, to)] - 1;
    return index < 0 ? MISSING : ids[index];
  }

  /// The id of the token that came as number `index`.
  int idAt(int index) {
    return ids[index];
  }

  /// The token that came as number `index`.
  String tokenAt(int index) {
    return new String(text, start(index), ends[index] - start(index), StandardCharsets.UTF_8);
  }

  /// Whether no two tokens share an id.
  boolean hasDistinctIds() {
    BitSet seen = new BitSet();
    for (int index = 0; index < size; index++) {
      if (seen.get(ids[index])) {
        return false;
      }
      seen.set(ids[index]);
    }
    return true;
  }

  /// Whether every byte has a token of its own.
  boolean hasAllBytes() {
    for (int b = 0; b < ByteAlphabet.SIZE; b++) {
      if (ofByte(b) == MISSING) {
        return false;
      }
    }
    return true;
  }

  /// The id of the token of one byte, or [#MISSING].
  int ofByte(int unsignedByte) {
    return id(String.valueOf(ByteAlphabet.character(unsignedByte)));
  }
}
