package neox.hub.upload;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import neox.hub.Answer;
import neox.hub.Backoff;
import neox.hub.HubClient;
import neox.hub.HubRefusal;
import neox.hub.HubRequest;
import neox.hub.HubUnreachable;
import neox.hub.RemoteState;
import neox.hub.RemoteState.RemoteFile;
import neox.hub.RepoId;

/// Makes the commit, exactly once.
///
/// A commit whose answer is lost may or may not have been made, so it is not simply sent again: the
/// hub is asked whether it has the files now. If it has not, the second commit names the branch's
/// last commit as its parent, so that it fails, and is looked into again, should the first one
/// still come through.
final class Committer {
  private static final int PARENT_HAS_MOVED = 412;

  private final HubClient client;
  private final UploadRequest upload;
  private final RepoId repo;

  /// @param repo the repository with its owner
  Committer(HubClient client, UploadRequest upload, RepoId repo) {
    this.client = client;
    this.upload = upload;
    this.repo = repo;
  }

  /// Commits the files, the large ones of which are in the storage already; gives the address of
  /// the commit.
  String commit(List<PlannedFile> files) throws IOException, InterruptedException {
    Optional<String> parent = Optional.empty();
    for (int repeats = 0; ; repeats++) {
      HubRequest request = request(files, parent);
      IOException failure;
      try {
        Answer answer = client.http().send(request);
        if (answer.ok()) {
          return address(answer.json(request));
        }
        failure = HubRefusal.unclear(request, answer, client.http().settings());
        boolean hasMoved = answer.status() == PARENT_HAS_MOVED && parent.isPresent();
        if (!answer.isTransient() && !hasMoved) {
          throw HubRefusal.of(request, answer, client.http().settings());
        }
      } catch (HubUnreachable e) {
        failure = e;
      }
      if (repeats == Backoff.MAX_REPEATS) {
        throw failure;
      }
      client.http().observer().warn(failure.getMessage() + "; looking whether the commit was made");
      client.http().pauseAfter(repeats);
      RemoteState now =
          client.ask(repo, upload.branch(), files.stream().map(PlannedFile::file).toList());
      if (files.stream().allMatch(planned -> isThere(planned, now))) {
        return address(client.head(repo, upload.branch()));
      }
      parent = now.head();
    }
  }

  private HubRequest request(List<PlannedFile> files, Optional<String> parent) {
    return HubRequest.post(
        "committing to " + repo,
        client.api(repo, "/commit/" + HubClient.encode(upload.branch())),
        new CommitBody(upload.message(), parent, files),
        HubRequest.Repeat.NEVER);
  }

  private static boolean isThere(PlannedFile planned, RemoteState now) {
    Optional<String> oid =
        Optional.ofNullable(now.files().get(planned.file().path())).flatMap(RemoteFile::oid);
    return switch (planned) {
      case PlannedFile.Regular regular -> oid.equals(Optional.of(regular.oid()));
      case PlannedFile.Large large -> oid.equals(Optional.of(large.oid()));
      case PlannedFile.New unasked -> oid.isPresent();
      case PlannedFile.Unchanged unchanged -> true;
      case PlannedFile.Ignored ignored -> true;
    };
  }

  private String address(JsonNode answer) {
    String url = answer.path("commitUrl").asText();
    return url.isEmpty() ? address(answer.path("commitOid").asText()) : url;
  }

  String address(String commit) {
    return client.http().settings().endpoint() + "/" + repo + "/commit/" + commit;
  }
}
