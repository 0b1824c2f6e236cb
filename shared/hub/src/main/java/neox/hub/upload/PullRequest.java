package neox.hub.upload;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import neox.hub.Answer;
import neox.hub.Backoff;
import neox.hub.Destination;
import neox.hub.HubClient;
import neox.hub.HubRefusal;
import neox.hub.HubRequest;
import neox.hub.HubUnreachable;
import neox.hub.RemoteState;
import neox.hub.RepoId;

/// Opens a pull request, once: one that has the title and the files already is taken instead, be it
/// that the answer to our own call was lost, or that an earlier run was killed.
final class PullRequest {
  private static final Set<String> ALIVE = Set.of("open", "draft");
  private static final int MAX_PAGES = 10;

  private final HubClient client;
  private final RepoId repo;

  /// @param repo the repository with its owner
  PullRequest(HubClient client, RepoId repo) {
    this.client = client;
    this.repo = repo;
  }

  /// An open pull request.
  ///
  /// @param branch to which commits can be added
  record Opened(String url, Destination.Branch branch) {}

  /// Opens one with a commit of the files, the large ones of which are in the storage already.
  Opened open(CommitText text, List<PlannedFile> files) throws IOException, InterruptedException {
    for (int repeats = 0; ; repeats++) {
      Optional<Opened> there = find(text.summary(), files);
      if (there.isPresent()) {
        return there.get();
      }
      HubRequest request =
          Committer.request(
              client,
              repo,
              new Destination.NewPullRequest(),
              new CommitBody(text, Optional.empty(), files));
      IOException failure;
      String what;
      try {
        Answer answer = client.http().send(request);
        if (answer.ok()) {
          return opened(answer.json(request), request, answer);
        }
        failure = HubRefusal.of(request, answer, client.http().settings());
        what = HubRefusal.unclear(request, answer, client.http().settings());
        if (!answer.isTransient()) {
          throw failure;
        }
      } catch (HubUnreachable e) {
        failure = e;
        what = e.what();
      }
      if (repeats == Backoff.MAX_REPEATS) {
        throw failure;
      }
      client.http().observer().warn(what + "; looking whether the pull request was opened");
      client.http().pauseAfter(repeats);
    }
  }

  private Opened opened(JsonNode json, HubRequest request, Answer answer) throws IOException {
    String url = json.path("pullRequestUrl").asText();
    String number = url.substring(url.lastIndexOf('/') + 1);
    if (!number.matches("\\d{1,9}")) {
      throw HubRefusal.broken(request, answer, "the hub did not say which pull request it opened");
    }
    return new Opened(url, branch(number));
  }

  private static Destination.Branch branch(String number) {
    return new Destination.Branch("refs/pr/" + number);
  }

  private Optional<Opened> find(String title, List<PlannedFile> files)
      throws IOException, InterruptedException {
    long listed = 0;
    for (int page = 0; page < MAX_PAGES; page++) {
      HubRequest request =
          HubRequest.get(
              "listing the pull requests of " + repo,
              client.api(repo, "/discussions?type=pull_request&p=" + page));
      JsonNode json = client.http().require(request).json(request);
      for (JsonNode one : json.path("discussions")) {
        boolean alike =
            one.path("isPullRequest").asBoolean()
                && one.path("title").asText().equals(title)
                && ALIVE.contains(one.path("status").asText());
        if (alike && has(branch(one.path("num").asText()), files)) {
          return Optional.of(at(one.path("num").asText()));
        }
      }
      listed += json.path("discussions").size();
      if (json.path("discussions").isEmpty() || listed >= json.path("count").asLong()) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  private boolean has(Destination.Branch branch, List<PlannedFile> files)
      throws IOException, InterruptedException {
    RemoteState now = client.ask(repo, branch, files.stream().map(PlannedFile::file).toList());
    return files.stream().allMatch(planned -> planned.isAt(now));
  }

  private Opened at(String number) {
    String page = client.http().settings().endpoint() + "/" + repo + "/discussions/" + number;
    return new Opened(page, branch(number));
  }
}
