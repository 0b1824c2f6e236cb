package neox.evaluation.metric;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import neox.python.PythonCase;
import neox.python.PythonRegex;
import neox.template.value.Comparison;
import neox.template.value.Fault;
import neox.template.value.Value;

/// When what was generated equals a reference: both are normalized in this order, then compared.
///
/// The harness keeps texts in NumPy's arrays, and so does this what those do: a NUL at the end of a
/// text is lost, a text that grows in lower case (by `İ`) is cut to the length of the longest text
/// beside it, a number is no text, and of a list of responses each is compared by itself.
///
/// @param ignored what these patterns match is deleted; a list without patterns is none at all, and
///   the texts stay out of the arrays
public record TextComparison(
    Optional<List<PythonRegex>> ignored,
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

  /// The share of pairs that are equal; [Fault] when the values cannot be compared.
  ///
  /// @param predictions texts, or lists of them where no filter has taken one; as many as there are
  ///   references
  public double share(List<Value> predictions, List<Value> references) {
    if (isOfLists()) {
      Value written = new Value.Listing(predictions);
      return Comparison.equal(written, new Value.Listing(references)) ? 1 : 0;
    }
    return normalize(predictions).shareEqualTo(normalize(references));
  }

  /// Python compares lists as a whole: all references must be equal.
  private boolean isOfLists() {
    boolean noPattern = ignored.isPresent() && ignored.get().isEmpty();
    return noPattern && !ignoreCase && !ignorePunctuation && !ignoreNumbers;
  }

  private NumpyArray normalize(List<Value> values) {
    NumpyArray array = withoutIgnored(values);
    if (ignoreCase) {
      array = array.each(PythonCase::lower);
    }
    if (ignorePunctuation) {
      array = array.each(text -> PUNCTUATION.matcher(text).replaceAll(""));
    }
    return ignoreNumbers ? array.each(text -> DIGITS.matcher(text).replaceAll("")) : array;
  }

  private NumpyArray withoutIgnored(List<Value> values) {
    List<Value> left = values;
    for (PythonRegex pattern : ignored.orElse(List.of())) {
      List<Value> texts =
          left.stream().map(value -> Value.of(pattern.replaceAll(text(value), ""))).toList();
      left = NumpyArray.of(texts).cells();
    }
    return NumpyArray.of(left);
  }

  private static String text(Value value) {
    if (value instanceof Value.Text(String text, _)) {
      return text;
    }
    throw Fault.of(
        "regexes_to_ignore are looked for in texts, found a value of type %s; end the filter with"
            + " take_first, or leave regexes_to_ignore out",
        value.type());
  }
}
