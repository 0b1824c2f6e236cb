package neox.preprocess.ftfy;

import java.util.Map;
import java.util.TreeMap;

/// Replaces single characters of the basic plane by strings, and hands back the text itself when
/// there is nothing to replace.
final class CharacterMap {
  private final Map<Character, String> replacements;
  private final char[] index = new char[Character.MAX_VALUE + 1]; // 0: the character stays
  private final String[] byIndex;

  CharacterMap(Map<Character, String> replacements) {
    this.replacements = Map.copyOf(replacements);
    this.byIndex = new String[replacements.size() + 1];
    int used = 0;
    for (Map.Entry<Character, String> entry : this.replacements.entrySet()) {
      byIndex[++used] = entry.getValue();
      index[entry.getKey()] = (char) used;
    }
  }

  /// This map first, then the other one.
  CharacterMap then(CharacterMap next) {
    Map<Character, String> both = new TreeMap<>(next.replacements);
    replacements.forEach((character, text) -> both.put(character, next.apply(text)));
    return new CharacterMap(both);
  }

  String apply(String text) {
    int at = 0;
    while (at < text.length() && index[text.charAt(at)] == 0) {
      at++;
    }
    if (at == text.length()) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length()).append(text, 0, at);
    for (; at < text.length(); at++) {
      char c = text.charAt(at);
      if (index[c] == 0) {
        out.append(c);
      } else {
        out.append(byIndex[index[c]]);
      }
    }
    return out.toString();
  }
}
