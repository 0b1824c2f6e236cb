package neox.config.table;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import neox.base.UserException;

/// Collects everything that is wrong with a configuration, to report it all at once. Mutable.
public final class Problems {
  private record Problem(Origin origin, String text) {}

  /// More lines than anyone reads; a file that is no configuration has thousands.
  private static final int MOST_SHOWN = 100;

  private final List<String> files = new ArrayList<>();
  private final List<Problem> found = new ArrayList<>();
  private boolean deaf;

  /// Problems are reported in the order in which files are announced here.
  public void announce(String file) {
    files.add(file);
  }

  public void add(Origin origin, String format, Object... arguments) {
    String text = arguments.length == 0 ? format : String.format(Locale.ROOT, format, arguments);
    if (!deaf || origin.isOption()) {
      found.add(new Problem(origin, text));
    }
  }

  /// From now on mistakes in files are not recorded; what was typed on the command line was meant.
  public void stopListening() {
    deaf = true;
  }

  /// Throws one [UserException] with a line per problem, if there is any.
  public void throwIfAny() {
    if (found.isEmpty()) {
      return;
    }
    List<String> lines =
        found.stream()
            .sorted(
                Comparator.comparingInt((Problem p) -> fileOrder(p.origin()))
                    .thenComparingInt(p -> p.origin().line()))
            .map(p -> p.origin().message(p.text()))
            .map(Problems::printable)
            .distinct()
            .toList();
    throw new UserException(String.join("\n", shortened(lines)));
  }

  /// How many there are.
  int size() {
    return found.size();
  }

  private List<String> shortened(List<String> lines) {
    if (lines.size() <= MOST_SHOWN) {
      return lines;
    }
    List<String> shown = new ArrayList<>(lines.subList(0, MOST_SHOWN));
    shown.add(
        String.format(
            Locale.ROOT,
            "%s: and %,d problems more",
            printable(found.getLast().origin().file()),
            lines.size() - MOST_SHOWN));
    return shown;
  }

  /// One problem is one line, whatever a key or a value holds.
  private static String printable(String line) {
    if (line.codePoints().noneMatch(Problems::isControl)) {
      return line;
    }
    StringBuilder text = new StringBuilder();
    line.codePoints()
        .forEach(c -> {
          if (c == '\n') {
            text.append("\\n");
          } else if (isControl(c)) {
            text.append(String.format(Locale.ROOT, "\\u%04x", c));
          } else {
            text.appendCodePoint(c);
          }
        });
    return text.toString();
  }

  private static boolean isControl(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }

  private int fileOrder(Origin origin) {
    int at = files.indexOf(origin.file());
    return at < 0 ? files.size() : at;
  }
}
