package neox.hub.upload;

import java.util.List;
import neox.hub.RepoId;

/// What an upload did, or under a dry run would do.
///
/// @param repo the repository with its owner
/// @param outcome how it ended
/// @param files every file of the folder and what became of it
public record UploadResult(RepoId repo, Outcome outcome, List<PlannedFile> files) {
  public UploadResult {
    files = List.copyOf(files);
  }

  /// How an upload ended.
  public sealed interface Outcome {
    /// A commit was made.
    record Committed(String url) implements Outcome {}

    /// Nothing differs from the branch's last commit, whose address this is.
    record UpToDate(String url) implements Outcome {}

    /// A dry run: nothing was sent.
    ///
    /// @param exists whether the repository and branch are there already
    record Planned(boolean exists) implements Outcome {}
  }

  /// The bytes that are new to the hub.
  public long changedBytes() {
    return changed().stream().mapToLong(planned -> planned.file().size()).sum();
  }

  /// The files that are part of the commit.
  public List<PlannedFile> changed() {
    return changed(files);
  }

  static List<PlannedFile> changed(List<PlannedFile> files) {
    return files.stream()
        .filter(planned ->
            switch (planned) {
              case PlannedFile.Regular regular -> true;
              case PlannedFile.Large large -> true;
              case PlannedFile.New unasked -> true;
              case PlannedFile.Unchanged unchanged -> false;
              case PlannedFile.Ignored ignored -> false;
            })
        .toList();
  }
}
