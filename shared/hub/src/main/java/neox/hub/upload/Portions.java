package neox.hub.upload;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Cuts what changed into commits that a hub takes before its patience ends.
///
/// @param maxFiles the most files of one commit
/// @param maxBytes the most bytes that one commit carries itself, more only as a single file
record Portions(int maxFiles, long maxBytes) {
  /// Hubs give up after a minute; their own tools send up to 1,000 files, or 100 MB.
  static final Portions USUAL = new Portions(2_000, 100_000_000);

  /// In the order of the paths, but with what says how files are to be treated first.
  List<List<PlannedFile>> cut(List<PlannedFile> changed) {
    List<PlannedFile> ordered = new ArrayList<>(changed);
    ordered.sort(Comparator.comparing(planned -> !rules(planned)));
    List<List<PlannedFile>> portions = new ArrayList<>();
    List<PlannedFile> portion = new ArrayList<>();
    long bytes = 0;
    for (PlannedFile planned : ordered) {
      long more = carried(planned);
      boolean full = portion.size() == maxFiles || (!portion.isEmpty() && bytes + more > maxBytes);
      if (full) {
        portions.add(List.copyOf(portion));
        portion.clear();
        bytes = 0;
      }
      portion.add(planned);
      bytes += more;
    }
    if (!portion.isEmpty()) {
      portions.add(List.copyOf(portion));
    }
    return portions;
  }

  private static boolean rules(PlannedFile planned) {
    return planned.file().path().equals(GitAttributes.FILE)
        || planned.file().path().equals(".gitignore");
  }

  private static long carried(PlannedFile planned) {
    return switch (planned) {
      case PlannedFile.Regular regular -> regular.file().size();
      case PlannedFile.Large large -> 0;
      case PlannedFile.New unasked -> unasked.file().size();
      case PlannedFile.Unchanged unchanged -> 0;
      case PlannedFile.Ignored ignored -> 0;
    };
  }
}
