package neox.prepare;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.base.AtomicFile;
import neox.base.UserException;
import neox.base.json.Json;
import neox.hub.RemoteFile;
import neox.hub.RunningHash;

/// What says where a downloaded file that stays is from: `FILE.source.json` beside it. Files of
/// different addresses may have the same name.
final class RawRecord {
  private final Path raw;
  private final Path file;

  /// @param raw the downloaded file
  RawRecord(Path raw) {
    this.raw = raw;
    this.file = raw.resolveSibling(raw.getFileName() + ".source.json");
  }

  /// Whether the file is known to be from one of these addresses.
  boolean names(List<RemoteFile> mirrors) throws IOException {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try {
      JsonNode json = Json.read(file);
      String sum = json.path("address_sha256").asText();
      return json.path("bytes").asLong(-1) == Files.size(raw)
          && mirrors.stream().anyMatch(mirror -> sum(mirror).equals(sum));
    } catch (UserException damaged) {
      return false;
    }
  }

  /// To be called when the file is there, whole.
  void write(RemoteFile source) throws IOException {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("address", source.publicAddress());
    map.put("address_sha256", sum(source));
    map.put("bytes", Files.size(raw));
    AtomicFile.write(file, Json.pretty(map));
  }

  /// To be called before the file is replaced or deleted.
  void delete() throws IOException {
    Files.deleteIfExists(file);
  }

  /// Of the whole address: its query may say which file it is, and may hold a secret.
  private static String sum(RemoteFile source) {
    byte[] address = source.url().toString().getBytes(StandardCharsets.UTF_8);
    RunningHash hash = RunningHash.start();
    hash.update(address, 0, address.length);
    return hash.sha256();
  }
}
