package neox.eval.metric;

import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import neox.python.PythonCase;
import neox.python.PythonText;

/// When a generated text equals a reference: both are normalized in this order, then compared.
///
/// @param ignored what these patterns match is deleted
public record TextComparison(
    List<Pattern> ignored, boolean ignoreCase, boolean ignorePunctuation, boolean ignoreNumbers) {
  /// Nothing is ignored.
  public static final TextComparison EXACT = new TextComparison(List.of(), false, false, false);

  private static final Pattern PUNCTUATION = Pattern.compile("[!-/:-@\\[-`{-~]"); // ASCII only
  private static final Pattern DIGITS = Pattern.compile("[0-9]");

  public TextComparison {
    ignored = List.copyOf(ignored);
  }

  /// A pattern with Python's meaning: `\d`, `\w`, `\s` and `\b` know all of Unicode, and only `\n`
  /// ends a line.
  public static Pattern pattern(String regex) {
    return Pattern.compile(regex, Pattern.UNICODE_CHARACTER_CLASS | Pattern.UNIX_LINES);
  }

  /// Accepts the references that equal `generated`.
  public Predicate<String> of(String generated) {
    String normalized = normalize(generated);
    return reference -> normalized.equals(normalize(reference));
  }

  private String normalize(String text) {
    String result = text;
    for (Pattern pattern : ignored) {
      result = trimmed(pattern.matcher(result).replaceAll(""));
    }
    result = trimmed(result);
    if (ignoreCase) {
      result = PythonCase.lower(result);
    }
    if (ignorePunctuation) {
      result = trimmed(PUNCTUATION.matcher(result).replaceAll(""));
    }
    return ignoreNumbers ? trimmed(DIGITS.matcher(result).replaceAll("")) : result;
  }

  /// The harness keeps texts in NumPy's arrays, which know no NUL at the end of a string.
  private static String trimmed(String text) {
    return PythonText.rightStrip(text, c -> c == 0);
  }
}
