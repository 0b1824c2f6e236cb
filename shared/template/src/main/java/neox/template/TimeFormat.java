package neox.template;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import neox.template.value.Fault;

/// Python's `strftime` in the C locale.
final class TimeFormat {
  private static final Map<Character, String> PATTERNS =
      Map.ofEntries(
          Map.entry('a', "EEE"),
          Map.entry('A', "EEEE"),
          Map.entry('b', "MMM"),
          Map.entry('h', "MMM"),
          Map.entry('B', "MMMM"),
          Map.entry('d', "dd"),
          Map.entry('m', "MM"),
          Map.entry('y', "uu"),
          Map.entry('Y', "uuuu"),
          Map.entry('H', "HH"),
          Map.entry('I', "hh"),
          Map.entry('M', "mm"),
          Map.entry('S', "ss"),
          Map.entry('p', "a"),
          Map.entry('j', "DDD"),
          Map.entry('f', "SSSSSS"),
          Map.entry('F', "uuuu-MM-dd"),
          Map.entry('T', "HH:mm:ss"),
          Map.entry('R', "HH:mm"),
          Map.entry('D', "MM/dd/uu"),
          Map.entry('x', "MM/dd/uu"),
          Map.entry('X', "HH:mm:ss"));

  static String format(String format, ZonedDateTime time) {
    StringBuilder text = new StringBuilder();
    int at = 0;
    while (at < format.length()) {
      char c = format.charAt(at++);
      if (c != '%' || at == format.length()) {
        text.append(c);
        continue;
      }
      boolean unpadded = format.charAt(at) == '-' && at + 1 < format.length();
      at += unpadded ? 1 : 0;
      String field = field(format.charAt(at++), time);
      text.append(unpadded ? field.replaceFirst("^0+(?=\\d)", "") : field);
    }
    return text.toString();
  }

  private static String field(char directive, ZonedDateTime time) {
    String pattern = PATTERNS.get(directive);
    if (pattern != null) {
      return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).withLocale(Locale.US).format(time);
    }
    return switch (directive) {
      case '%' -> "%";
      case 'n' -> "\n";
      case 't' -> "\t";
      case 'e' -> String.format(Locale.ROOT, "%2d", time.getDayOfMonth());
      case 'u' -> Integer.toString(time.getDayOfWeek().getValue());
      case 'w' -> Integer.toString(time.getDayOfWeek().getValue() % 7);
      case 'z', 'Z' -> ""; // Python's now() knows no zone
      default -> throw Fault.of("strftime_now: the directive %%%s is not supported", directive);
    };
  }

  private TimeFormat() {}
}
