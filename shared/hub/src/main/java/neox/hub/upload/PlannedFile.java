package neox.hub.upload;

import neox.hub.LocalFile;

/// What an upload does with one file.
public sealed interface PlannedFile {
  LocalFile file();

  /// Goes into the commit itself.
  ///
  /// @param oid git's blob hash
  record Regular(LocalFile file, String oid) implements PlannedFile {}

  /// Goes to the large file storage; the commit names it.
  ///
  /// @param oid SHA-256
  record Large(LocalFile file, String oid) implements PlannedFile {}

  /// Goes to a repository that is not there yet, so that the hub could not be asked how.
  record New(LocalFile file) implements PlannedFile {}

  /// The hub has the same bytes already.
  record Unchanged(LocalFile file) implements PlannedFile {}

  /// The repository's `.gitignore` excludes it.
  record Ignored(LocalFile file) implements PlannedFile {}
}
