package neox.evaluation.catalogue;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// Names with `*`, `?` and `[…]`, as Python's `fnmatch` understands them.
record NamePattern(String text) {

  /// Whether it may stand for another name than itself.
  boolean isPattern() {
    return text.matches("(?s).*[*?\\[].*");
  }

  /// The names that it stands for, in their order.
  List<String> in(Set<String> names) {
    Pattern pattern = Pattern.compile(regex(), Pattern.DOTALL);
    return names.stream().filter(name -> pattern.matcher(name).matches()).toList();
  }

  private String regex() {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int end = c == '[' ? text.indexOf(']', i + 2) : -1;
      if (c == '*') {
        regex.append(".*");
      } else if (c == '?') {
        regex.append('.');
      } else if (end > 0) {
        String set = text.substring(i + 1, end).replace("\\", "\\\\").replace("[", "\\[");
        regex.append('[').append(set.startsWith("!") ? "^" + set.substring(1) : set).append(']');
        i = end;
      } else {
        regex.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return regex.toString();
  }
}
