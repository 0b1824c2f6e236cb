package neox.train.agent;

import java.util.List;
import java.util.Optional;

/// What a rank has said before it ended.
///
/// @param failure the lines with which the tool reports that it has failed, without its name
/// @param lastLine of what it has said on standard error otherwise, or of the report of a JVM that
///   crashed
/// @param outOfMemory whether the kernel has killed a process here for want of memory meanwhile
record LastWords(List<String> failure, Optional<String> lastLine, boolean outOfMemory) {
  static final LastWords NONE = new LastWords(List.of(), Optional.empty(), false);

  LastWords {
    failure = List.copyOf(failure);
  }

  /// In one line.
  Optional<String> inShort() {
    if (failure.isEmpty()) {
      return lastLine;
    }
    String first = failure.getFirst();
    return Optional.of(
        first.endsWith(":") && failure.size() > 1 ? first + " " + failure.get(1).strip() : first);
  }
}
