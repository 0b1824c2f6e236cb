package neox.config.table;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import neox.base.UserException;

/// Collects everything that is wrong with a configuration, to report it all at once. Mutable.
public final class Problems {
  private record Problem(Origin origin, String text) {}

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
            .distinct()
            .toList();
    throw UserException.ofAll(lines);
  }

  /// How many there are.
  int size() {
    return found.size();
  }

  private int fileOrder(Origin origin) {
    int at = files.indexOf(origin.file());
    return at < 0 ? files.size() : at;
  }
}
