package neox.tokenizer.regex;

import java.lang.Character.UnicodeScript;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import neox.tokenizer.text.CharacterSets;
import neox.tokenizer.text.CodePoints;

/// The `\p{…}` that mean the same set in Oniguruma and in the JDK.
final class CharacterProperty {
  private static final Set<String> CATEGORIES =
      Set.of(
          "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P",
          "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl",
          "Zp", "C", "Cc", "Cf", "Cn", "Co");

  private static final Set<String> SCRIPTS =
      Set.of(
          "Han",
          "Latin",
          "Hiragana",
          "Katakana",
          "Hangul",
          "Arabic",
          "Cyrillic",
          "Greek",
          "Thai",
          "Hebrew",
          "Devanagari");

  static Optional<CodePoints> of(String name) {
    if (CATEGORIES.contains(name)) {
      return Optional.of(CharacterSets.category(name));
    }
    if (SCRIPTS.contains(name)) {
      return Optional.ofNullable(Scripts.SETS.get(UnicodeScript.forName(name).name()));
    }
    return switch (name) {
      case "Alphabetic" -> Optional.of(Scripts.ALPHABETIC);
      case "White_Space" -> Optional.of(CharacterSets.SPACE);
      default -> Optional.empty();
    };
  }

  /// Made only when they are needed: that takes a while.
  private static final class Scripts {
    private static final Map<String, CodePoints> SETS =
        CodePoints.grouped(c -> UnicodeScript.of(c).name());

    private static final CodePoints ALPHABETIC = CodePoints.of(Character::isAlphabetic);
  }

  private CharacterProperty() {}
}
