package neox.tokenizer.added;

import static neox.tokenizer.added.AddedToken.Trait.LSTRIP;
import static neox.tokenizer.added.AddedToken.Trait.NORMALIZED;
import static neox.tokenizer.added.AddedToken.Trait.RSTRIP;
import static neox.tokenizer.added.AddedToken.Trait.SINGLE_WORD;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import neox.base.UserException;
import neox.tokenizer.text.ByteTrie;
import neox.tokenizer.text.CharacterClass;
import neox.tokenizer.text.CharacterSets;
import neox.tokenizer.text.Utf8;

/// Cuts added tokens out of a text: leftmost first, the longest where several start together.
///
/// The tokens are kept as a trie over UTF-8 bytes. Immutable.
public final class AddedTokens {
  private final List<AddedToken> tokens;
  private final PairFinder finder;
  private final ByteTrie trie;

  /// Receives a text's pieces in order.
  public interface Pieces {
    void text(byte[] text, int from, int to);

    void token(int id);
  }

  /// Those of the tokens that are looked for in the text as it stands.
  public static AddedTokens raw(List<AddedToken> tokens) {
    List<AddedToken> raw = tokens.stream().filter(token -> !token.is(NORMALIZED)).toList();
    return new AddedTokens(raw, UnaryOperator.identity());
  }

  /// Those that are looked for in the text after its normalization.
  ///
  /// @param normalizer what the text will have gone through when it is searched
  public static AddedTokens normalized(List<AddedToken> tokens, UnaryOperator<String> normalizer) {
    List<AddedToken> normalized = tokens.stream().filter(token -> token.is(NORMALIZED)).toList();
    return new AddedTokens(normalized, normalizer);
  }

  /// @param tokens the tokens to look for; of two with equal patterns the first counts
  /// @param normalizer what the text will have gone through when it is searched
  private AddedTokens(List<AddedToken> tokens, UnaryOperator<String> normalizer) {
    this.tokens = List.copyOf(tokens);
    List<byte[]> patterns = new ArrayList<>();
    for (AddedToken token : tokens) {
      patterns.add(normalizer.apply(token.content()).getBytes(StandardCharsets.UTF_8));
    }
    finder = new PairFinder(patterns);
    trie = new ByteTrie(patterns);
  }

  public boolean isEmpty() {
    return tokens.isEmpty();
  }

  /// Hands the pieces of `text[from, to)` to `pieces`; no piece of text is empty.
  public void split(byte[] text, int from, int to, Pieces pieces) {
    int done = from;
    for (int at = finder.next(text, from, to); at < to; at = finder.next(text, at, to)) {
      long match = trie.longest(text, at, to);
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
      if (start > end) {
        throw UserException.of(
            "the added token \"%s\" stands in white space that another one swallows;"
                + " HuggingFace tokenizers fail at such a text too",
            token.content());
      }
      if (done < start) {
        pieces.text(text, done, start);
      }
      if (start < end) {
        pieces.token(token.id());
      }
      done = end;
    }
    if (done < to) {
      pieces.text(text, done, to);
    }
  }

  private static boolean touchesWord(byte[] text, int from, int start, int end, int to) {
    return (start > from && isWord(Utf8.codePoint(text, Utf8.previous(text, from, start), start)))
        || (end < to && isWord(Utf8.codePoint(text, end, to)));
  }

  private static boolean isWord(int codePoint) {
    return CharacterSets.WORD.contains(codePoint);
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
