package neox.tokenizer.training;

import java.util.Arrays;
import neox.tokenizer.text.ByteStringTable;

/// How often each word occurs in a corpus.
///
/// Words are numbered in the order of their first appearance.
final class WordCounts {
  private final ByteStringTable words = new ByteStringTable();
  private long[] counts = new long[1 << 12];

  /// Counts one more occurrence of the word `text[from, to)`.
  void add(byte[] text, int from, int to) {
    int word = words.add(text, from, to);
    if (word == counts.length) {
      counts = Arrays.copyOf(counts, word * 2);
    }
    counts[word]++;
  }

  int size() {
    return words.strings().size();
  }

  long count(int word) {
    return counts[word];
  }

  /// The bytes of all words, one after the other; a word is `[start, end)`.
  byte[] pool() {
    return words.strings().pool();
  }

  int start(int word) {
    return words.strings().start(word);
  }

  int end(int word) {
    return words.strings().end(word);
  }
}
