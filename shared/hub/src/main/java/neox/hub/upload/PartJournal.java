package neox.hub.upload;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import neox.base.NamedFiles;
import neox.base.json.Json;
import neox.base.process.Exclusive;
import neox.hub.upload.LfsAction.Parts;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/// Which parts of a file have arrived at a storage, and where the others go: a line for an upload
/// that was begun, then one for each part of it, appended as soon as the storage has answered.
///
/// It outlives the process, whose successor goes on from it. It is not forced to disk: what a power
/// cut takes from its end is sent again. One process at a time has it. Thread-safe.
final class PartJournal implements AutoCloseable {
  private final @Nullable Path file;
  private final @Nullable FileChannel channel;
  private Optional<Parts> begun = Optional.empty();
  private final TreeMap<Integer, String> tags = new TreeMap<>();
  private boolean expired;

  private PartJournal(@Nullable Path file, @Nullable FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /// Reads what there is.
  ///
  /// @param source the file to upload, for errors
  static PartJournal open(Path file, Path source) throws IOException {
    FileChannel channel =
        NamedFiles.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      if (!Exclusive.tryLock(channel)) {
        throw Journals.taken(source);
      }
      PartJournal journal = new PartJournal(file, channel);
      journal.read(channel);
      return journal;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  static PartJournal inMemory() {
    return new PartJournal(null, null);
  }

  /// Takes the lines up to the first that is not whole: the last one of a process that was killed.
  private void read(FileChannel open) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(open.size()));
    open.position(0);
    while (bytes.hasRemaining() && open.read(bytes) >= 0) {
      // until all is there
    }
    String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
    long whole = 0;
    for (int from = 0, end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      if (!take(text.substring(from, end))) {
        break;
      }
      from = end + 1;
      whole = from; // all characters are ASCII
    }
    open.truncate(whole);
    open.position(whole);
  }

  private boolean take(String line) {
    JsonNode json;
    try {
      json = Json.mapper().readTree(line);
    } catch (JsonProcessingException e) {
      return false;
    }
    if (json.has("part")) {
      tags.put(json.path("part").asInt(), json.path("etag").asText());
      return true;
    }
    Optional<Parts> parts = parts(json);
    if (parts.isPresent() && !json.path("same").asBoolean()) {
      tags.clear();
    }
    begun = parts;
    return parts.isPresent();
  }

  private static Optional<Parts> parts(JsonNode json) {
    List<HttpUrl> addresses = new ArrayList<>();
    for (JsonNode address : json.path("addresses")) {
      HttpUrl url = HttpUrl.parse(address.asText());
      if (url == null) {
        return Optional.empty();
      }
      addresses.add(url);
    }
    HttpUrl join = HttpUrl.parse(json.path("join").asText());
    long partBytes = json.path("part_bytes").asLong();
    return join == null || addresses.isEmpty() || partBytes < 1
        ? Optional.empty()
        : Optional.of(
            new Parts(
                partBytes,
                addresses,
                join,
                Optional.ofNullable(HttpUrl.parse(json.path("verify").asText()))));
  }

  /// What to send where: the upload that was begun, while its addresses are good, else the one that
  /// is offered now.
  synchronized Parts goOnWith(Parts offered) throws IOException {
    Optional<Parts> known = begun.filter(offered::fits);
    boolean same = known.filter(offered::isSameUpload).isPresent();
    if (known.isPresent() && !same && !expired) {
      return known.get();
    }
    if (!same) {
      tags.clear();
    }
    begun = Optional.of(offered);
    expired = false;
    append(line(offered, same));
    return offered;
  }

  private static ObjectNode line(Parts parts, boolean same) {
    ObjectNode json = Json.mapper().createObjectNode().put("part_bytes", parts.partBytes());
    ArrayNode addresses = json.putArray("addresses");
    parts.addresses().forEach(address -> addresses.add(address.toString()));
    json.put("join", parts.join().toString());
    parts.verify().ifPresent(address -> json.put("verify", address.toString()));
    return json.put("same", same);
  }

  /// The addresses are of no use any more.
  synchronized void expire() {
    expired = true;
  }

  synchronized boolean has(int part) {
    return tags.containsKey(part);
  }

  /// The tags that the storage gave to the parts, by number from 1.
  synchronized SortedMap<Integer, String> tags() {
    return new TreeMap<>(tags);
  }

  /// Part `number` has arrived.
  synchronized void arrived(int number, String tag) throws IOException {
    tags.put(number, tag);
    append(Json.mapper().createObjectNode().put("part", number).put("etag", tag));
  }

  private void append(ObjectNode json) throws IOException {
    if (channel != null) {
      ByteBuffer line = ByteBuffer.wrap((Json.line(json) + "\n").getBytes(StandardCharsets.UTF_8));
      while (line.hasRemaining()) {
        channel.write(line);
      }
    }
  }

  /// The file is whole; nothing is left to remember.
  synchronized void finish() throws IOException {
    if (file != null) {
      Files.deleteIfExists(file);
    }
  }

  @Override
  public synchronized void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
  }
}
