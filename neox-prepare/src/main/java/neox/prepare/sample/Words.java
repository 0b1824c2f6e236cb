package neox.prepare.sample;

import java.util.List;
import java.util.Locale;

/// English agreement.
final class Words {
  static String capital(String word) {
    return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
  }

  /// `a drum`, `an owl`.
  static String a(String noun) {
    return ("aeiou".indexOf(noun.charAt(0)) >= 0 ? "an " : "a ") + noun;
  }

  /// `one plum`, `four plums`.
  static String count(int number, String noun) {
    return World.NUMBERS.get(number) + " " + noun + (number == 1 ? "" : "s");
  }

  /// `a cup, a ring and a kite`.
  static String list(List<String> words) {
    int last = words.size() - 1;
    return last == 0
        ? words.getFirst()
        : String.join(", ", words.subList(0, last)) + " and " + words.get(last);
  }

  private Words() {}
}
