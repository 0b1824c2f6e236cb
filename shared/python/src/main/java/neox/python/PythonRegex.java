package neox.python;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A regular expression with the syntax and the meaning of Python's `re` for strings: `\w`, `\d`,
/// `\s` and `\b` know all of Unicode, and only a line feed ends a line.
///
/// What Java's engine cannot say is refused: the flags `a`, `L` and `x`, and groups that depend on
/// another.
public final class PythonRegex {
  private final Pattern pattern;
  private final Pattern notEmpty;
  private final Map<String, Integer> names;

  private PythonRegex(String regex, Map<String, Integer> names) {
    this.pattern = Pattern.compile(regex, Pattern.UNIX_LINES);
    this.notEmpty = Pattern.compile("\\G(?:" + regex + ")(?!\\G)", Pattern.UNIX_LINES);
    this.names = names;
  }

  /// [java.util.regex.PatternSyntaxException] when the expression is none.
  public static PythonRegex compile(String regex) {
    RegexTranslator translator = new RegexTranslator(regex);
    String translated = translator.translate();
    return new PythonRegex(translated, translator.names());
  }

  /// The same for Java's engine; groups have their numbers, not their names.
  public Pattern pattern() {
    return pattern;
  }

  /// `re.sub(pattern, template, text)`; [IllegalArgumentException] when the template has an escape
  /// that there is not, or refers to a group that is not there.
  public String replaceAll(String text, String template) {
    return replace(text, template, 0);
  }

  /// `re.sub` with at most `count` replacements; 0 or less for any number.
  public String replace(CharSequence text, String template, int count) {
    return replace(text, template, count, length -> {});
  }

  /// The same.
  ///
  /// @param grown hears how long the result is after each replacement, and may end all by throwing
  public String replace(CharSequence text, String template, int count, IntConsumer grown) {
    int groups = pattern.matcher("").groupCount();
    RegexTemplate replacement = RegexTemplate.of(template, names, groups);
    StringBuilder out = new StringBuilder();
    int from = 0;
    for (MatchResult match : matches(text, count <= 0 ? Integer.MAX_VALUE : count)) {
      out.append(text, from, match.start());
      replacement.appendTo(out, match);
      grown.accept(out.length());
      from = match.end();
    }
    return out.append(text, from, text.length()).toString();
  }

  /// All matches. Where one was empty, Python looks for another at the same place.
  private List<MatchResult> matches(CharSequence text, int limit) {
    List<MatchResult> matches = new ArrayList<>();
    Matcher matcher = pattern.matcher(text);
    Matcher further = notEmpty.matcher(text).useTransparentBounds(true).useAnchoringBounds(false);
    int from = 0;
    boolean wasEmpty = false;
    while (from <= text.length() && matches.size() < limit) {
      boolean more = wasEmpty && further.region(from, text.length()).lookingAt();
      int next = wasEmpty ? from + characterLength(text, from) : from;
      if (!more && (next > text.length() || !matcher.find(next))) {
        break;
      }
      MatchResult match = more ? further.toMatchResult() : matcher.toMatchResult();
      matches.add(match);
      from = match.end();
      wasEmpty = match.start() == match.end();
    }
    return matches;
  }

  private static int characterLength(CharSequence text, int at) {
    return at < text.length() ? Character.charCount(Character.codePointAt(text, at)) : 1;
  }

  /// `re.findall(pattern, text)`: for every match its groups, or all of it where the pattern has
  /// none. A group that took no part is empty.
  public List<List<String>> findAll(String text) {
    List<List<String>> found = new ArrayList<>();
    for (MatchResult match : matches(text, Integer.MAX_VALUE)) {
      List<String> groups = new ArrayList<>();
      for (int i = match.groupCount() == 0 ? 0 : 1; i <= match.groupCount(); i++) {
        groups.add(Optional.ofNullable(match.group(i)).orElse(""));
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
