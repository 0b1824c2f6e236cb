package neox.hub.upload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import neox.base.UserException;
import neox.base.json.Json;
import neox.hub.Answer;
import neox.hub.Destination;
import neox.hub.HubHttp;
import neox.hub.HubRefusal;
import neox.hub.HubRequest;
import neox.hub.RepoId;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.MediaType;

/// Asks the hub what is to be done to have large files in its storage.
final class LfsBatch {
  /// The content type of git-LFS calls.
  static final MediaType LFS = MediaType.get("application/vnd.git-lfs+json");

  private static final Pattern PART_NUMBER = Pattern.compile("\\d{1,9}");
  private static final String CHUNK_SIZE = "chunk_size";
  private static final Headers NONE = Headers.of();

  private final HubHttp http;
  private final RepoId repo;
  private final Destination destination;

  LfsBatch(HubHttp http, RepoId repo, Destination destination) {
    this.http = http;
    this.repo = repo;
    this.destination = destination;
  }

  RepoId repo() {
    return repo;
  }

  /// What to do for one file.
  LfsAction ask(PlannedFile.Large large) throws IOException, InterruptedException {
    return ask(List.of(large)).getFirst();
  }

  /// What to do for each of at most [neox.hub.HubClient#FILES_PER_CALL] files.
  List<LfsAction> ask(List<PlannedFile.Large> files) throws IOException, InterruptedException {
    HubRequest request = request(files);
    Answer answer = http.require(request);
    Map<String, JsonNode> objects = new HashMap<>();
    for (JsonNode object : answer.json(request).path("objects")) {
      objects.put(object.path("oid").asText(), object);
    }
    Reply reply = new Reply(http, request, answer);
    List<LfsAction> actions = new ArrayList<>();
    for (PlannedFile.Large large : files) {
      JsonNode object = objects.get(large.oid());
      if (object == null) {
        throw reply.broken("the hub did not say where to upload " + large.file().path());
      }
      actions.add(action(large, object, reply));
    }
    return actions;
  }

  private HubRequest request(List<PlannedFile.Large> files) {
    ObjectNode json = Json.mapper().createObjectNode().put("operation", "upload");
    json.putArray("transfers").add("basic").add("multipart");
    ArrayNode list = json.putArray("objects");
    files.forEach(
        large -> list.addObject().put("oid", large.oid()).put("size", large.file().size()));
    json.put("hash_algo", "sha256");
    switch (destination) {
      case Destination.Branch branch -> json.putObject("ref").put("name", branch.name());
      case Destination.NewPullRequest pullRequest -> {
        // A reference would have the hub ask for the right to write there.
      }
    }
    return HubRequest.post(
            "asking " + repo + " where to upload",
            http.url(repo + ".git/info/lfs/objects/batch"),
            LFS,
            json,
            HubRequest.Repeat.SAFE)
        .withHeaders(Headers.of("Accept", LFS.toString()));
  }

  private static LfsAction action(PlannedFile.Large large, JsonNode object, Reply reply)
      throws IOException {
    JsonNode error = object.path("error");
    if (!error.isMissingNode()) {
      throw UserException.of(
          "the hub refused %s: %s (code %d%s); mend what it names",
          large.file().path(),
          error.path("message").asText(),
          error.path("code").asInt(),
          reply.answer.header("X-Request-Id").map(", request id "::concat).orElse(""));
    }
    JsonNode actions = object.path("actions");
    if (actions.isEmpty()) {
      return new LfsAction.Stored();
    }
    JsonNode upload = actions.path("upload");
    String path = large.file().path();
    HttpUrl address = reply.address(upload.path("href"), path);
    Optional<HttpUrl> verify =
        actions.has("verify")
            ? Optional.of(reply.address(actions.path("verify").path("href"), path))
            : Optional.empty();
    return upload.path("header").has(CHUNK_SIZE)
        ? parts(large, upload.path("header"), new LfsAction.Whole(address, NONE, verify), reply)
        : new LfsAction.Whole(address, headers(upload.path("header")), verify);
  }

  private static LfsAction parts(
      PlannedFile.Large large, JsonNode header, LfsAction.Whole join, Reply reply)
      throws IOException {
    TreeMap<Integer, HttpUrl> byNumber = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : header.properties()) {
      if (PART_NUMBER.matcher(entry.getKey()).matches()) {
        byNumber.put(
            Integer.valueOf(entry.getKey()), reply.address(entry.getValue(), large.file().path()));
      }
    }
    long partBytes = header.path(CHUNK_SIZE).asLong();
    if (partBytes < 1 || byNumber.size() != Math.ceilDiv(large.file().size(), partBytes)) {
      throw reply.broken(
          "the hub offers %d parts of %d bytes for the %d bytes of %s"
              .formatted(byNumber.size(), partBytes, large.file().size(), large.file().path()));
    }
    return new LfsAction.Parts(
        partBytes, List.copyOf(byNumber.values()), join.address(), join.verify());
  }

  private static Headers headers(JsonNode header) {
    Headers.Builder headers = new Headers.Builder();
    for (Map.Entry<String, JsonNode> entry : header.properties()) {
      headers.set(entry.getKey(), entry.getValue().asText());
    }
    return headers.build();
  }

  /// An answer that addresses are taken from.
  private record Reply(HubHttp http, HubRequest request, Answer answer) {
    HttpUrl address(JsonNode href, String path) throws IOException {
      HttpUrl url = http.ownAddress(href.asText());
      if (url == null) {
        throw broken("the hub gave no usable address for " + path);
      }
      return url;
    }

    IOException broken(String what) {
      return HubRefusal.broken(request, answer, what);
    }
  }
}
