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

  /// The ranks of merging two bytes, by `first * 256 + second`.
  private final int[] ranks = none();

  /// The lowest rank of merging something that ends in a byte with a second byte.
  private final int[] asRight = none();

  /// The lowest rank of merging a byte with something that starts with a second byte.
  private final int[] asLeft = none();

  /// Whether no merge of a merged pair ranks before that of the pair.
  private boolean ordered = true;

  /// @param byteIds the token of each byte, or [BpeModel#MISSING]
  /// @param mergedIds what each merge makes, by rank
  FirstMerges(int[] byteIds, int[] mergedIds) {
    this.byteIds = byteIds;
    this.mergedIds = mergedIds;
  }

  private static int[] none() {
    int[] table = new int[BYTES * BYTES];
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
    int last = left[left.length - 1] & 0xFF;
    int first = right[0] & 0xFF;
    if (right.length == 1) {
      lower(asRight, last << 8 | first, rank);
    }
    if (left.length == 1) {
      lower(asLeft, last << 8 | first, rank);
    }
    if (left.length == 1 && right.length == 1) {
      // The merge that counts is the last of several for the same pair.
      ordered &= ranks[last << 8 | first] == NONE;
      ranks[last << 8 | first] = rank;
    }
    ordered &= isKnown(left) && isKnown(right);
  }

  private static void lower(int[] table, int index, int rank) {
    table[index] = Math.min(table[index], rank);
  }

  /// Whether a token of two bytes has been merged before anything was merged with it.
  private boolean isKnown(byte[] token) {
    return token.length != 2 || ranks[(token[0] & 0xFF) << 8 | (token[1] & 0xFF)] != NONE;
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
    int b = text[at] & 0xFF;
    int c = text[at + 1] & 0xFF;
    int rank = ranks[b << 8 | c];
    if (at > from && asRight[(text[at - 1] & 0xFF) << 8 | b] <= rank) {
      return NONE;
    }
    return at + 2 < to && asLeft[c << 8 | (text[at + 2] & 0xFF)] <= rank ? NONE : rank;
  }
}
