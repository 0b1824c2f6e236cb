package neox.hub.upload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;
import neox.base.json.Json;
import neox.hub.Answer;
import neox.hub.HubHttp;
import neox.hub.HubRequest;
import neox.hub.LocalFile;
import okhttp3.Headers;
import okhttp3.HttpUrl;

/// Sends one file the way the hub chose: in one piece, or in parts that it then joins.
///
/// @param sent hears how many bytes of the file have been sent
record LfsUpload(HubHttp http, PlannedFile.Large large, LongConsumer sent) {
  private static final Pattern PART_NUMBER = Pattern.compile("\\d{1,9}");
  private static final String CHUNK_SIZE = "chunk_size";

  /// @param actions the hub's instructions for this file
  void run(JsonNode actions) throws IOException, InterruptedException {
    JsonNode upload = actions.path("upload");
    if (upload.path("header").has(CHUNK_SIZE)) {
      sendParts(upload);
    } else {
      sendWhole(upload);
    }
    if (actions.has("verify")) {
      verify(actions.path("verify"));
    }
  }

  private void sendWhole(JsonNode upload) throws IOException, InterruptedException {
    LocalFile file = large.file();
    Headers.Builder headers = new Headers.Builder();
    for (Map.Entry<String, JsonNode> entry : upload.path("header").properties()) {
      headers.set(entry.getKey(), entry.getValue().asText());
    }
    http.require(
        HubRequest.put(
                "uploading " + file.path(),
                address(upload.path("href").asText()),
                new FileRangeBody(file, 0, file.size(), sent))
            .withHeaders(headers.build()));
  }

  private void sendParts(JsonNode upload) throws IOException, InterruptedException {
    LocalFile file = large.file();
    long partBytes = upload.path("header").path(CHUNK_SIZE).asLong();
    List<String> addresses = partAddresses(upload.path("header"));
    if (partBytes < 1 || addresses.size() != Math.ceilDiv(file.size(), partBytes)) {
      throw new IOException(
          "the hub offers %d parts of %d bytes for the %d bytes of %s"
              .formatted(addresses.size(), partBytes, file.size(), file.path()));
    }
    ObjectNode json = Json.mapper().createObjectNode().put("oid", large.oid());
    ArrayNode parts = json.putArray("parts");
    for (int i = 0; i < addresses.size(); i++) {
      long offset = i * partBytes;
      long length = Math.min(partBytes, file.size() - offset);
      String tag = sendPart(addresses.get(i), i + 1, offset, length);
      parts.addObject().put("partNumber", i + 1).put("etag", tag);
    }
    http.require(
        HubRequest.post(
                "joining the parts of " + file.path(),
                address(upload.path("href").asText()),
                LfsTransfer.LFS,
                json,
                HubRequest.Repeat.SAFE)
            .withHeaders(Headers.of("Accept", LfsTransfer.LFS.toString()))
            .signedByAddress());
  }

  private String sendPart(String address, int number, long offset, long length)
      throws IOException, InterruptedException {
    FileRangeBody body =
        new FileRangeBody(large.file(), offset, length, done -> sent.accept(offset + done));
    String action = "uploading part " + number + " of " + large.file().path();
    Answer answer = http.require(HubRequest.put(action, address(address), body));
    return answer
        .header("ETag")
        .orElseThrow(() -> new IOException("the storage gave no ETag while " + action));
  }

  private void verify(JsonNode verify) throws IOException, InterruptedException {
    ObjectNode json =
        Json.mapper().createObjectNode().put("oid", large.oid()).put("size", large.file().size());
    http.require(
        HubRequest.post(
            "verifying " + large.file().path(),
            address(verify.path("href").asText()),
            json,
            HubRequest.Repeat.SAFE));
  }

  /// Addresses in the order of their numbers.
  private static List<String> partAddresses(JsonNode header) {
    TreeMap<Integer, String> byNumber = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : header.properties()) {
      if (PART_NUMBER.matcher(entry.getKey()).matches()) {
        byNumber.put(Integer.valueOf(entry.getKey()), entry.getValue().asText());
      }
    }
    return List.copyOf(byNumber.values());
  }

  private HttpUrl address(String href) throws IOException {
    HttpUrl url = http.ownAddress(href);
    if (url == null) {
      throw new IOException("the hub gave no usable address for " + large.file().path());
    }
    return url;
  }
}
