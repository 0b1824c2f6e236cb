package neox.template.value;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import neox.python.PythonCase;
import neox.python.PythonRepr;
import neox.python.PythonText;
import neox.template.value.Arguments.Bound;

/// The methods of Python's strings.
public final class TextMethods {
  private static final Set<String> NAMES =
      Set.of(
          "capitalize",
          "casefold",
          "center",
          "count",
          "encode",
          "endswith",
          "expandtabs",
          "find",
          "format",
          "format_map",
          "index",
          "isalnum",
          "isalpha",
          "isascii",
          "isdecimal",
          "isdigit",
          "isidentifier",
          "islower",
          "isnumeric",
          "isprintable",
          "isspace",
          "istitle",
          "isupper",
          "join",
          "ljust",
          "lower",
          "lstrip",
          "maketrans",
          "partition",
          "removeprefix",
          "removesuffix",
          "replace",
          "rfind",
          "rindex",
          "rjust",
          "rpartition",
          "rsplit",
          "rstrip",
          "split",
          "splitlines",
          "startswith",
          "strip",
          "swapcase",
          "title",
          "translate",
          "upper",
          "zfill");

  static boolean exists(String name) {
    return NAMES.contains(name);
  }

  /// The method of a string, but `format`: see [BraceFormat].
  public static Value call(Value.Text text, String name, Arguments arguments) {
    return text.isMarkup()
        ? Markup.call(text.value(), name, arguments)
        : call(text.value(), name, arguments);
  }

  static Value call(String text, String name, Arguments arguments) {
    return switch (name) {
      case "upper", "lower", "title", "capitalize", "casefold", "swapcase" -> {
        arguments.bind(name, 0);
        yield new Value.Text(changeCase(text, name));
      }
      case "strip", "lstrip", "rstrip" ->
          new Value.Text(strip(text, name, arguments.bind(name, 0, "chars").unlessNone(0)));
      case "split", "rsplit" -> split(text, name, arguments.bind(name, 0, "sep", "maxsplit"));
      case "splitlines" ->
          texts(PythonText.lines(text, arguments.bind(name, 0, "keepends").isTrue(0)));
      case "partition", "rpartition" -> partition(text, name, arguments.bind(name, 1, "sep"));
      case "replace" -> {
        Bound bound = arguments.bind(name, 2, "old", "new", "count");
        yield new Value.Text(replace(text, bound.text(0), bound.text(1), bound.integer(2, -1)));
      }
      case "removeprefix" -> {
        String prefix = arguments.bind(name, 1, "prefix").text(0);
        yield new Value.Text(text.startsWith(prefix) ? text.substring(prefix.length()) : text);
      }
      case "removesuffix" -> {
        String suffix = arguments.bind(name, 1, "suffix").text(0);
        int to = text.endsWith(suffix) ? text.length() - suffix.length() : text.length();
        yield new Value.Text(text.substring(0, to));
      }
      case "startswith", "endswith", "find", "rfind", "index", "rindex", "count" ->
          TextSearch.call(text, name, arguments);
      case "join" -> join(text, arguments.bind(name, 1, "iterable").value(0));
      case "expandtabs" -> expandTabs(text, arguments.bind(name, 0, "tabsize").integer(0, 8));
      case "translate" ->
          TranslationTable.translate(text, arguments.bind(name, 1, "table").value(0));
      case "maketrans" -> TranslationTable.of(arguments.bind(name, 1, "x", "y", "z"));
      case "center", "ljust", "rjust" ->
          pad(text, name, arguments.bind(name, 1, "width", "fillchar"));
      case "zfill" -> zeroFill(text, arguments.bind(name, 1, "width").integer(0, 0));
      default -> question(text, name, arguments);
    };
  }

  private static Value question(String text, String name, Arguments arguments) {
    arguments.bind(name, 0);
    boolean answer =
        switch (name) {
          case "isalnum" -> PythonText.all(text, PythonText::isAlphanumeric);
          case "isalpha" -> PythonText.all(text, PythonText::isAlpha);
          case "isascii" -> text.codePoints().allMatch(c -> c < 0x80);
          case "isdecimal" -> PythonText.all(text, PythonText::isDecimal);
          case "isdigit" -> PythonText.all(text, PythonText::isDigit);
          case "islower" -> PythonCase.isLower(text);
          case "isupper" -> PythonCase.isUpper(text);
          case "isspace" -> PythonText.all(text, PythonText::isSpace);
          case "isnumeric" -> PythonText.all(text, PythonText::isNumeric);
          case "isidentifier" -> PythonText.isIdentifier(text);
          case "istitle" -> PythonCase.isTitle(text);
          case "isprintable" -> text.codePoints().allMatch(PythonRepr::isPrintable);
          default -> throw Fault.of("str.%s is not supported", name);
        };
    return Value.Bool.of(answer);
  }

  private static String changeCase(String text, String name) {
    return switch (name) {
      case "upper" -> PythonCase.upper(text);
      case "lower" -> PythonCase.lower(text);
      case "title" -> PythonCase.title(text);
      case "capitalize" -> PythonCase.capitalize(text);
      case "swapcase" -> PythonCase.swap(text);
      case "casefold" -> PythonCase.fold(text);
      default -> throw Fault.of("str.%s is not supported", name);
    };
  }

  /// As Python's `replace`, with a bound on what comes out.
  public static String replace(String text, String old, String fresh, long limit) {
    if (fresh.length() > old.length() && text.contains(old)) {
      long found = PythonText.count(text, old);
      long replaced = limit < 0 ? found : Math.min(found, limit);
      Size.require(text.length() + replaced * (fresh.length() - old.length()));
    }
    return PythonText.replace(text, old, fresh, limit);
  }

  /// Blanks up to the next column that is a multiple of `tabSize`.
  private static Value expandTabs(String text, int tabSize) {
    StringBuilder expanded = new StringBuilder(text.length());
    int column = 0;
    for (int c : text.codePoints().toArray()) {
      if (c == '\t') {
        int blanks = tabSize <= 0 ? 0 : tabSize - column % tabSize;
        Size.require((long) expanded.length() + blanks);
        expanded.repeat(' ', blanks);
        column += blanks;
      } else {
        expanded.appendCodePoint(c);
        column = c == '\n' || c == '\r' ? 0 : column + 1;
      }
    }
    return new Value.Text(expanded.toString());
  }

  private static String strip(String text, String name, Optional<Value> characters) {
    IntPredicate stripped = characters.map(TextMethods::among).orElse(PythonText::isSpace);
    String left = name.equals("rstrip") ? text : PythonText.leftStrip(text, stripped);
    return name.equals("lstrip") ? left : PythonText.rightStrip(left, stripped);
  }

  /// Whether a character is one of those of a string.
  static IntPredicate among(Value characters) {
    if (!(characters instanceof Value.Text(String set, _))) {
      throw Fault.of("strip arg must be None or str, found '%s'", characters.type());
    }
    return c -> set.indexOf(c) >= 0;
  }

  private static Value split(String text, String name, Bound bound) {
    int limit = bound.integer(1, -1);
    boolean fromEnd = name.equals("rsplit");
    if (bound.unlessNone(0).isEmpty()) {
      return texts(fromEnd ? PythonText.rightSplit(text, limit) : PythonText.split(text, limit));
    }
    String separator = separator(bound);
    return texts(
        fromEnd
            ? PythonText.rightSplit(text, separator, limit)
            : PythonText.split(text, separator, limit));
  }

  private static String separator(Bound bound) {
    String separator = bound.text(0);
    if (separator.isEmpty()) {
      throw Fault.of("empty separator");
    }
    return separator;
  }

  private static Value texts(List<String> texts) {
    return new Value.Listing(texts.stream().map(Value::of).toList());
  }

  private static Value partition(String text, String name, Bound bound) {
    String separator = separator(bound);
    boolean fromEnd = name.equals("rpartition");
    List<String> parts =
        fromEnd ? PythonText.rightSplit(text, separator, 1) : PythonText.split(text, separator, 1);
    if (parts.size() == 2) {
      return Value.Tuple.of(
          Value.of(parts.getFirst()), Value.of(separator), Value.of(parts.getLast()));
    }
    Value nothing = Value.of("");
    return fromEnd
        ? Value.Tuple.of(nothing, nothing, Value.of(text))
        : Value.Tuple.of(Value.of(text), nothing, nothing);
  }

  private static Value join(String separator, Value parts) {
    StringBuilder joined = new StringBuilder();
    int at = 0;
    for (Value part : Sequences.items(parts)) {
      if (!(part instanceof Value.Text(String text, _))) {
        throw Fault.of("sequence item %d: expected str instance, %s found", at, part.type());
      }
      joined.append(at++ == 0 ? "" : separator).append(text);
      Size.require(joined.length());
    }
    return new Value.Text(joined.toString());
  }

  private static Value pad(String text, String name, Bound bound) {
    String fill = bound.text(1, " ");
    if (PythonText.length(fill) != 1) {
      throw Fault.of("%s(): the fill character must be exactly one character long", name);
    }
    int missing = Math.max(0, bound.integer(0, 0) - PythonText.length(text));
    int width = missing + PythonText.length(text);
    int left =
        switch (name) {
          case "ljust" -> 0;
          case "rjust" -> missing;
          default -> missing / 2 + (missing & width & 1); // as CPython rounds
        };
    return new Value.Text(repeat(fill, left) + text + repeat(fill, missing - left));
  }

  private static String repeat(String fill, int times) {
    return times == 0
        ? ""
        : ((Value.Text) Arithmetic.apply(Operator.MULTIPLY, Value.of(fill), Value.Int.of(times)))
            .value();
  }

  private static Value zeroFill(String text, int width) {
    int missing = Math.max(0, width - PythonText.length(text));
    boolean signed = text.startsWith("-") || text.startsWith("+");
    String sign = signed ? text.substring(0, 1) : "";
    return new Value.Text(sign + repeat("0", missing) + text.substring(sign.length()));
  }

  private TextMethods() {}
}
