package neox.tokenizer.model;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.IntConsumer;
import neox.tokenizer.text.Utf8;
import neox.tokenizer.vocabulary.Vocabulary;

/// A word is the longest token that begins it, then the longest one that goes on, and so forth
/// (arXiv:1609.08144); unknown as a whole when that leads nowhere.
///
/// @param prefix how tokens begin that go on with a word
/// @param maxCharacters a longer word is unknown
record WordPiece(Vocabulary vocabulary, Unknown unknown, String prefix, int maxCharacters)
    implements WordModel {
  @Override
  public void tokenize(String word, IntConsumer out) {
    if (word.codePointCount(0, word.length()) > maxCharacters) {
      out.accept(unknown.idFor(word));
      return;
    }
    byte[] mark = prefix.getBytes(StandardCharsets.UTF_8);
    byte[] utf8 = (prefix + word).getBytes(StandardCharsets.UTF_8);
    int[] ids = new int[utf8.length];
    int size = 0;
    int from = mark.length;
    while (from < utf8.length) {
      // The first token stands as it is, the others behind the prefix.
      int begin = from == mark.length ? from : from - mark.length;
      System.arraycopy(mark, 0, utf8, from - mark.length, mark.length);
      int to = utf8.length;
      while (to > from && vocabulary.id(utf8, begin, to) == Vocabulary.MISSING) {
        to = Utf8.previous(utf8, from, to);
      }
      if (to == from) {
        out.accept(unknown.idFor(word));
        return;
      }
      ids[size++] = vocabulary.id(utf8, begin, to);
      from = to;
    }
    Arrays.stream(ids, 0, size).forEach(out);
  }
}
