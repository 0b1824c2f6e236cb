package neox.hub.upload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.base.UserException;
import neox.base.json.Json;
import neox.hub.HubClient;
import neox.hub.HubHttp;
import neox.hub.HubRequest;
import neox.hub.RepoId;
import neox.hub.StorageRefusal;
import neox.hub.UploadObserver.Phase;
import okhttp3.Headers;
import okhttp3.MediaType;

/// Puts files into a repository's large file storage, in the git-LFS way: ask where to, send, have
/// the storage confirmed. Files that the storage has already are not sent again, which also resumes
/// an upload that broke off.
final class LfsTransfer {
  /// The content type of git-LFS calls.
  static final MediaType LFS = MediaType.get("application/vnd.git-lfs+json");

  private final HubHttp http;
  private final RepoId repo;
  private final String branch;
  private long totalBytes;
  private long sentBytes;

  LfsTransfer(HubHttp http, RepoId repo, String branch) {
    this.http = http;
    this.repo = repo;
    this.branch = branch;
  }

  /// Sends every file; files of equal content once.
  void send(List<PlannedFile.Large> files) throws IOException, InterruptedException {
    Map<String, PlannedFile.Large> byOid = new LinkedHashMap<>();
    files.forEach(file -> byOid.putIfAbsent(file.oid(), file));
    List<PlannedFile.Large> distinct = List.copyOf(byOid.values());
    totalBytes = distinct.stream().mapToLong(large -> large.file().size()).sum();
    for (int from = 0; from < distinct.size(); from += HubClient.FILES_PER_CALL) {
      int to = Math.min(distinct.size(), from + HubClient.FILES_PER_CALL);
      sendBatch(distinct.subList(from, to));
    }
  }

  private void sendBatch(List<PlannedFile.Large> files) throws IOException, InterruptedException {
    Map<String, JsonNode> objects = ask(files);
    for (PlannedFile.Large large : files) {
      JsonNode actions = actions(large, objects);
      if (!actions.isEmpty()) {
        upload(large, actions);
      }
      sentBytes += large.file().size();
    }
  }

  private Map<String, JsonNode> ask(List<PlannedFile.Large> files)
      throws IOException, InterruptedException {
    ObjectNode json = Json.mapper().createObjectNode().put("operation", "upload");
    json.putArray("transfers").add("basic").add("multipart");
    ArrayNode list = json.putArray("objects");
    files.forEach(
        large -> list.addObject().put("oid", large.oid()).put("size", large.file().size()));
    json.put("hash_algo", "sha256").putObject("ref").put("name", branch);
    HubRequest request =
        HubRequest.post(
                "asking " + repo + " where to upload",
                http.url(repo + ".git/info/lfs/objects/batch"),
                LFS,
                json,
                HubRequest.Repeat.SAFE)
            .withHeaders(Headers.of("Accept", LFS.toString()));
    Map<String, JsonNode> objects = new LinkedHashMap<>();
    for (JsonNode object : http.require(request).json(request).path("objects")) {
      objects.put(object.path("oid").asText(), object);
    }
    return objects;
  }

  /// What to do for one file; empty when the storage has it.
  private static JsonNode actions(PlannedFile.Large large, Map<String, JsonNode> objects)
      throws IOException {
    JsonNode object = objects.get(large.oid());
    if (object == null) {
      throw new IOException("the hub did not say where to upload " + large.file().path());
    }
    JsonNode error = object.path("error");
    if (!error.isMissingNode()) {
      throw new UserException(
          "the hub refused %s: %s (code %d)"
              .formatted(
                  large.file().path(), error.path("message").asText(), error.path("code").asInt()));
    }
    return object.path("actions");
  }

  /// An address is good for a limited time; when that is over, a new one is asked for, once.
  private void upload(PlannedFile.Large large, JsonNode actions)
      throws IOException, InterruptedException {
    long before = sentBytes;
    LfsUpload upload =
        new LfsUpload(
            http,
            large,
            done ->
                http.observer()
                    .progress(Phase.SENDING, before + done, totalBytes, large.file().path()));
    try {
      upload.run(actions);
    } catch (StorageRefusal e) {
      if (!e.isExpiry()) {
        throw e;
      }
      upload.run(actions(large, ask(List.of(large))));
    }
  }
}
