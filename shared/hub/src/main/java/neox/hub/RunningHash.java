package neox.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;
import neox.base.NamedFiles;

/// The bytes of a file so far, known by their number and their sum.
///
/// Not thread-safe.
public final class RunningHash {
  private static final int BLOCK_BYTES = 1 << 20;

  private final MessageDigest sha256 = FileHash.sha256Digest();
  private final Optional<MessageDigest> blob;
  private long bytes;

  private RunningHash(Optional<MessageDigest> blob) {
    this.blob = blob;
  }

  /// Nothing yet of a file that shall have this length and sum.
  public static RunningHash start(OptionalLong length, Optional<Checksum> expected) {
    boolean blob = expected.filter(sum -> sum.kind() == Checksum.Kind.GIT_BLOB).isPresent();
    return new RunningHash(
        blob && length.isPresent()
            ? Optional.of(FileHash.gitBlobDigest(length.getAsLong()))
            : Optional.empty());
  }

  /// Nothing yet of bytes of which nothing is known.
  public static RunningHash start() {
    return start(OptionalLong.empty(), Optional.empty());
  }

  /// Adds all bytes of a file.
  public void add(Path file) throws IOException {
    try (InputStream in = NamedFiles.newInputStream(file)) {
      byte[] block = new byte[BLOCK_BYTES];
      for (int read = in.read(block); read >= 0; read = in.read(block)) {
        update(block, 0, read);
      }
    }
  }

  public void update(byte[] block, int offset, int count) {
    sha256.update(block, offset, count);
    blob.ifPresent(digest -> digest.update(block, offset, count));
    bytes += count;
  }

  public long bytes() {
    return bytes;
  }

  /// The SHA-256 of the bytes so far; more may follow.
  public String sha256() {
    return hex(sha256);
  }

  /// What the whole file hashes to; empty when it cannot be told.
  public Optional<String> sum(Checksum.Kind kind) {
    return switch (kind) {
      case SHA256 -> Optional.of(hex(sha256));
      case GIT_BLOB -> blob.map(RunningHash::hex);
    };
  }

  private static String hex(MessageDigest digest) {
    try {
      return HexFormat.of().formatHex(((MessageDigest) digest.clone()).digest());
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the JDK's digests can be cloned", e);
    }
  }
}
