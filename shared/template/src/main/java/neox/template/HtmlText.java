package neox.template;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import neox.python.PythonText;
import neox.template.value.Arguments;
import neox.template.value.Dict;
import neox.template.value.Fault;
import neox.template.value.Markup;
import neox.template.value.Printing;
import neox.template.value.Value;

/// The filters `striptags` and `xmlattr`.
final class HtmlText {
  private static final Pattern BAD_NAME = Pattern.compile("[\\s/>=]");
  private static final Pattern ENTITY = Pattern.compile("&(#?[A-Za-z0-9]+;?)");

  /// Comments and tags cut out, runs of white space made one blank.
  static Value stripTags(Value subject) {
    String text = cut(cut(Printing.str(subject), "<!--", "-->"), "<", ">");
    return new Value.Text(unescape(String.join(" ", PythonText.split(text, -1))));
  }

  private static String cut(String text, String open, String close) {
    StringBuilder kept = new StringBuilder();
    int at = 0;
    while (true) {
      int start = text.indexOf(open, at);
      int end = start < 0 ? -1 : text.indexOf(close, start);
      if (end < 0) {
        return kept.append(text, at, text.length()).toString();
      }
      kept.append(text, at, start);
      at = end + close.length();
    }
  }

  private static String unescape(String text) {
    return ENTITY
        .matcher(text)
        .replaceAll(m ->
            switch (m.group(1)) {
              case "amp;", "amp", "AMP;", "AMP" -> "&";
              case "lt;", "lt", "LT;", "LT" -> "<";
              case "gt;", "gt", "GT;", "GT" -> ">";
              case "quot;", "quot", "QUOT;", "QUOT", "#34;" -> "\"";
              case "#39;", "apos;" -> "'";
              default -> throw Fault.of("striptags: the entity %s is not supported", m.group());
            });
  }

  static Value attributes(Value subject, Arguments arguments) {
    Arguments.Bound bound = arguments.bind("xmlattr", 0, "autospace");
    if (!(subject instanceof Dict dict)) {
      throw Fault.of("xmlattr: expected a mapping, found '%s'", subject.type());
    }
    List<String> attributes = new ArrayList<>();
    for (Value key : dict.keys()) {
      Value value = dict.get(key).orElseThrow();
      if (value == Value.None.NONE || value instanceof Value.Undefined) {
        continue;
      }
      if (!(key instanceof Value.Text(String name, _)) || BAD_NAME.matcher(name).find()) {
        throw Fault.of("Invalid character in attribute name: %s", Printing.str(key));
      }
      attributes.add(Markup.escape(key).value() + "=\"" + Markup.escape(value).value() + "\"");
    }
    boolean spaced = !attributes.isEmpty() && (bound.given(0).isEmpty() || bound.isTrue(0));
    return new Value.Text((spaced ? " " : "") + String.join(" ", attributes));
  }

  private HtmlText() {}
}
