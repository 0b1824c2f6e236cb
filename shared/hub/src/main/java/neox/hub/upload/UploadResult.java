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
    /// Commits were made, usually one.
    ///
    /// @param url of the last one
    record Committed(String url, int commits) implements Outcome {}

    /// A pull request has the files.
    ///
    /// @param url of its page
    /// @param revision under which its files can be read, such as `refs/pr/3`
    record Proposed(String url, String revision) implements Outcome {}

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

  /// The files that are part of the commits.
  public List<PlannedFile> changed() {
    return files.stream().filter(PlannedFile::isChange).toList();
  }

  /// The files that `.gitignore` excludes: the hub does not get them.
  public List<PlannedFile> ignored() {
    return files.stream().filter(PlannedFile.Ignored.class::isInstance).toList();
  }
}
