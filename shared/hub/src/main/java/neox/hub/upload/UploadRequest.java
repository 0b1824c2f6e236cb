package neox.hub.upload;

import neox.hub.Destination;
import neox.hub.RepoId;
import neox.hub.Visibility;

/// Where an upload goes, and what is said about it.
///
/// @param visibility matters only when the repository has to be created
public record UploadRequest(
    RepoId repo, Destination destination, CommitText text, Visibility visibility) {

  /// To a branch, which is created from the main one when it is missing.
  public static UploadRequest toBranch(
      RepoId repo, String branch, String summary, Visibility visibility) {
    return new UploadRequest(
        repo, new Destination.Branch(branch), new CommitText(summary, ""), visibility);
  }
}
