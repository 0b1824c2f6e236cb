package neox.tokenizer.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Classes of characters as HuggingFace tokenizers has them.
///
/// The library takes some from tables of Unicode 8 and 9, and one from Unicode 17; those are
/// recorded in a resource, as ranges. The others are the JDK's.
public final class CharacterSets {
  private static final String TABLE = "character-sets.txt";
  private static final Map<String, CodePoints> RECORDED = recorded();

  /// What `Punctuation` and `BertPreTokenizer` cut at.
  public static final CodePoints PUNCTUATION = recorded("punctuation");

  /// What `Digits` cuts out.
  public static final CodePoints NUMBER = recorded("number");

  /// What `StripAccents` removes.
  public static final CodePoints MARK = recorded("mark");

  /// What `BertNormalizer` removes as accents.
  public static final CodePoints NONSPACING_MARK = recorded("nonspacing");

  /// What `BertNormalizer` removes as no text.
  public static final CodePoints CONTROL = recorded("control");

  /// White space.
  public static final CodePoints SPACE =
      CodePoints.of(c -> CharacterClass.of(c) == CharacterClass.SPACE);

  /// `[\w]` of Oniguruma: what is part of a word.
  public static final CodePoints WORD_PART = CodePoints.of(CharacterSets::isWord);

  /// `\w` of Rust: with the joiners.
  public static final CodePoints WORD = WORD_PART.or(CodePoints.range(0x200C, 0x200D));

  /// `\w` of Oniguruma outside a class: with the numbers of Latin-1 that are no digits.
  public static final CodePoints ONIGURUMA_WORD =
      WORD_PART.or(CodePoints.of(c -> "\u00B2\u00B3\u00B9\u00BC\u00BD\u00BE".indexOf(c) >= 0));

  private static boolean isWord(int codePoint) {
    return Character.isAlphabetic(codePoint)
        || switch (Character.getType(codePoint)) {
          case Character.NON_SPACING_MARK,
              Character.ENCLOSING_MARK,
              Character.COMBINING_SPACING_MARK,
              Character.DECIMAL_DIGIT_NUMBER,
              Character.CONNECTOR_PUNCTUATION ->
              true;
          default -> false;
        };
  }

  /// The code points of a general category, such as `Lu`, or of all that begin with its letter.
  public static CodePoints category(String name) {
    List<CodePoints> sets = new ArrayList<>();
    Categories.SETS.forEach((category, set) -> {
      if (category.startsWith(name)) {
        sets.add(set);
      }
    });
    return CodePoints.union(sets);
  }

  /// Made only when they are needed: that takes a while.
  private static final class Categories {
    /// The names of categories by the numbers that [Character#getType(int)] gives them.
    private static final List<String> NAMES =
        List.of(
            "Cn", "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Me", "Mc", "Nd", "Nl", "No", "Zs", "Zl",
            "Zp", "Cc", "Cf", "", "Co", "Cs", "Pd", "Ps", "Pe", "Pc", "Po", "Sm", "Sc", "Sk", "So",
            "Pi", "Pf");

    private static final Map<String, CodePoints> SETS =
        CodePoints.grouped(c -> NAMES.get(Character.getType(c)));
  }

  private static CodePoints recorded(String name) {
    return Objects.requireNonNull(RECORDED.get(name), name);
  }

  private static Map<String, CodePoints> recorded() {
    Map<String, CodePoints> sets = new HashMap<>();
    try (InputStream in = CharacterSets.class.getResourceAsStream(TABLE)) {
      String table =
          new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.US_ASCII);
      for (String line : table.lines().toList()) {
        String[] words = line.split(" ", -1);
        List<CodePoints> ranges = new ArrayList<>();
        for (int i = 1; i < words.length; i++) {
          String[] range = words[i].split("-", -1);
          ranges.add(
              CodePoints.range(Integer.parseInt(range[0], 16), Integer.parseInt(range[1], 16)));
        }
        sets.put(words[0], CodePoints.union(ranges));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return sets;
  }

  private CharacterSets() {}
}
