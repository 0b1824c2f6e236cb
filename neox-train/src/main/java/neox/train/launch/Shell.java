package neox.train.launch;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import neox.base.UserException;
import neox.base.text.ShellWord;

/// Words as a POSIX shell reads and writes them.
final class Shell {
  private static final Pattern WORD =
      Pattern.compile("(?:[^\\s'\"\\\\]|\\\\.|'[^']*'|\"(?:[^\"\\\\]|\\\\.)*\")+");
  private static final Pattern PART =
      Pattern.compile("\\\\(.)|'([^']*)'|\"((?:[^\"\\\\]|\\\\.)*)\"|([^\\s'\"\\\\]+)");

  /// One word, in quotes where it needs them.
  static String quoted(String word) {
    return ShellWord.quoted(word);
  }

  /// Words as a line that a shell splits into the same words.
  static String line(List<String> words) {
    return String.join(" ", words.stream().map(Shell::quoted).toList());
  }

  /// A value inside double quotes, where it means itself.
  static String inDoubleQuotes(String value) {
    return "\"" + value.replaceAll("[\"\\\\$`]", "\\\\$0") + "\"";
  }

  /// The words of a line.
  static List<String> words(String key, String line) {
    List<String> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(line);
    int end = 0;
    while (matcher.find()) {
      requireBlank(key, line, line.substring(end, matcher.start()));
      end = matcher.end();
      StringBuilder word = new StringBuilder();
      PART.matcher(matcher.group())
          .results()
          .forEach(part -> {
            for (int i = 1; i <= part.groupCount(); i++) {
              String text = part.group(i);
              if (text != null) {
                word.append(i == 3 ? text.replaceAll("\\\\([\"\\\\$`])", "$1") : text);
              }
            }
          });
      words.add(word.toString());
    }
    requireBlank(key, line, line.substring(end));
    return words;
  }

  private static void requireBlank(String key, String line, String between) {
    if (!between.isBlank()) {
      throw UserException.of("%s: a quote is not closed in: %s", key, line);
    }
  }

  private Shell() {}
}
