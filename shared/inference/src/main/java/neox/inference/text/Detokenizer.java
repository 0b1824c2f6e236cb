package neox.inference.text;

import java.util.Arrays;
import java.util.Optional;
import neox.tokenizer.TokenBuffer;
import neox.tokenizer.Tokenizer;

/// The text of tokens that come one by one, in whole characters: put together, the pieces are what
/// the tokenizer makes of all tokens at once. Mutable.
///
/// What a token reads as depends on the tokens around it: bytes of one character may lie in
/// several, and some tokenizers drop the space of the first. Decoded are therefore the last tokens
/// that had a text, and what came since.
public final class Detokenizer {
  private static final String REPLACEMENT = "\uFFFD";

  /// Tokens of a text before that are enough to tell how the next one reads.
  private static final int CONTEXT = 16;

  private final Tokenizer tokenizer;
  private TokenBuffer window = new TokenBuffer();

  /// How many tokens of the window come before the last whole character.
  private int context;

  /// How many characters of the window's text are given away.
  private int written;

  private Detokenizer(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /// Of tokens that are a text of their own.
  public static Detokenizer of(Tokenizer tokenizer) {
    return new Detokenizer(tokenizer);
  }

  /// Of tokens that go on where others end, a prompt's for example: a space between the two, which
  /// some tokenizers keep in the first token, is not lost.
  public static Detokenizer after(int[] before, Tokenizer tokenizer) {
    Detokenizer detokenizer = new Detokenizer(tokenizer);
    detokenizer.window.add(before, Math.max(0, before.length - CONTEXT), before.length);
    String text = detokenizer.text();
    detokenizer.written = whole(text);
    detokenizer.slide(text);
    return detokenizer;
  }

  /// What can be read now that this token has come; empty in the middle of a character.
  public String add(int token) {
    window.add(token);
    return isByte(token) ? "" : take(whole(text()));
  }

  /// What is left when no token follows: of a character that was begun, U+FFFD.
  public String end() {
    return take(Integer.MAX_VALUE);
  }

  private String take(int most) {
    String text = text();
    int end = Math.min(most, text.length());
    if (end <= written) {
      return "";
    }
    String piece = text.substring(written, end);
    written = end;
    slide(text);
    return piece;
  }

  private String text() {
    return tokenizer.decode(window.toArray());
  }

  /// Where a text ends in the middle of a character, its decoder has put U+FFFD.
  private static int whole(String text) {
    return text.endsWith(REPLACEMENT) ? text.length() - REPLACEMENT.length() : text.length();
  }

  /// Decoders that know bytes as `<0x0A>` read a run of them as a whole: it may be text or not.
  private boolean isByte(int token) {
    Optional<String> spelled = tokenizer.token(token);
    return spelled
        .filter(s -> s.length() == 6 && s.startsWith("<0x") && s.endsWith(">"))
        .isPresent();
  }

  /// Forgets what no longer tells how the next token reads, once all text is given away.
  private void slide(String text) {
    if (written < text.length()) {
      return;
    }
    int[] recent = Arrays.copyOfRange(window.array(), context, window.size());
    String alone = tokenizer.decode(recent);
    if (alone.isEmpty()) {
      return; // perhaps a space that is dropped because nothing comes before it
    }
    window.clear();
    window.add(recent, 0, recent.length);
    context = recent.length;
    written = alone.length();
  }
}
