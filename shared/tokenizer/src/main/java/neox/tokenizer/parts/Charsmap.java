package neox.tokenizer.parts;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import neox.base.UserException;

/// SentencePiece's compiled table of normalizations: a double-array trie from bytes to places among
/// the texts that replace them, each of which ends in a zero. Every step through it is checked.
public final class Charsmap {
  private static final Pattern GRAPHEME = Pattern.compile("\\X");

  /// HuggingFace looks up a grapheme as a whole only when it is shorter than this.
  private static final int LONG_GRAPHEME = 6;

  private static final int LABEL = 0x8000_00FF;
  private static final int VALUE = 0x7FFF_FFFF;
  private static final long NONE = -1;
  private static final String DAMAGED = ": the table of normalizations is damaged";

  private final byte[] table;
  private final int[] units;
  private final byte[] texts;
  private final String where;

  /// Receives characters and where in the text they come from.
  public interface Sink {
    void put(String characters, int from);
  }

  private Charsmap(byte[] table, int[] units, byte[] texts, String where) {
    this.table = table;
    this.units = units;
    this.texts = texts;
    this.where = where;
  }

  /// Reads a table from its text in base64.
  ///
  /// @param where names the part in errors
  static Charsmap ofBase64(String encoded, String where) {
    try {
      return of(Base64.getDecoder().decode(encoded), where);
    } catch (IllegalArgumentException e) {
      throw new UserException(where + DAMAGED, e);
    }
  }

  /// Reads a table.
  ///
  /// @param where names the part in errors
  public static Charsmap of(byte[] table, String where) {
    ByteBuffer bytes = ByteBuffer.wrap(table);
    bytes.order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.remaining() < Integer.BYTES) {
      throw damaged(where);
    }
    int size = bytes.getInt();
    if (size <= 0 || size > bytes.remaining() || size % Integer.BYTES != 0) {
      throw damaged(where);
    }
    int[] units = new int[size / Integer.BYTES];
    for (int i = 0; i < units.length; i++) {
      units[i] = bytes.getInt();
    }
    byte[] texts = new byte[bytes.remaining()];
    bytes.get(texts);
    return new Charsmap(table.clone(), units, texts, where);
  }

  /// The table as it was read: the `precompiled_charsmap` of a normalizer.
  public byte[] table() {
    return table.clone();
  }

  private static UserException damaged(String where) {
    return new UserException(where + DAMAGED);
  }

  /// Hands over what becomes of a text, grapheme by grapheme, and tells whether that is the text.
  boolean apply(String text, Sink sink) {
    boolean same = true;
    Matcher graphemes = GRAPHEME.matcher(text);
    int at = 0;
    while (at < text.length()) {
      int end = isAlone(text, at) ? at + 1 : graphemes.find(at) ? graphemes.end() : text.length();
      String grapheme = text.substring(at, end);
      Optional<String> whole =
          utf8(grapheme).length < LONG_GRAPHEME ? replacement(grapheme) : Optional.empty();
      if (whole.isPresent()) {
        sink.put(whole.get(), at);
        same = false;
      } else {
        same &= each(grapheme, at, sink);
      }
      at = end;
    }
    return same;
  }

  /// Whether the character at a place is a grapheme of its own: one of ASCII before another.
  private static boolean isAlone(String text, int at) {
    return text.charAt(at) < 0x80
        && text.charAt(at) != '\r'
        && at + 1 < text.length()
        && text.charAt(at + 1) < 0x80;
  }

  private boolean each(String grapheme, int from, Sink sink) {
    boolean same = true;
    for (int at = 0; at < grapheme.length(); ) {
      String character = Character.toString(grapheme.codePointAt(at));
      Optional<String> replacement = replacement(character);
      sink.put(replacement.orElse(character), from + at);
      same &= replacement.isEmpty();
      at += character.length();
    }
    return same;
  }

  /// What the shortest beginning of some characters that the table knows is replaced by.
  private Optional<String> replacement(String characters) {
    byte[] utf8 = utf8(characters);
    long match = match(utf8, 0, utf8.length, true);
    return match == NONE ? Optional.empty() : Optional.of(text((int) match));
  }

  /// The longest beginning of `text[from, to)` that the table knows.
  ///
  /// @param end where it ends
  /// @param text what it is replaced by
  public record Beginning(int end, String text) {}

  public Optional<Beginning> longest(byte[] text, int from, int to) {
    long match = match(text, from, to, false);
    return match == NONE
        ? Optional.empty()
        : Optional.of(new Beginning((int) (match >>> Integer.SIZE), text((int) match)));
  }

  /// Where a beginning ends, and below it the place of its replacement, or [#NONE].
  private long match(byte[] text, int from, int to, boolean shortest) {
    long match = NONE;
    int node = offset(units[0]);
    for (int at = from; at < to && text[at] != 0; at++) {
      int b = text[at] & 0xFF;
      node ^= b;
      int unit = unit(node);
      if ((unit & LABEL) != b) {
        break;
      }
      node ^= offset(unit);
      if ((unit >>> 8 & 1) == 1) {
        match = (long) (at + 1) << Integer.SIZE | (unit(node) & VALUE);
        if (shortest) {
          break;
        }
      }
    }
    return match;
  }

  private static int offset(int unit) {
    return (unit >>> 10) << ((unit & 1 << 9) >>> 6);
  }

  private int unit(int node) {
    if (node < 0 || node >= units.length) {
      throw damaged(where);
    }
    return units[node];
  }

  private String text(int from) {
    int to = from;
    while (to < texts.length && texts[to] != 0) {
      to++;
    }
    if (from > texts.length) {
      throw damaged(where);
    }
    try {
      ByteBuffer bytes = ByteBuffer.wrap(texts, from, to - from);
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw new UserException(where + DAMAGED, e);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
