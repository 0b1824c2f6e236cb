package neox.parallel;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import neox.base.UserException;

/// Names of hosts as Slurm abbreviates them: `gpu[01-03,7],login` is gpu01, gpu02, gpu03, gpu7 and
/// login.
public final class SlurmNodes {
  private static final Pattern RANGE = Pattern.compile("(\\d+)(?:-(\\d+))?");

  /// More hosts than any cluster has.
  private static final int MOST = 1 << 20;

  private final String variable;
  private final String list;

  private SlurmNodes(String variable, String list) {
    this.variable = variable;
    this.list = list;
  }

  /// All names in their order.
  ///
  /// @param variable that holds the list, for messages
  public static List<String> expand(String variable, String list) {
    SlurmNodes nodes = new SlurmNodes(variable, list);
    List<String> names = new ArrayList<>();
    for (String part : nodes.parts()) {
      names.addAll(nodes.names(part.strip()));
    }
    return names;
  }

  /// Commas inside brackets separate numbers.
  private List<String> parts() {
    List<String> parts = new ArrayList<>();
    int depth = 0;
    int from = 0;
    for (int i = 0; i < list.length(); i++) {
      char c = list.charAt(i);
      depth += c == '[' ? 1 : c == ']' ? -1 : 0;
      if (c == ',' && depth == 0) {
        parts.add(list.substring(from, i));
        from = i + 1;
      }
    }
    parts.add(list.substring(from));
    return parts;
  }

  private List<String> names(String part) {
    int open = part.indexOf('[');
    if (open < 0) {
      if (part.isEmpty() || part.indexOf(']') >= 0) {
        throw malformed();
      }
      return List.of(part);
    }
    int close = part.indexOf(']', open);
    if (close < 0) {
      throw malformed();
    }
    String after = part.substring(close + 1);
    List<String> ends = after.isEmpty() ? List.of("") : names(after);
    List<String> names = new ArrayList<>();
    for (String number : numbers(part.substring(open + 1, close))) {
      ends.forEach(end -> names.add(part.substring(0, open) + number + end));
      if (names.size() > MOST) {
        throw malformed();
      }
    }
    return names;
  }

  private List<String> numbers(String ranges) {
    List<String> numbers = new ArrayList<>();
    for (String range : ranges.split(",", -1)) {
      Matcher matcher = RANGE.matcher(range);
      if (!matcher.matches()) {
        throw malformed();
      }
      String first = matcher.group(1);
      String last = matcher.group(2) == null ? first : matcher.group(2);
      if (first.length() > MOST_DIGITS || last.length() > MOST_DIGITS) {
        throw malformed();
      }
      int end = Integer.parseInt(last);
      if (end - Integer.parseInt(first) > MOST) {
        throw malformed();
      }
      for (int n = Integer.parseInt(first); n <= end; n++) {
        numbers.add(("%0" + first.length() + "d").formatted(n));
      }
    }
    return numbers;
  }

  private UserException malformed() {
    return UserException.of(
        "%s: expected names of hosts such as gpu[01-04],login1, found '%s'", variable, list);
  }

  private static final int MOST_DIGITS = 9;
}
