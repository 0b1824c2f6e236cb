package neox.python;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A regular expression with the syntax and the meaning of Python's `re` for strings: `\w`, `\d`,
/// `\s` and `\b` know all of Unicode, and only a line feed ends a line.
///
/// What Java's engine cannot say is refused: the flags `a`, `L` and `x`, and groups that depend on
/// another.
public final class PythonRegex {
  private static final Pattern REFERENCE =
      Pattern.compile("\\\\(?:g<(\\w+)>|([1-9]\\d?)|(\\\\)|([abfnrtv]))");
  private static final Map<String, String> ESCAPES =
      Map.of(
          "a", "\u0007", "b", "\b", "f", "\f", "n", "\n", "r", "\r", "t", "\t", "v", "\u000b");

  private final Pattern pattern;
  private final Map<String, Integer> names;

  private PythonRegex(Pattern pattern, Map<String, Integer> names) {
    this.pattern = pattern;
    this.names = names;
  }

  /// [java.util.regex.PatternSyntaxException] when the expression is none.
  public static PythonRegex compile(String regex) {
    RegexTranslator translator = new RegexTranslator(regex);
    Pattern pattern = Pattern.compile(translator.translate(), Pattern.UNIX_LINES);
    return new PythonRegex(pattern, translator.names());
  }

  /// The same for Java's engine; groups have their numbers, not their names.
  public Pattern pattern() {
    return pattern;
  }

  /// `re.sub(pattern, template, text)`; [IllegalArgumentException] when the template refers to a
  /// group that is not there.
  public String replaceAll(String text, String template) {
    return replace(text, template, 0);
  }

  /// `re.sub` with at most `count` replacements; 0 or less for any number.
  public String replace(CharSequence text, String template, int count) {
    Matcher matcher = pattern.matcher(text);
    StringBuilder out = new StringBuilder();
    for (int i = 0; (count <= 0 || i < count) && matcher.find(); i++) {
      matcher.appendReplacement(out, Matcher.quoteReplacement(expand(template, matcher)));
    }
    return matcher.appendTail(out).toString();
  }

  private String expand(String template, MatchResult match) {
    return REFERENCE
        .matcher(template)
        .replaceAll(reference -> Matcher.quoteReplacement(part(reference, match)));
  }

  private String part(MatchResult reference, MatchResult match) {
    if (reference.group(3) != null) {
      return "\\";
    }
    if (reference.group(4) != null) {
      return ESCAPES.getOrDefault(reference.group(4), "");
    }
    String group = Optional.ofNullable(reference.group(1)).orElseGet(() -> reference.group(2));
    int number = names.containsKey(group) ? names.get(group) : number(group);
    if (number < 0 || number > match.groupCount()) {
      throw new IllegalArgumentException("no such group: " + group);
    }
    return Optional.ofNullable(match.group(number)).orElse("");
  }

  private static int number(String group) {
    return group.chars().allMatch(c -> c >= '0' && c <= '9') ? Integer.parseInt(group) : -1;
  }

  /// `re.findall(pattern, text)`: for every match its groups, or all of it where the pattern has
  /// none. A group that took no part is empty.
  public List<List<String>> findAll(String text) {
    List<List<String>> found = new ArrayList<>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      List<String> groups = new ArrayList<>();
      for (int i = matcher.groupCount() == 0 ? 0 : 1; i <= matcher.groupCount(); i++) {
        groups.add(Optional.ofNullable(matcher.group(i)).orElse(""));
      }
      found.add(groups);
    }
    return found;
  }

  /// `re.escape(text)`
  public static String escape(String text) {
    StringBuilder escaped = new StringBuilder();
    text.codePoints()
        .forEach(c -> {
          boolean special = c < 128 && "\t\n\u000b\f\r #$&()*+-.?[\\]^{|}~".indexOf(c) >= 0;
          escaped.append(special ? "\\" : "").appendCodePoint(c);
        });
    return escaped.toString();
  }
}
