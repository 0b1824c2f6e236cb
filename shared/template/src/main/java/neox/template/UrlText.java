package neox.template;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import neox.template.value.Dict;
import neox.template.value.Fault;
import neox.template.value.Printing;
import neox.template.value.Sequences;
import neox.template.value.Value;

/// Text as parts of a URL: the filter `urlencode`.
final class UrlText {
  private static final String UNRESERVED = "_.-~";

  static Value encode(Value subject) {
    if (subject instanceof Value.Text || !Sequences.isIterable(subject)) {
      return new Value.Text(quote(Printing.str(subject), "/"));
    }
    List<Value> pairs = subject instanceof Dict dict ? dict.items() : Sequences.items(subject);
    return new Value.Text(pairs.stream().map(UrlText::pair).collect(Collectors.joining("&")));
  }

  private static String pair(Value pair) {
    List<Value> both = Sequences.items(pair);
    if (both.size() != 2) {
      throw Fault.of("urlencode: expected pairs, found an item of length %d", both.size());
    }
    return both.stream()
        .map(part -> quote(Printing.str(part), "").replace("%20", "+"))
        .collect(Collectors.joining("="));
  }

  private static String quote(String text, String alsoSafe) {
    StringBuilder quoted = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      boolean safe =
          c < 0x80
              && (Character.isLetterOrDigit(c)
                  || UNRESERVED.indexOf(c) >= 0
                  || alsoSafe.indexOf(c) >= 0);
      quoted.append(safe ? Character.toString(c) : String.format(Locale.ROOT, "%%%02X", (int) c));
    }
    return quoted.toString();
  }

  private UrlText() {}
}
