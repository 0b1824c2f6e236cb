package neox.tokenizer;

import static neox.tokenizer.vocabulary.MergeTable.NONE;

import java.util.Arrays;
import neox.tokenizer.text.ByteAlphabet;

/// Cuts a word into bytes, and merges those pairs of bytes at once that will be merged whatever
/// else happens: most letters of two bytes, and many pairs of ASCII.
///
/// Say the merge of bytes b and c has rank r. A part that is still a single byte can only be taken
/// away by a merge of which it is one half. So if every merge of anything that ends in the byte
/// before with b, and of c with anything that starts with the byte after, ranks behind r, then b
/// and c will meet. And if every merge of the result with others ranks behind r too, as in any
/// trained vocabulary, nothing else changes when they meet early: until r is due, merges of lower
/// rank go first in either case.
///
/// Immutable.
final class FirstMerges {
  private static final int BYTES = ByteAlphabet.SIZE;

  private final int[] byteIds;
  private final int[] mergedIds;

  /// Ints per pair of bytes; the pair stands at `(first * 256 + second) * FACTS`, and what is asked
  /// of it together.
  private static final int FACTS = 4;

  /// The rank of merging the two.
  private static final int BOTH = 0;

  /// The lowest rank of merging something that ends in the first byte with the second byte.
  private static final int AS_RIGHT = 1;

  /// The lowest rank of merging the first byte with something that starts with the second byte.
  private static final int AS_LEFT = 2;

  private final int[] pairs = none();

  /// Whether no merge of a merged pair ranks before that of the pair.
  private boolean ordered = true;

  /// @param byteIds the token of each byte, or [BpeModel#MISSING]
  /// @param mergedIds what each merge makes, by rank
  FirstMerges(int[] byteIds, int[] mergedIds) {
    this.byteIds = byteIds;
    this.mergedIds = mergedIds;
  }

  private static int[] none() {
    int[] table = new int[BYTES * BYTES * FACTS];
    Arrays.fill(table, NONE);
    return table;
  }

  /// Takes note of a merge; to be called for all, in the order of their ranks.
  ///
  /// @param left the bytes of the left token
  void add(byte[] left, byte[] right, int rank) {
    if (left.length == 0 || right.length == 0) {
      return; // no part of a word is empty
    }
    int pair = pair(left[left.length - 1], right[0]);
    if (right.length == 1) {
      lower(pair + AS_RIGHT, rank);
    }
    if (left.length == 1) {
      lower(pair + AS_LEFT, rank);
    }
    if (left.length == 1 && right.length == 1) {
      // The merge that counts is the last of several for the same pair.
      ordered &= pairs[pair + BOTH] == NONE;
      pairs[pair + BOTH] = rank;
    }
    ordered &= isKnown(left) && isKnown(right);
  }

  private static int pair(byte first, byte second) {
    return ((first & 0xFF) << 8 | (second & 0xFF)) * FACTS;
  }

  private void lower(int index, int rank) {
    pairs[index] = Math.min(pairs[index], rank);
  }

  /// Whether a token of two bytes has been merged before anything was merged with it.
  private boolean isKnown(byte[] token) {
    return token.length != 2 || pairs[pair(token[0], token[1]) + BOTH] != NONE;
  }

  /// Puts the first tokens of the word `text[from, to)` into `ids` and returns their number.
  int split(byte[] text, int from, int to, int[] ids) {
    int size = 0;
    int at = from;
    while (at < to) {
      int rank = ordered && at + 1 < to ? certain(text, from, at, to) : NONE;
      if (rank != NONE) {
        ids[size++] = mergedIds[rank];
        at += 2;
        continue;
      }
      int id = byteIds[text[at] & 0xFF];
      if (id == BpeModel.MISSING) {
        return splitBytes(text, from, to, ids);
      }
      ids[size++] = id;
      at++;
    }
    return size;
  }

  /// Without merges, for what stands on both sides of a byte that is left out becomes neighbours.
  private int splitBytes(byte[] text, int from, int to, int[] ids) {
    int size = 0;
    for (int at = from; at < to; at++) {
      int id = byteIds[text[at] & 0xFF];
      if (id != BpeModel.MISSING) {
        ids[size++] = id;
      }
    }
    return size;
  }

  /// The rank of merging the bytes at `at` and after, when nothing can come before it.
  private int certain(byte[] text, int from, int at, int to) {
    int rank = pairs[pair(text[at], text[at + 1]) + BOTH];
    if (at > from && pairs[pair(text[at - 1], text[at]) + AS_RIGHT] <= rank) {
      return NONE;
    }
    return at + 2 < to && pairs[pair(text[at + 1], text[at + 2]) + AS_LEFT] <= rank ? NONE : rank;
  }
}
