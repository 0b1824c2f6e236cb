package neox.hub.upload;

import java.util.Optional;
import neox.hub.LocalFile;
import neox.hub.RemoteState;

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

  /// Whether it is part of a commit.
  default boolean isChange() {
    return switch (this) {
      case Regular regular -> true;
      case Large large -> true;
      case New unasked -> true;
      case Unchanged unchanged -> false;
      case Ignored ignored -> false;
    };
  }

  /// Whether the hub has it as this plan wants it.
  default boolean isAt(RemoteState state) {
    Optional<String> there =
        Optional.ofNullable(state.files().get(file().path())).flatMap(RemoteState.RemoteFile::oid);
    return switch (this) {
      case Regular regular -> there.equals(Optional.of(regular.oid()));
      case Large large -> there.equals(Optional.of(large.oid()));
      case New unasked -> false;
      case Unchanged unchanged -> true;
      case Ignored ignored -> true;
    };
  }
}
