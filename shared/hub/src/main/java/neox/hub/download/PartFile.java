package neox.hub.download;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import neox.base.AtomicFile;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.base.json.Json;
import neox.base.process.Exclusive;
import neox.hub.Checksum;
import neox.hub.RemoteFile;
import neox.hub.RunningHash;

/// The beginning of a file that is being downloaded: `NAME.part`, and `NAME.part.json`, which says
/// what it is the beginning of.
///
/// Both stay when a download breaks off, so that the next one goes on: from the same address, or
/// from any where the sum of the content is known. One process at a time has it.
final class PartFile implements AutoCloseable {
  private static final int BLOCK_BYTES = 1 << 16;

  private final Path target;
  private final Path part;
  private final Path state;
  private final FileChannel channel;

  private PartFile(Path target, FileChannel channel) {
    this.target = target;
    this.part = part(target);
    this.state = state(target);
    this.channel = channel;
  }

  static Path part(Path target) {
    return target.resolveSibling(target.getFileName() + ".part");
  }

  static Path state(Path target) {
    return target.resolveSibling(target.getFileName() + ".part.json");
  }

  /// Opens what there is of `target`, or begins it; the directory is created.
  static PartFile open(Path target) throws IOException {
    Path part = part(target);
    Files.createDirectories(part.toAbsolutePath().getParent());
    FileChannel channel =
        NamedFiles.open(
            part, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      if (!Exclusive.tryLock(channel)) {
        throw UserException.of("%s: another download is writing this file", part);
      }
      return new PartFile(target, channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /// What the bytes that are there belong to; empty when they are of no use for `file`, and then
  /// they are gone.
  Optional<Identity> begun(RemoteFile file) throws IOException {
    Optional<Identity> identity = Files.exists(state) ? read(file) : Optional.empty();
    long bytes = channel.size();
    boolean tooLong =
        identity.map(Identity::length).filter(length -> length.orElse(bytes) < bytes).isPresent();
    if (identity.isEmpty() || tooLong || bytes == 0) {
      discard();
      return Optional.empty();
    }
    return identity;
  }

  private Optional<Identity> read(RemoteFile file) throws IOException {
    JsonNode json;
    try {
      json = Json.read(state);
    } catch (UserException damaged) {
      return Optional.empty();
    }
    String sum = file.checksum().map(Checksum::toString).orElse("");
    OptionalLong length = number(json.path("length"));
    boolean sameContent =
        json.path("sum").asText().equals(sum)
            && (file.size().isEmpty() || file.size().equals(length));
    if (!sameContent) {
      return Optional.empty();
    }
    if (json.path("address").asText().equals(file.publicAddress())) {
      return Optional.of(
          new Identity(
              text(json.path("tag")),
              json.path("by_hub").asBoolean(),
              text(json.path("last_modified")),
              length));
    }
    return sum.isEmpty() ? Optional.empty() : Optional.of(elsewhere(length));
  }

  /// The same content at another address, such as a mirror: tags and dates are not the same there,
  /// and the sum tells in the end.
  private static Identity elsewhere(OptionalLong length) {
    return new Identity(Optional.empty(), false, Optional.empty(), length);
  }

  private static Optional<String> text(JsonNode node) {
    return node.isTextual() ? Optional.of(node.asText()) : Optional.empty();
  }

  private static OptionalLong number(JsonNode node) {
    return node.isIntegralNumber() ? OptionalLong.of(node.asLong()) : OptionalLong.empty();
  }

  /// Notes what the bytes to come belong to.
  void begin(RemoteFile file, Identity identity) throws IOException {
    ObjectNode json = Json.mapper().createObjectNode().put("address", file.publicAddress());
    file.checksum().ifPresent(sum -> json.put("sum", sum.toString()));
    identity.tag().ifPresent(tag -> json.put("tag", tag).put("by_hub", identity.byHub()));
    identity.lastModified().ifPresent(date -> json.put("last_modified", date));
    identity.length().ifPresent(length -> json.put("length", length));
    AtomicFile.write(state, Json.pretty(json));
  }

  /// Adds the bytes that are there to a hash, from the first to the last.
  void addTo(RunningHash hash) throws IOException {
    ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
    channel.position(0);
    while (channel.read(block) >= 0) {
      hash.update(block.array(), 0, block.position());
      block.clear();
    }
  }

  /// Refuses when the disk cannot take `length` bytes in all.
  void requireSpace(long length) throws IOException {
    long needed = length - channel.size();
    long free = Files.getFileStore(part).getUsableSpace();
    if (needed > free) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s: needs %,.1f MB more, the disk has %,.1f MB free",
              target,
              needed / 1e6,
              free / 1e6));
    }
  }

  void append(byte[] block, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(block, 0, count);
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes, channel.size());
      }
    } catch (IOException e) {
      throw new IOException(
          e.getMessage() + "; the same command goes on from what has been written", e);
    }
  }

  /// Forgets what is there.
  void discard() throws IOException {
    Files.deleteIfExists(state);
    channel.truncate(0);
  }

  /// Forces the bytes to disk and gives the file its name.
  void commit() throws IOException {
    channel.force(true);
    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    Files.deleteIfExists(state);
  }

  /// Keeps what has come; nothing at all leaves nothing behind.
  @Override
  public void close() throws IOException {
    boolean empty = channel.isOpen() && Files.exists(part) && Files.size(part) == 0;
    if (empty && !Files.exists(state)) {
      Files.deleteIfExists(part);
    }
    channel.close();
  }
}
