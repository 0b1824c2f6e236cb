package neox.python;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What `re.sub` puts in the place of a match: a text with escapes, `\1` and `\g<name>` for groups.
record RegexTemplate(List<Part> parts) {
  private static final Pattern ESCAPE =
      Pattern.compile(
          "\\\\(?:(?<octal>0[0-7]{0,2}|[1-7][0-7]{2})|(?<number>[1-9][0-9]?)"
              + "|g<(?<name>\\w+)>|(?<letter>[a-zA-Z])|(?<end>\\z)|(?<kept>\\\\))");
  private static final Map<String, String> LETTERS =
      Map.of("a", "\u0007", "b", "\b", "f", "\f", "n", "\n", "r", "\r", "t", "\t", "v", "\u000b");
  private static final int LARGEST_OCTAL = 0xff;

  RegexTemplate {
    parts = List.copyOf(parts);
  }

  /// Something that stands in for a match.
  sealed interface Part {
    record Literal(String text) implements Part {}

    record Group(int number) implements Part {}
  }

  /// Reads a template; [IllegalArgumentException] when Python would not.
  ///
  /// @param names of groups, to their numbers
  /// @param groups how many there are
  static RegexTemplate of(String template, Map<String, Integer> names, int groups) {
    List<Part> parts = new ArrayList<>();
    Matcher escape = ESCAPE.matcher(template);
    int from = 0;
    while (escape.find()) {
      parts.add(new Part.Literal(template.substring(from, escape.start())));
      parts.add(part(escape, names, groups));
      from = escape.end();
    }
    parts.add(new Part.Literal(template.substring(from)));
    return new RegexTemplate(parts);
  }

  private static Part part(Matcher escape, Map<String, Integer> names, int groups) {
    if (escape.group("octal") != null) {
      int code = Integer.parseInt(escape.group("octal"), 8);
      if (code > LARGEST_OCTAL) {
        throw new IllegalArgumentException("bad escape " + escape.group());
      }
      return new Part.Literal(Character.toString(code));
    }
    if (escape.group("kept") != null) {
      return new Part.Literal("\\");
    }
    String letter = escape.group("letter");
    if (letter != null && LETTERS.containsKey(letter)) {
      return new Part.Literal(LETTERS.get(letter));
    }
    if (letter != null || escape.group("end") != null) {
      throw new IllegalArgumentException("bad escape " + escape.group());
    }
    String name = escape.group("name") == null ? escape.group("number") : escape.group("name");
    int number = names.containsKey(name) ? names.get(name) : number(name);
    if (number < 0 || number > groups) {
      throw new IllegalArgumentException("no such group: " + name);
    }
    return new Part.Group(number);
  }

  private static int number(String name) {
    return name.matches("[0-9]{1,5}") ? Integer.parseInt(name) : -1;
  }

  /// Appends what stands in for a match; a group that took no part is empty.
  void appendTo(StringBuilder out, MatchResult match) {
    for (Part part : parts) {
      switch (part) {
        case Part.Literal(String text) -> out.append(text);
        case Part.Group(int number) -> {
          String text = match.group(number);
          out.append(text == null ? "" : text);
        }
      }
    }
  }
}
