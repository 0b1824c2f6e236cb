package neox.evaluation.task;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import neox.python.PythonCase;
import neox.python.PythonRegex;
import neox.python.PythonText;

/// Finds which of several choices a text means: what a pattern finds, else the text of a choice,
/// else a letter behind a colon. The filter `multi_choice_regex`.
///
/// @param select which match, from the end when negative
/// @param fallback when nothing is found
/// @param ignored deleted before texts of choices are looked for
public record ChoicePattern(
    PythonRegex pattern,
    int select,
    String fallback,
    boolean ignoreCase,
    boolean ignorePunctuation,
    List<PythonRegex> ignored) {

  public ChoicePattern {
    ignored = List.copyOf(ignored);
  }

  /// What was found: a match of the pattern as it is, else the letter of a choice as `(A)`.
  String find(String response, List<String> choices) {
    String found = match(pattern, response);
    if (found.isEmpty()) {
      Map<String, String> letters = new LinkedHashMap<>();
      for (int i = 0; i < choices.size(); i++) {
        letters.put(bare(PythonText.strip(choices.get(i))), letter(i));
      }
      found = match(anyOf(letters), bare(response));
      found = letters.getOrDefault(found, found);
    }
    if (found.isEmpty()) {
      String letter = match(letters(choices.size()), response);
      found = letter.isEmpty() ? "" : "(" + letter + ")";
    }
    return found.isEmpty() ? fallback : found;
  }

  private static String letter(int choice) {
    return "(" + (char) ('A' + choice) + ")";
  }

  private String match(PythonRegex regex, String text) {
    List<List<String>> matches = regex.findAll(text);
    int index = select < 0 ? matches.size() + select : select;
    if (index < 0 || index >= matches.size()) {
      return "";
    }
    return matches.get(index).stream()
        .filter(group -> !group.isEmpty())
        .findFirst()
        .map(PythonText::strip)
        .orElse("");
  }

  /// The longest first, so that none hides another that it begins.
  private static PythonRegex anyOf(Map<String, String> choices) {
    return PythonRegex.compile(
        choices.keySet().stream()
            .map(PythonRegex::escape)
            .sorted(Comparator.comparingInt(PythonText::length).reversed())
            .collect(Collectors.joining("|")));
  }

  private static PythonRegex letters(int choices) {
    StringBuilder letters = new StringBuilder(":[\\s]*(");
    for (int i = 0; i < choices; i++) {
      letters.append(i == 0 ? "" : "|").append(PythonRegex.escape(Character.toString('A' + i)));
    }
    return PythonRegex.compile(letters.append(')').toString());
  }

  private String bare(String text) {
    String bare = text;
    for (PythonRegex regex : ignored) {
      bare = regex.replaceAll(bare, "");
    }
    if (ignoreCase) {
      bare = PythonCase.lower(bare);
    }
    return ignorePunctuation ? withoutPunctuation(bare) : bare;
  }

  private static String withoutPunctuation(String text) {
    StringBuilder bare = new StringBuilder();
    text.codePoints().filter(c -> !isPunctuation(c)).forEach(bare::appendCodePoint);
    return bare.toString();
  }

  private static boolean isPunctuation(int c) {
    return switch (Character.getType(c)) {
      case Character.CONNECTOR_PUNCTUATION,
          Character.DASH_PUNCTUATION,
          Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.OTHER_PUNCTUATION ->
          true;
      default -> false;
    };
  }
}
