package neox.hub.upload;

import neox.base.UserException;
import neox.hub.RepoId;
import neox.hub.Visibility;

/// Where an upload goes.
///
/// @param message the commit's summary
/// @param visibility matters only when the repository has to be created
public record UploadRequest(RepoId repo, String branch, String message, Visibility visibility) {
  public static final String MAIN = "main";

  public UploadRequest {
    if (branch.isBlank() || branch.contains("..") || branch.chars().anyMatch(c -> c <= ' ')) {
      throw new UserException("'" + branch + "' cannot name a branch");
    }
    if (message.isBlank()) {
      throw new UserException("the commit message is empty, see --message");
    }
  }
}
