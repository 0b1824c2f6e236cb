package neox.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import neox.python.PythonCase;
import neox.python.PythonRegex;
import neox.python.PythonText;
import neox.template.value.Arguments;
import neox.template.value.Arguments.Bound;
import neox.template.value.Arithmetic;
import neox.template.value.Dict;
import neox.template.value.Fault;
import neox.template.value.Markup;
import neox.template.value.PercentFormat;
import neox.template.value.Printing;
import neox.template.value.Sequences;
import neox.template.value.Size;
import neox.template.value.TextMethods;
import neox.template.value.Value;

/// Filters that make strings.
final class TextFilters {
  static final Map<String, Filters.Filter> ALL =
      Map.ofEntries(
          Map.entry("string", (v, a, e) -> soft(only(v, a, "string"))),
          Map.entry("safe", (v, a, e) -> new Value.Text(Printing.str(only(v, a, "safe")), true)),
          Map.entry("escape", (v, a, e) -> Markup.escape(only(v, a, "escape"))),
          Map.entry("e", (v, a, e) -> Markup.escape(only(v, a, "e"))),
          Map.entry(
              "forceescape", (v, a, e) -> Markup.escape(Printing.str(only(v, a, "forceescape")))),
          Map.entry("upper", (v, a, e) -> method(v, "upper", a)),
          Map.entry("lower", (v, a, e) -> method(v, "lower", a)),
          Map.entry("capitalize", (v, a, e) -> method(v, "capitalize", a)),
          Map.entry("title", (v, a, e) -> title(only(v, a, "title"))),
          Map.entry("trim", (v, a, e) -> method(v, "strip", a)),
          Map.entry("center", (v, a, e) -> center(v, a)),
          Map.entry("replace", (v, a, e) -> replace(v, a)),
          Map.entry("format", (v, a, e) -> format(v, a)),
          Map.entry("indent", (v, a, e) -> like(v, indent(string(v, "indent"), a))),
          Map.entry("truncate", TextFilters::truncate),
          Map.entry("wordcount", (v, a, e) -> wordCount(only(v, a, "wordcount"))),
          Map.entry("tojson", (v, a, e) -> JsonText.filter(v, a, e.dialect())),
          Map.entry("urlencode", (v, a, e) -> UrlText.encode(only(v, a, "urlencode"))),
          Map.entry("wordwrap", (v, a, e) -> WordWrap.filter(string(v, "wordwrap"), a)),
          Map.entry("striptags", (v, a, e) -> HtmlText.stripTags(only(v, a, "striptags"))),
          Map.entry("xmlattr", (v, a, e) -> HtmlText.attributes(v, a)),
          Map.entry("regex_replace", (v, a, e) -> regexReplace(v, a)));

  private static final Pattern WORD_START =
      Pattern.compile("([-\\s({\\[<]+)", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern WORD = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);

  private static Value text(String text) {
    return new Value.Text(text);
  }

  /// A string stays what it is, HTML too; anything else is printed.
  private static Value.Text soft(Value value) {
    return value instanceof Value.Text text ? text : new Value.Text(Printing.str(value));
  }

  /// What was made of a string is HTML where that was.
  private static Value like(Value origin, Value made) {
    boolean isMarkup = origin instanceof Value.Text(_, boolean markup) && markup;
    return isMarkup ? new Value.Text(Printing.str(made), true) : made;
  }

  private static Value only(Value subject, Arguments arguments, String filter) {
    arguments.bind(filter, 0);
    return subject;
  }

  private static String string(Value subject, String filter) {
    Arithmetic.requireDefined(subject);
    if (subject instanceof Value.Text(String text, _)) {
      return text;
    }
    throw Fault.of("%s: expected a string, found '%s'", filter, subject.type());
  }

  private static Value method(Value subject, String name, Arguments arguments) {
    return TextMethods.call(soft(subject), name, arguments);
  }

  /// Unlike `str.title` a word goes on after an apostrophe.
  private static Value title(Value subject) {
    String text = Printing.str(subject);
    StringBuilder title = new StringBuilder();
    Matcher gap = WORD_START.matcher(text);
    int at = 0;
    while (gap.find()) {
      title.append(titled(text.substring(at, gap.start()))).append(titled(gap.group()));
      at = gap.end();
    }
    return text(title.append(titled(text.substring(at))).toString());
  }

  private static String titled(String word) {
    if (word.isEmpty()) {
      return word;
    }
    int first = word.offsetByCodePoints(0, 1);
    return PythonCase.upper(word.substring(0, first)) + PythonCase.lower(word.substring(first));
  }

  private static Value center(Value subject, Arguments arguments) {
    int width = arguments.bind("center", 0, "width").integer(0, 80);
    return TextMethods.call(
        soft(subject), "center", new Arguments(List.of(Value.Int.of(width)), Map.of()));
  }

  private static Value replace(Value subject, Arguments arguments) {
    Bound bound = arguments.bind("replace", 2, "old", "new", "count");
    int count = bound.unlessNone(2).isEmpty() ? -1 : bound.integer(2, -1);
    String old = Printing.str(bound.value(0));
    String fresh = Printing.str(bound.value(1));
    return text(TextMethods.replace(Printing.str(subject), old, fresh, count));
  }

  private static Value format(Value subject, Arguments arguments) {
    boolean both = !arguments.positional().isEmpty() && !arguments.named().isEmpty();
    if (both) {
      throw Fault.of("can't handle positional and keyword arguments at the same time");
    }
    Dict.Builder named = new Dict.Builder();
    arguments.named().forEach(named::put);
    Value values =
        arguments.named().isEmpty() ? new Value.Tuple(arguments.positional()) : named.build();
    return PercentFormat.format(soft(subject), values);
  }

  private static Value indent(String text, Arguments arguments) {
    Bound bound = arguments.bind("indent", 0, "width", "first", "blank");
    String unit =
        bound.given(0).orElse(Value.Int.of(4)) instanceof Value.Text(String given, _)
            ? given
            : " ".repeat(width(bound.integer(0, 4)));
    List<String> lines = PythonText.lines(text + "\n", false);
    boolean blank = bound.isTrue(2);
    Size.require(text.length() + (long) unit.length() * lines.size());
    List<String> indented = new ArrayList<>(List.of(lines.getFirst()));
    for (String line : lines.subList(1, lines.size())) {
      indented.add(blank || !line.isEmpty() ? unit + line : line);
    }
    return text((bound.isTrue(1) ? unit : "") + String.join("\n", indented));
  }

  private static int width(int given) {
    Size.require(given);
    return Math.max(0, given);
  }

  /// What is short enough stays what it is, a list too.
  private static Value truncate(Value subject, Arguments arguments, Evaluator evaluator) {
    Bound bound = arguments.bind("truncate", 0, "length", "killwords", "end", "leeway");
    int length = bound.integer(0, 255);
    String end = bound.text(2, "...");
    int leeway = bound.unlessNone(3).isEmpty() ? 5 : bound.integer(3, 5);
    int kept = length - PythonText.length(end);
    if (kept < 0 || leeway < 0) {
      throw Fault.of("truncate: expected length >= %d and leeway >= 0", PythonText.length(end));
    }
    if (Sequences.length(subject) <= length + leeway) {
      return subject;
    }
    String text = string(subject, "truncate");
    String cut = text.substring(0, text.offsetByCodePoints(0, kept));
    String head = bound.isTrue(1) ? cut : PythonText.rightSplit(cut, " ", 1).getFirst();
    return like(subject, text(head + end));
  }

  private static Value wordCount(Value subject) {
    return Value.Int.of(WORD.matcher(Printing.str(subject)).results().count());
  }

  /// What the evaluation harness adds: Python's `re.sub`.
  private static Value regexReplace(Value subject, Arguments arguments) {
    Bound bound = arguments.bind("regex_replace", 1, "pattern", "repl", "count");
    if (!(subject instanceof Value.Text(String searched, _))) {
      Arithmetic.requireDefined(subject);
      throw Fault.of("regex_replace: expected a string, found '%s'", subject.type());
    }
    try {
      PythonRegex pattern = PythonRegex.compile(bound.text(0));
      return text(
          pattern.replace(
              new PatientText(searched), bound.text(1, ""), bound.integer(2, 0), Size::require));
    } catch (PatternSyntaxException e) {
      throw Fault.of("regex_replace: %s", e.getDescription());
    } catch (IllegalArgumentException e) {
      throw Fault.of("regex_replace: %s", String.valueOf(e.getMessage()));
    }
  }

  private TextFilters() {}
}
