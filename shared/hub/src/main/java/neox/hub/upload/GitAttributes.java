package neox.hub.upload;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a `.gitattributes` says about which files go to the large file storage: lines of a pattern
/// and attributes, of which the last that fits a path counts (gitattributes(5)).
///
/// @param rules in their order
record GitAttributes(List<Rule> rules) {
  static final String FILE = ".gitattributes";
  private static final String LARGE = "filter=lfs";

  /// Longer ones git does not read.
  private static final int MAX_LINE_BYTES = 2048;

  private static final Pattern LEADING = Pattern.compile("^[ \t\r]+");
  private static final Pattern BLANKS = Pattern.compile("[ \t\r]+");
  private static final Pattern ATTRIBUTE =
      Pattern.compile("[-!]?[A-Za-z0-9_.][-A-Za-z0-9_.]*(=.*)?", Pattern.DOTALL);
  private static final Pattern ESCAPE = Pattern.compile("\\\\([0-3][0-7]{2}|[abfnrtv\\\\\"])");
  private static final Pattern QUOTED =
      Pattern.compile("\"(?:[^\"\\\\]|" + ESCAPE.pattern() + ")*+\"");

  /// @param large whether files that fit go to the large file storage
  record Rule(GitPattern pattern, boolean large) {}

  GitAttributes {
    rules = List.copyOf(rules);
  }

  /// Reads a file of whatever bytes; what git does not understand is no rule.
  static GitAttributes parse(byte[] content) {
    List<Rule> rules = new ArrayList<>();
    for (String line : new String(content, StandardCharsets.ISO_8859_1).split("\n", -1)) {
      if (line.length() < MAX_LINE_BYTES) {
        rule(LEADING.matcher(line).replaceFirst("")).ifPresent(rules::add);
      }
    }
    return new GitAttributes(rules);
  }

  private static Optional<Rule> rule(String line) {
    Quoted quoted = Quoted.parse(line);
    String first = quoted.text();
    if (line.startsWith("#") || line.startsWith("[attr]") || first.startsWith("!")) {
      return Optional.empty();
    }
    List<String> words =
        BLANKS.splitAsStream(line.substring(quoted.end())).filter(word -> !word.isEmpty()).toList();
    if (!words.stream().allMatch(word -> ATTRIBUTE.matcher(word).matches())) {
      return Optional.empty();
    }
    return words.stream()
        .filter(word -> word.startsWith("filter=") || word.matches("[-!]?filter"))
        .reduce((before, last) -> last)
        .map(filter -> new Rule(new GitPattern(first), filter.equals(LARGE)));
  }

  /// The first word of a line, which in quotes may hold blanks, as C writes strings.
  ///
  /// @param end where the rest of the line begins
  private record Quoted(String text, int end) {
    static Quoted parse(String line) {
      Matcher quoted = QUOTED.matcher(line);
      if (quoted.lookingAt()) {
        String inside = line.substring(1, quoted.end() - 1);
        return new Quoted(
            ESCAPE.matcher(inside).replaceAll(e -> Matcher.quoteReplacement(character(e.group(1)))),
            quoted.end());
      }
      Matcher blank = BLANKS.matcher(line);
      int end = blank.find() ? blank.start() : line.length();
      return new Quoted(line.substring(0, end), end);
    }

    private static String character(String escaped) {
      int simple = "abfnrtv".indexOf(escaped);
      if (simple >= 0) {
        return "\007\b\f\n\r\t\013".substring(simple, simple + 1);
      }
      return escaped.length() == 3 ? Character.toString(Integer.parseInt(escaped, 8)) : escaped;
    }
  }

  /// Whether the file at a path goes to the large file storage.
  boolean isLarge(String path) {
    return rules.stream()
        .filter(rule -> rule.pattern.fits(path))
        .reduce((first, last) -> last)
        .map(Rule::large)
        .orElse(false);
  }
}
