package neox.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.base.json.Json;
import okhttp3.HttpUrl;

/// The calls to a hub about one repository, in the hub's own words.
///
/// Thread-safe. The owner closes it.
public final class HubClient implements AutoCloseable {
  /// The most files that one question to the hub may be about.
  public static final int FILES_PER_CALL = 256;

  private static final int CONFLICT = 409;

  private final HubHttp http;

  public HubClient(HubHttp http) {
    this.http = http;
  }

  public HubHttp http() {
    return http;
  }

  /// Creates the repository unless it exists, which is also what a call makes of one whose answer
  /// was lost; the answer has an owner even when `repo` has none.
  public RepoId create(RepoId repo, Visibility visibility)
      throws IOException, InterruptedException {
    ObjectNode json = Json.mapper().createObjectNode().put("name", repo.name());
    json.put("organization", repo.owner().orElse(null));
    json.put("type", "model");
    if (visibility == Visibility.PRIVATE) {
      json.put("visibility", "private");
    }
    HubRequest request =
        HubRequest.post(
            "creating " + repo, http.url("api/repos/create"), json, HubRequest.Repeat.SAFE);
    Answer answer = sendUntilNoConflict(request);
    if (answer.ok() || answer.status() == CONFLICT) {
      return fullName(repo, answer, request);
    }
    boolean perhapsExists =
        answer.status() == 401 || answer.status() == 402 || answer.status() == 403;
    if (perhapsExists && repo.owner().isPresent() && exists(repo)) {
      return repo;
    }
    throw HubRefusal.of(request, answer, http.settings());
  }

  private Answer sendUntilNoConflict(HubRequest request) throws IOException, InterruptedException {
    for (int repeats = 0; ; repeats++) {
      Answer answer = http.send(request);
      boolean busy =
          answer.status() == CONFLICT
              && answer.errorText().contains("another conflicting operation is in progress");
      if (!busy) {
        return answer;
      }
      if (repeats == Backoff.MAX_REPEATS) {
        throw new IOException(
            "the hub is still busy with another change after "
                + (repeats + 1)
                + " attempts at "
                + request.action()
                + HubRefusal.requestId(answer)
                + "; try again later");
      }
      http.pauseAfter(repeats);
    }
  }

  private RepoId fullName(RepoId repo, Answer answer, HubRequest request)
      throws IOException, InterruptedException {
    if (repo.owner().isPresent()) {
      return repo;
    }
    String[] parts = answer.json(request).path("url").asText().split("/", -1);
    if (parts.length < 2) {
      return ownedByCaller(repo);
    }
    return new RepoId(Optional.of(parts[parts.length - 2]), parts[parts.length - 1]);
  }

  /// `repo` with the token's account as its owner when it has none.
  public RepoId ownedByCaller(RepoId repo) throws IOException, InterruptedException {
    if (repo.owner().isPresent()) {
      return repo;
    }
    HubRequest request = HubRequest.get("asking whose token it is", http.url("api/whoami-v2"));
    String account = http.require(request).json(request).path("name").asText();
    return new RepoId(Optional.of(account), repo.name());
  }

  /// [neox.base.UserException] when the hub denies access to whoever holds the token, or to the
  /// repository; one that is not there denies nothing.
  public void requireAccess(RepoId repo) throws IOException, InterruptedException {
    List<HubRequest> requests =
        List.of(
            HubRequest.get("asking whose token it is", http.url("api/whoami-v2")),
            HubRequest.get("looking for " + repo, api(repo, "")));
    for (HubRequest request : requests) {
      Answer answer = http.send(request);
      boolean denied = answer.status() == 401 || answer.status() == 403;
      if (denied || answer.isTransient() || answer.status() >= 500) {
        throw HubRefusal.of(request, answer, http.settings());
      }
    }
  }

  /// True when the repository can be read.
  public boolean exists(RepoId repo) throws IOException, InterruptedException {
    return http.send(HubRequest.get("looking for " + repo, api(repo, ""))).ok();
  }

  /// True when the repository can be read and has the branch.
  public boolean exists(RepoId repo, String branch) throws IOException, InterruptedException {
    HubRequest request =
        HubRequest.get("looking for " + repo, api(repo, "/revision/" + encode(branch)));
    Answer answer = http.send(request);
    boolean missing =
        answer.errorCode().equals("RepoNotFound") || answer.errorCode().equals("RevisionNotFound");
    if (!answer.ok() && !missing) {
      throw HubRefusal.of(request, answer, http.settings());
    }
    return answer.ok();
  }

  /// Creates a branch from `main` unless it exists.
  public void createBranch(RepoId repo, String branch) throws IOException, InterruptedException {
    HubRequest request =
        HubRequest.post(
            "creating branch " + branch + " of " + repo,
            api(repo, "/branch/" + encode(branch)),
            Json.mapper().createObjectNode(),
            HubRequest.Repeat.SAFE);
    Answer answer = http.send(request);
    if (!answer.ok() && answer.status() != CONFLICT) {
      throw HubRefusal.of(request, answer, http.settings());
    }
  }

  /// Has the hub check the metadata at the top of a model card.
  public void validateCard(LocalFile card) throws IOException, InterruptedException {
    ObjectNode json =
        Json.mapper()
            .createObjectNode()
            .put("content", NamedFiles.readString(card.source()))
            .put("repoType", "model");
    HubRequest request =
        HubRequest.post(
            "checking " + card.path(), http.url("api/validate-yaml"), json, HubRequest.Repeat.SAFE);
    Answer answer = http.send(request);
    if (answer.status() == 400 && !answer.errorText().isEmpty()) {
      throw new UserException(
          card.source()
              + ": the hub finds the metadata invalid: "
              + answer.errorText()
              + HubRefusal.requestId(answer)
              + "; mend its first lines");
    }
    if (!answer.ok()) {
      throw HubRefusal.of(request, answer, http.settings());
    }
    for (JsonNode warning : answer.json(request).path("warnings")) {
      http.observer().warn(card.path() + ": " + warning.path("message").asText());
    }
  }

  /// Asks how the hub wants each file, and which it has already.
  public RemoteState ask(RepoId repo, Destination destination, List<LocalFile> files)
      throws IOException, InterruptedException {
    Map<String, RemoteState.RemoteFile> answers = new HashMap<>();
    Optional<String> head = Optional.empty();
    for (int from = 0; from < files.size(); from += FILES_PER_CALL) {
      List<LocalFile> part = files.subList(from, Math.min(files.size(), from + FILES_PER_CALL));
      HubRequest request =
          HubRequest.post(
              "asking " + repo + " what to upload",
              api(repo, "/preupload/" + encode(destination.revision()) + destination.query()),
              question(part, files),
              HubRequest.Repeat.SAFE);
      Answer answer = http.require(request);
      JsonNode json = answer.json(request);
      head = text(json.path("commitOid"));
      for (JsonNode file : json.path("files")) {
        answers.put(
            file.path("path").asText(),
            new RemoteState.RemoteFile(
                file.path("uploadMode").asText().equals("lfs"),
                file.path("shouldIgnore").asBoolean(),
                text(file.path("oid"))));
      }
      for (LocalFile file : part) {
        if (!answers.containsKey(file.path())) {
          throw HubRefusal.broken(
              request, answer, "the hub did not say how it wants " + file.path());
        }
      }
    }
    return new RemoteState(answers, head);
  }

  private static ObjectNode question(List<LocalFile> part, List<LocalFile> all) throws IOException {
    ObjectNode json = Json.mapper().createObjectNode();
    var list = json.putArray("files");
    for (LocalFile file : part) {
      list.addObject()
          .put("path", file.path())
          .put("sample", file.sample())
          .put("size", file.size());
    }
    for (LocalFile file : all) {
      switch (file.path()) {
        case ".gitignore" -> json.put("gitIgnore", NamedFiles.readString(file.source()));
        case ".gitattributes" -> json.put("gitAttributes", NamedFiles.readString(file.source()));
        default -> {}
      }
    }
    return json;
  }

  /// The last commit of a branch.
  public String head(RepoId repo, String branch) throws IOException, InterruptedException {
    HubRequest request =
        HubRequest.get(
            "asking for the last commit of " + repo, api(repo, "/revision/" + encode(branch)));
    return http.require(request).json(request).path("sha").asText();
  }

  public HttpUrl api(RepoId repo, String encodedRest) {
    return http.url("api/models/" + repo + encodedRest);
  }

  /// Percent-encodes everything but letters, digits and `_.-~`; so a branch `a/b` is one segment.
  public static String encode(String segment) {
    String encoded = URLEncoder.encode(segment, StandardCharsets.UTF_8);
    return encoded.replace("+", "%20").replace("*", "%2A").replace("%7E", "~");
  }

  /// Percent-encodes everything but the slashes between names.
  static String encodePath(String path) {
    return Arrays.stream(path.split("/", -1))
        .map(HubClient::encode)
        .collect(Collectors.joining("/"));
  }

  private static Optional<String> text(JsonNode node) {
    return Optional.of(node.asText("")).filter(value -> !value.isEmpty());
  }

  @Override
  public void close() {
    http.close();
  }
}
