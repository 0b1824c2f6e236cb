package neox.tokenizer.parts;

import neox.tokenizer.regex.Regex;
import neox.tokenizer.text.Effort;

/// What `Split` and `Replace` look for.
sealed interface TextPattern {
  /// Hands over all places, in order.
  void find(String text, Effort effort, Regex.Matches matches);

  /// The text itself.
  record Literal(String wanted) implements TextPattern {
    @Override
    public void find(String text, Effort effort, Regex.Matches matches) {
      for (int at = text.indexOf(wanted);
          at >= 0;
          at = text.indexOf(wanted, at + wanted.length())) {
        matches.match(at, at + wanted.length());
      }
    }
  }

  record Expression(Regex regex) implements TextPattern {
    @Override
    public void find(String text, Effort effort, Regex.Matches matches) {
      regex.find(text, effort, matches);
    }
  }

  /// Reads `{"String": …}` or `{"Regex": …}`.
  static TextPattern of(Part part) {
    TextPattern pattern;
    if (part.has("Regex")) {
      pattern = new Expression(Regex.of(part.string("Regex"), part.where()));
    } else {
      String wanted = part.string("String");
      if (wanted.isEmpty()) {
        throw part.refusal("an empty text, which is everywhere, is not supported");
      }
      pattern = new Literal(wanted);
    }
    part.done();
    return pattern;
  }
}
