package neox.evaluation.function;

import java.util.List;
import java.util.Set;
import neox.python.PythonCase;
import neox.python.PythonRegex;
import neox.python.PythonText;
import neox.template.value.Dict;
import neox.template.value.Fault;
import neox.template.value.Value;

/// The Winograd schema challenge (Levesque et al. 2012): whom does a pronoun mean? As part of
/// SuperGLUE (arXiv:1905.00537), and the 273 original schemas.
final class WinogradSchemas {
  private static final PythonRegex BEFORE_MARK = PythonRegex.compile(" (['.,])");
  private static final Set<String> POSSESSIVES = Set.of("my", "his", "her", "our", "their");
  private static final Set<String> CAPITALS =
      Set.of("A", "An", "The", "She", "He", "It", "They", "My", "His", "Her", "Their");

  /// SuperGLUE's question, with stars around the pronoun.
  static Value text(Dict document) {
    Fields fields = Fields.of(document);
    String noun = fields.text("span1_text");
    String pronoun = fields.text("span2_text");
    String raw = fields.text("text");
    List<String> words = PythonText.split(raw, -1);
    int index = Math.clamp(fields.integer("span2_index"), 0, words.size());
    String before = String.join(" ", words.subList(0, index));
    int end = PythonText.length(before) + PythonText.length(pronoun) + 1;
    String after = raw.substring(raw.offsetByCodePoints(0, Math.min(end, PythonText.length(raw))));
    return Value.of(
        "Passage: "
            + detokenize(before + " *" + pronoun + "*" + after)
            + "\nQuestion: In the passage above, does the pronoun \"*"
            + pronoun
            + "*\" refer to \"*"
            + noun
            + "*\"?\nAnswer:");
  }

  private static String detokenize(String text) {
    String joined =
        text.replace(" n't", "n't")
            .replace(" )", ")")
            .replace("( ", "(")
            .replace("\" ", "\"")
            .replace(" \"", "\"");
    return BEFORE_MARK.replaceAll(joined, "\\1");
  }

  /// The original schemas: both options in a form that can stand in place of the pronoun.
  static Dict process(Dict document) {
    Fields fields = Fields.of(document);
    String text = fields.text("text").replace("  ", " ");
    List<String> options = fields.texts("options");
    if (options.size() < 2) {
      throw Fault.of("\"options\" must be two texts, found %d", options.size());
    }
    List<String> changed =
        options.stream().limit(2).map(option -> option(fields, text, option)).toList();
    return fields
        .changed()
        .put("text", Value.of(text))
        .put("options", Fields.listing(changed))
        .build();
  }

  private static String option(Fields fields, String text, String option) {
    boolean possessive = POSSESSIVES.contains(PythonCase.lower(fields.text("pronoun")));
    String named = possessive ? option + "'s" : option;
    List<String> words = PythonText.split(named, -1);
    if (words.isEmpty()) {
      throw Fault.of("\"options\" holds an empty text");
    }
    String first = words.getFirst();
    boolean startsSentence = characterBefore(text, fields.integer("pronoun_loc")) == '.';
    return !startsSentence && CAPITALS.contains(first)
        ? named.replace(first, PythonCase.lower(first))
        : named;
  }

  /// The last character but one before a place; from the end of the text when that is negative, as
  /// in Python.
  private static int characterBefore(String text, int place) {
    int[] characters = text.codePoints().toArray();
    int index = place - 2 < 0 ? characters.length + place - 2 : place - 2;
    if (index < 0 || index >= characters.length) {
      throw Fault.of("\"pronoun_loc\" %d lies outside of the text", place);
    }
    return characters[index];
  }

  private WinogradSchemas() {}
}
