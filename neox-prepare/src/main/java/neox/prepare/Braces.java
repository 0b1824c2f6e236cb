package neox.prepare;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// Ranges of numbers in braces: `part-{00..29}.txt` stands for thirty names.
final class Braces {
  private static final Pattern RANGE = Pattern.compile("\\{(\\d{1,9})\\.\\.(\\d{1,9})\\}");

  /// The names that a text stands for: itself, when it has no range. Numbers keep the width of the
  /// first.
  static List<String> expand(String text) {
    Matcher range = RANGE.matcher(text);
    if (!range.find()) {
      return List.of(text);
    }
    int width = range.group(1).length();
    String before = text.substring(0, range.start());
    String after = text.substring(range.end());
    return IntStream.rangeClosed(Integer.parseInt(range.group(1)), Integer.parseInt(range.group(2)))
        .mapToObj(number -> before + ("%0" + width + "d").formatted(number) + after)
        .toList();
  }

  private Braces() {}
}
