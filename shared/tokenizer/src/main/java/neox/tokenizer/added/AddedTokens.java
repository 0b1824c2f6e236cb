package neox.tokenizer.added;

import static neox.tokenizer.added.AddedToken.Trait.LSTRIP;
import static neox.tokenizer.added.AddedToken.Trait.RSTRIP;
import static neox.tokenizer.added.AddedToken.Trait.SINGLE_WORD;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import neox.tokenizer.text.CharacterClass;
import neox.tokenizer.text.Utf8;

/// Cuts added tokens out of a text: leftmost first, the longest where several start together.
///
/// The tokens are kept as a trie over UTF-8 bytes. Immutable.
public final class AddedTokens {
  private final List<AddedToken> tokens;
  private final PairFinder finder;
  private final PairTable trie;

  /// The index into [#tokens] of the token that ends at a trie node, or -1.
  private final int[] ends;

  /// Receives a text's pieces in order.
  public interface Pieces {
    void text(byte[] text, int from, int to);

    void token(int id);
  }

  /// @param tokens the tokens to look for; of two with equal patterns the first counts
  /// @param normalizer what the text will have gone through when it is searched
  public AddedTokens(List<AddedToken> tokens, UnaryOperator<String> normalizer) {
    this.tokens = List.copyOf(tokens);
    List<byte[]> patterns = new ArrayList<>();
    int bytes = 1;
    for (AddedToken token : tokens) {
      byte[] pattern = normalizer.apply(token.content()).getBytes(StandardCharsets.UTF_8);
      patterns.add(pattern);
      bytes += pattern.length;
    }
    finder = new PairFinder(patterns);
    trie = new PairTable(bytes);
    ends = new int[bytes];
    java.util.Arrays.fill(ends, -1);
    int nodes = 1;
    for (int i = 0; i < patterns.size(); i++) {
      byte[] pattern = patterns.get(i);
      int node = 0;
      for (byte b : pattern) {
        int child = trie.get(node, b & 0xFF);
        if (child == PairTable.NONE) {
          child = nodes++;
          trie.put(node, b & 0xFF, child);
        }
        node = child;
      }
      if (ends[node] < 0) {
        ends[node] = i;
      }
    }
  }

  public boolean isEmpty() {
    return tokens.isEmpty();
  }

  /// Hands the pieces of `text[from, to)` to `pieces`; no piece of text is empty.
  public void split(byte[] text, int from, int to, Pieces pieces) {
    int done = from;
    for (int at = finder.next(text, from, to); at < to; at = finder.next(text, at, to)) {
      long match = longest(text, at, to);
      if (match < 0) {
        at++;
        continue;
      }
      AddedToken token = tokens.get((int) (match >>> 32));
      int start = at;
      int end = (int) match;
      at = end;
      if (token.is(SINGLE_WORD) && touchesWord(text, from, start, end, to)) {
        continue;
      }
      if (token.is(LSTRIP)) {
        start = Math.max(done, spacesBefore(text, from, start));
      }
      if (token.is(RSTRIP)) {
        end = spacesAfter(text, end, to);
      }
      if (done < start) {
        pieces.text(text, done, start);
      }
      pieces.token(token.id());
      done = end;
    }
    if (done < to) {
      pieces.text(text, done, to);
    }
  }

  /// The longest token that starts at `from` as `index << 32 | end`, or -1.
  private long longest(byte[] text, int from, int to) {
    long match = -1;
    int node = 0;
    for (int at = from; at < to; at++) {
      node = trie.get(node, text[at] & 0xFF);
      if (node == PairTable.NONE) {
        break;
      }
      if (ends[node] >= 0) {
        match = (long) ends[node] << 32 | at + 1;
      }
    }
    return match;
  }

  private static boolean touchesWord(byte[] text, int from, int start, int end, int to) {
    return (start > from && isWord(Utf8.codePoint(text, Utf8.previous(text, from, start), start)))
        || (end < to && isWord(Utf8.codePoint(text, end, to)));
  }

  /// `\w` of Unicode: UTS 18, annex C.
  private static boolean isWord(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.NON_SPACING_MARK,
          Character.ENCLOSING_MARK,
          Character.COMBINING_SPACING_MARK,
          Character.DECIMAL_DIGIT_NUMBER,
          Character.CONNECTOR_PUNCTUATION ->
          true;
      default -> Character.isAlphabetic(codePoint) || codePoint == 0x200C || codePoint == 0x200D;
    };
  }

  private static boolean isSpace(byte[] text, int at, int to) {
    return CharacterClass.of(Utf8.codePoint(text, at, to)) == CharacterClass.SPACE;
  }

  private static int spacesBefore(byte[] text, int from, int start) {
    int at = start;
    while (at > from) {
      int before = Utf8.previous(text, from, at);
      if (!isSpace(text, before, at)) {
        break;
      }
      at = before;
    }
    return at;
  }

  private static int spacesAfter(byte[] text, int end, int to) {
    int at = end;
    while (at < to && isSpace(text, at, to)) {
      at += Utf8.length(text[at]);
    }
    return at;
  }
}
