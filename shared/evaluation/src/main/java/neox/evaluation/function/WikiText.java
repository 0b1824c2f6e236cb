package neox.evaluation.function;

import java.nio.charset.StandardCharsets;
import java.util.List;
import neox.python.PythonRegex;
import neox.python.PythonText;
import neox.template.value.Dict;
import neox.template.value.Value;

/// WikiText (arXiv:1609.07843): pages that were split into tokens by blanks, and are put together
/// again.
final class WikiText {
  private record Replacement(String token, String text) {}

  private record Bracket(PythonRegex around, String template) {
    Bracket(String around, String template) {
      this(PythonRegex.compile(around), template);
    }
  }

  /// The harness means "' 0" with it, but has it between slashes, and a digit only in brackets.
  private static final Bracket YEAR = new Bracket("/' [0-9]/", "/'[0-9]/");

  private static final List<Replacement> SEPARATORS =
      List.of(
          new Replacement(" @-@ ", "-"),
          new Replacement(" @,@ ", ","),
          new Replacement(" @.@ ", "."),
          new Replacement(" : ", ": "),
          new Replacement(" ; ", "; "),
          new Replacement(" . ", ". "),
          new Replacement(" ! ", "! "),
          new Replacement(" ? ", "? "),
          new Replacement(" , ", ", "));

  private static final List<Bracket> BRACKETS =
      List.of(
          new Bracket("\\(\\s*([^\\)]*?)\\s*\\)", "(\\1)"),
          new Bracket("\\[\\s*([^\\]]*?)\\s*\\]", "[\\1]"),
          new Bracket("{\\s*([^}]*?)\\s*}", "{\\1}"),
          new Bracket("\"\\s*([^\"]*?)\\s*\"", "\"\\1\""),
          new Bracket("'\\s*([^']*?)\\s*'", "'\\1'"));

  private static final List<Replacement> OTHERS =
      List.of(
          new Replacement("= = = =", "===="),
          new Replacement("= = =", "==="),
          new Replacement("= =", "=="),
          new Replacement(" ° ", "°"),
          new Replacement(" \n", "\n"),
          new Replacement("\n ", "\n"),
          new Replacement(" N ", " 1 "),
          new Replacement(" 's", "'s"));

  static Value target(Dict document) {
    String text = Fields.of(document).text("page").replace("s '", "s'");
    text = YEAR.around().replaceAll(text, YEAR.template());
    for (Replacement separator : SEPARATORS) {
      text = text.replace(separator.token(), separator.text());
    }
    for (Bracket bracket : BRACKETS) {
      text = bracket.around().replaceAll(text, bracket.template());
    }
    for (Replacement other : OTHERS) {
      text = text.replace(other.token(), other.text());
    }
    return Value.of(text);
  }

  /// The likelihood of the text put together, over the words and bytes of the page as it was.
  static Dict score(Dict document, List<Value> results) {
    String page = Fields.of(document).text("page");
    Value logLikelihood = results.getFirst();
    Value words = Value.Int.of(PythonText.countWords(page));
    Value bytes = Value.Int.of(page.getBytes(StandardCharsets.UTF_8).length);
    return new Dict.Builder()
        .put("word_perplexity", Value.Tuple.of(logLikelihood, words))
        .put("byte_perplexity", Value.Tuple.of(logLikelihood, bytes))
        .put("bits_per_byte", Value.Tuple.of(logLikelihood, bytes))
        .build();
  }

  private WikiText() {}
}
