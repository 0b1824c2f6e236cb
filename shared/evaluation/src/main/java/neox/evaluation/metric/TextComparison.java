package neox.evaluation.metric;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import neox.python.PythonCase;
import neox.python.PythonText;

/// When a generated text equals a reference: both are normalized in this order, then compared.
///
/// The harness keeps texts in NumPy's arrays, and so does this what those do: a NUL at the end of a
/// text is lost, and a text that grows in lower case (by `İ`) is cut to the length of the longest
/// text beside it.
///
/// @param ignored what these patterns match is deleted; a list without patterns is none at all, and
///   the texts stay out of the arrays
public record TextComparison(
    Optional<List<Pattern>> ignored,
    boolean ignoreCase,
    boolean ignorePunctuation,
    boolean ignoreNumbers) {
  /// Nothing is ignored.
  public static final TextComparison EXACT =
      new TextComparison(Optional.empty(), false, false, false);

  private static final Pattern PUNCTUATION = Pattern.compile("[!-/:-@\\[-`{-~]"); // ASCII only
  private static final Pattern DIGITS = Pattern.compile("[0-9]");

  public TextComparison {
    ignored = ignored.map(List::copyOf);
  }

  /// A pattern with Python's meaning: `\d`, `\w`, `\s` and `\b` know all of Unicode, and only `\n`
  /// ends a line.
  public static Pattern pattern(String regex) {
    return Pattern.compile(regex, Pattern.UNICODE_CHARACTER_CLASS | Pattern.UNIX_LINES);
  }

  /// The share of references, of which there is at least one, that equal `generated`.
  public double share(String generated, List<String> references) {
    if (isOfLists()) {
      return references.stream().allMatch(generated::equals) ? 1 : 0;
    }
    String normalized = normalize(List.of(generated)).getFirst();
    List<String> others = normalize(references);
    return (double) others.stream().filter(normalized::equals).count() / others.size();
  }

  /// Python compares lists as a whole: all references must be equal.
  private boolean isOfLists() {
    boolean noPattern = ignored.isPresent() && ignored.get().isEmpty();
    return noPattern && !ignoreCase && !ignorePunctuation && !ignoreNumbers;
  }

  /// The texts of one array.
  private List<String> normalize(List<String> texts) {
    List<String> result = texts;
    for (Pattern pattern : ignored.orElse(List.of())) {
      result = each(result, text -> pattern.matcher(text).replaceAll(""));
    }
    result = each(result, text -> text);
    if (ignoreCase) {
      int width = result.stream().mapToInt(PythonText::length).max().orElse(0);
      result = each(result, text -> start(PythonCase.lower(text), Math.max(1, width)));
    }
    if (ignorePunctuation) {
      result = each(result, text -> PUNCTUATION.matcher(text).replaceAll(""));
    }
    return ignoreNumbers ? each(result, text -> DIGITS.matcher(text).replaceAll("")) : result;
  }

  private static List<String> each(List<String> texts, UnaryOperator<String> change) {
    return texts.stream().map(text -> trimmed(change.apply(text))).toList();
  }

  private static String start(String text, int characters) {
    return PythonText.length(text) <= characters
        ? text
        : text.substring(0, text.offsetByCodePoints(0, characters));
  }

  private static String trimmed(String text) {
    return PythonText.rightStrip(text, c -> c == 0);
  }
}
