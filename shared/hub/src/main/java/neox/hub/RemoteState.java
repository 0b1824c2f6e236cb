package neox.hub;

import java.util.Map;
import java.util.Optional;

/// What the hub says about the files of a coming upload.
///
/// @param files by path; a path that the hub left out of its answer is an error of the hub
/// @param head the branch's last commit, when the hub names it
public record RemoteState(Map<String, RemoteFile> files, Optional<String> head) {
  public RemoteState {
    files = Map.copyOf(files);
  }

  /// How the hub wants one file.
  ///
  /// @param large true for a file that goes to the large file storage instead of into the commit
  /// @param ignored true when the repository's `.gitignore` excludes it
  /// @param oid the hash of the file's present content: git's blob hash, SHA-256 for large files
  public record RemoteFile(boolean large, boolean ignored, Optional<String> oid) {}
}
