package neox.hub;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/// A repository as it was at one commit, which never changes.
///
/// @param card the metadata at the top of its README; missing or empty when there is none
/// @param files named by their paths in the repository, with sizes and sums
public record Snapshot(RepoId repo, String commit, JsonNode card, List<RemoteFile> files) {
  public Snapshot {
    files = List.copyOf(files);
  }
}
