package neox.hub.upload;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import neox.hub.Answer;
import neox.hub.Backoff;
import neox.hub.Destination;
import neox.hub.HubClient;
import neox.hub.HubRefusal;
import neox.hub.HubRequest;
import neox.hub.HubUnreachable;
import neox.hub.RemoteState;
import neox.hub.RepoId;

/// Makes commits on a branch, each exactly once.
///
/// A commit whose answer is lost may or may not have been made, so it is not simply sent again: the
/// hub is asked whether it has the files now. If it has not, the second commit names the branch's
/// last commit as its parent, so that it fails, and is looked into again, should the first one
/// still come through.
final class Committer {
  private static final int PARENT_HAS_MOVED = 412;

  private final HubClient client;
  private final RepoId repo;
  private final Destination.Branch branch;

  /// @param repo the repository with its owner
  Committer(HubClient client, RepoId repo, Destination.Branch branch) {
    this.client = client;
    this.repo = repo;
    this.branch = branch;
  }

  /// Commits the files, the large ones of which are in the storage already; gives the address of
  /// the commit.
  String commit(CommitText text, List<PlannedFile> files) throws IOException, InterruptedException {
    Optional<String> parent = Optional.empty();
    for (int repeats = 0; ; repeats++) {
      HubRequest request = request(client, repo, branch, new CommitBody(text, parent, files));
      IOException failure;
      String what;
      try {
        Answer answer = client.http().send(request);
        if (answer.ok()) {
          return address(answer.json(request));
        }
        boolean hasMoved = answer.status() == PARENT_HAS_MOVED && parent.isPresent();
        failure = refusal(request, answer, hasMoved);
        what = HubRefusal.unclear(request, answer, client.http().settings());
      } catch (HubUnreachable e) {
        failure = e;
        what = e.what();
      }
      if (repeats == Backoff.MAX_REPEATS) {
        throw failure;
      }
      client.http().observer().warn(what + "; looking whether the commit was made");
      client.http().pauseAfter(repeats);
      RemoteState now = client.ask(repo, branch, files.stream().map(PlannedFile::file).toList());
      if (files.stream().allMatch(planned -> planned.isAt(now))) {
        return head();
      }
      parent = now.head();
    }
  }

  /// What ends the attempts; throws where another one is of no use.
  private IOException refusal(HubRequest request, Answer answer, boolean hasMoved)
      throws IOException {
    if (hasMoved) {
      return new IOException(HubRefusal.unclear(request, answer, client.http().settings()));
    }
    IOException failure = HubRefusal.of(request, answer, client.http().settings());
    if (!answer.isTransient()) {
      throw failure;
    }
    return failure;
  }

  /// A call that commits.
  static HubRequest request(
      HubClient client, RepoId repo, Destination destination, CommitBody body) {
    return HubRequest.post(
        "committing to " + repo,
        client.api(
            repo, "/commit/" + HubClient.encode(destination.revision()) + destination.query()),
        body,
        HubRequest.Repeat.NEVER);
  }

  private String address(JsonNode answer) {
    String url = answer.path("commitUrl").asText();
    return url.isEmpty() ? address(answer.path("commitOid").asText()) : url;
  }

  /// The address of the branch's last commit.
  String head() throws IOException, InterruptedException {
    return address(client.head(repo, branch.name()));
  }

  private String address(String commit) {
    return client.http().settings().endpoint() + "/" + repo + "/commit/" + commit;
  }
}
