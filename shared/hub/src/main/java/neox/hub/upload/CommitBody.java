package neox.hub.upload;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import neox.base.NamedFiles;
import neox.base.json.Json;
import neox.hub.FileHash;
import neox.hub.LocalFile;
import neox.hub.LocalFileException;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.BufferedSink;

/// A commit as the hub takes it: one JSON value per line, first a header, then one per file.
///
/// Files are read while they are sent, so a commit of many files needs no memory for them.
final class CommitBody extends RequestBody {
  private static final MediaType NDJSON = MediaType.get("application/x-ndjson");

  /// A multiple of three, so that blocks can be encoded one by one.
  private static final int BLOCK_BYTES = 3 << 14;

  private final ObjectNode header;
  private final List<PlannedFile> files;

  /// @param parent the commit that must still be the branch's last one; empty to not check
  CommitBody(CommitText text, Optional<String> parent, List<PlannedFile> files) {
    this.files = List.copyOf(files);
    header = Json.mapper().createObjectNode().put("key", "header");
    ObjectNode value = header.putObject("value").put("summary", text.summary());
    value.put("description", text.description());
    parent.ifPresent(oid -> value.put("parentCommit", oid));
  }

  @Override
  public MediaType contentType() {
    return NDJSON;
  }

  @Override
  public boolean isOneShot() {
    return true;
  }

  @Override
  public void writeTo(BufferedSink sink) throws IOException {
    writeLine(sink, header);
    for (PlannedFile planned : files) {
      switch (planned) {
        case PlannedFile.Regular regular -> writeContent(sink, regular);
        case PlannedFile.Large large -> writeLine(sink, pointer(large));
        case PlannedFile.New unasked -> throw unplanned(unasked);
        case PlannedFile.Unchanged unchanged -> throw unplanned(unchanged);
        case PlannedFile.Ignored ignored -> throw unplanned(ignored);
      }
    }
  }

  private static IllegalStateException unplanned(PlannedFile planned) {
    return new IllegalStateException(planned.file().path() + " is no part of a commit");
  }

  private static ObjectNode pointer(PlannedFile.Large large) {
    ObjectNode line = Json.mapper().createObjectNode().put("key", "lfsFile");
    line.putObject("value")
        .put("path", large.file().path())
        .put("algo", "sha256")
        .put("oid", large.oid())
        .put("size", large.file().size());
    return line;
  }

  private static void writeLine(BufferedSink sink, ObjectNode line) throws IOException {
    sink.writeUtf8(Json.line(line)).writeUtf8("\n");
  }

  private static void writeContent(BufferedSink sink, PlannedFile.Regular regular)
      throws IOException {
    sink.writeUtf8("{\"key\":\"file\",\"value\":{\"content\":\"");
    writeBase64(sink, regular);
    sink.writeUtf8("\",\"path\":").writeUtf8(Json.line(regular.file().path()));
    sink.writeUtf8(",\"encoding\":\"base64\"}}\n");
  }

  /// Hashes again what it sends: a file that changed since it was planned must not be committed.
  private static void writeBase64(BufferedSink sink, PlannedFile.Regular regular)
      throws IOException {
    LocalFile file = regular.file();
    MessageDigest digest = FileHash.gitBlobDigest(file.size());
    try (InputStream in = open(file)) {
      for (byte[] block = read(file, in); block.length > 0; block = read(file, in)) {
        digest.update(block);
        sink.writeUtf8(Base64.getEncoder().encodeToString(block));
      }
    }
    if (!HexFormat.of().formatHex(digest.digest()).equals(regular.oid())) {
      throw LocalFileException.changed(file);
    }
  }

  private static InputStream open(LocalFile file) throws LocalFileException {
    try {
      return NamedFiles.newInputStream(file.source());
    } catch (IOException e) {
      throw new LocalFileException(file, e);
    }
  }

  private static byte[] read(LocalFile file, InputStream in) throws LocalFileException {
    try {
      return in.readNBytes(BLOCK_BYTES);
    } catch (IOException e) {
      throw new LocalFileException(file, e);
    }
  }
}
