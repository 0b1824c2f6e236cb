package neox.tokenizer.vocabulary;

import java.nio.charset.StandardCharsets;
import neox.tokenizer.text.ByteStrings;

/// The merges of a model as its file spells them, in order of preference.
///
/// The halves of each stand one after the other in one array of bytes, so that what they make
/// stands there too. Filled once, then read by all threads.
public final class Merges {
  private final ByteStrings halves = new ByteStrings();

  /// Adds the merge of two tokens.
  public void add(String left, String right) {
    byte[] both = (left + " " + right).getBytes(StandardCharsets.UTF_8);
    add(both, 0, left.getBytes(StandardCharsets.UTF_8).length, both.length);
  }

  /// Adds the merge of `utf8[from, space)` and what follows the space, up to `to`.
  public void add(byte[] utf8, int from, int space, int to) {
    halves.add(utf8, from, space);
    halves.add(utf8, space + 1, to);
  }

  /// How many merges there are.
  public int size() {
    return halves.size() / 2;
  }

  /// The UTF-8 of all merges.
  public byte[] text() {
    return halves.pool();
  }

  /// Where the left half of a merge starts in [#text].
  public int start(int rank) {
    return halves.start(2 * rank);
  }

  /// Where its left half ends, and the right one starts.
  public int middle(int rank) {
    return halves.end(2 * rank);
  }

  /// Where its right half ends.
  public int end(int rank) {
    return halves.end(2 * rank + 1);
  }

  /// The left half of a merge.
  public String left(int rank) {
    return halves.text(2 * rank);
  }

  /// The right half of a merge.
  public String right(int rank) {
    return halves.text(2 * rank + 1);
  }
}
