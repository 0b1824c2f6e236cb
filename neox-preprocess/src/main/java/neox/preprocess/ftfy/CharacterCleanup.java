package neox.preprocess.ftfy;

import java.text.Normalizer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Gives characters their plain forms: C1 controls, ligatures, widths, quotes, line breaks, lone
/// surrogates, terminal escapes, control characters and Unicode's composed form, in this order.
final class CharacterCleanup {
  private static final char ESCAPE = '\u001b';
  private static final Pattern TERMINAL_ESCAPE = Pattern.compile("\u001b\\[[\\p{Nd};]*+[a-zA-Z]");
  private static final char LONE_SURROGATE = '\ufffd';
  private static final char FIRST_COMBINING = '\u0300';
  private static final int[][] REMOVED = {
    {0x00, 0x08},
    {0x0b, 0x0b},
    {0x0e, 0x1f},
    {0x7f, 0x7f},
    {0x206a, 0x206f}, // deprecated controls of Arabic
    {0xfeff, 0xfeff}, // the byte order mark
    {0xfff9, 0xfffc}, // annotations, embedded objects
  };

  private final CharacterMap plainForms;
  private final CharacterMap removals;

  CharacterCleanup(Tables tables, Charmap western) {
    this.plainForms =
        controls(western).then(ligaturesAndWidths(tables)).then(quotes()).then(lineBreaks());
    this.removals = removals();
  }

  String clean(String text) {
    // no other rule makes or takes a carriage return, so this one may come first
    String result = text.indexOf('\r') < 0 ? text : text.replace("\r\n", "\n").replace('\r', '\n');
    result = replaceLoneSurrogates(plainForms.apply(result));
    if (result.indexOf(ESCAPE) >= 0) {
      result = TERMINAL_ESCAPE.matcher(result).replaceAll("");
    }
    return compose(removals.apply(result));
  }

  private static CharacterMap controls(Charmap western) {
    Map<Character, String> map = new TreeMap<>();
    for (char c = 0x80; c <= 0x9f; c++) {
      map.put(c, String.valueOf(western.decodeHigh(c)));
    }
    return new CharacterMap(map);
  }

  private static CharacterMap ligaturesAndWidths(Tables tables) {
    Map<Character, String> map = new TreeMap<>();
    for (List<String> row : tables.rows("replace")) {
      map.put(
          Tables.characters(row.subList(0, 1)).charAt(0),
          Tables.characters(row.subList(1, row.size())));
    }
    return new CharacterMap(map);
  }

  private static CharacterMap quotes() {
    Map<Character, String> map = new TreeMap<>();
    "\u02bc\u2018\u2019\u201a\u201b".chars().forEach(c -> map.put((char) c, "'"));
    "\u201c\u201d\u201e\u201f".chars().forEach(c -> map.put((char) c, "\""));
    return new CharacterMap(map);
  }

  private static CharacterMap lineBreaks() {
    return new CharacterMap(Map.of('\u2028', "\n", '\u2029', "\n"));
  }

  private static CharacterMap removals() {
    Map<Character, String> map = new TreeMap<>();
    for (int[] range : REMOVED) {
      for (int c = range[0]; c <= range[1]; c++) {
        map.put((char) c, "");
      }
    }
    return new CharacterMap(map);
  }

  private static String replaceLoneSurrogates(String text) {
    StringBuilder out = null;
    for (int i = 0; i < text.length(); i++) {
      if (!Character.isSurrogate(text.charAt(i))) {
        continue;
      }
      if (Character.isSupplementaryCodePoint(text.codePointAt(i))) {
        i++;
        continue;
      }
      out = out == null ? new StringBuilder(text) : out;
      out.setCharAt(i, LONE_SURROGATE);
    }
    return out == null ? text : out.toString();
  }

  private static String compose(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= FIRST_COMBINING) { // all below are composed, and apart
        return Normalizer.normalize(text, Normalizer.Form.NFC);
      }
    }
    return text;
  }
}
