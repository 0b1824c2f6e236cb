package neox.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.LongConsumer;
import neox.base.NamedFiles;

/// Hashes of files, read as a stream.
public final class FileHash {
  private static final int BLOCK_BYTES = 1 << 16;

  /// The hash that git gives a blob: SHA-1 over `blob`, the length, a zero byte and the content.
  public static String gitBlob(LocalFile file, LongConsumer hashed) throws IOException {
    return hash(file, gitBlobDigest(file.size()), hashed);
  }

  /// A digest that becomes a blob's hash once `size` bytes of content have been added.
  public static MessageDigest gitBlobDigest(long size) {
    MessageDigest digest = digest("SHA-1");
    digest.update(("blob " + size + "\0").getBytes(StandardCharsets.UTF_8));
    return digest;
  }

  /// The hash that names a file in the large file storage.
  public static String sha256(LocalFile file, LongConsumer hashed) throws IOException {
    return hash(file, sha256Digest(), hashed);
  }

  /// @param hashed hears the number of bytes read so far
  private static String hash(LocalFile file, MessageDigest digest, LongConsumer hashed)
      throws IOException {
    long done = 0;
    try (InputStream in = NamedFiles.newInputStream(file.source())) {
      byte[] block = new byte[BLOCK_BYTES];
      for (int count = in.read(block); count >= 0; count = in.read(block)) {
        digest.update(block, 0, count);
        done += count;
        if (done > file.size()) {
          throw LocalFileException.changed(file);
        }
        hashed.accept(done);
      }
    }
    if (done != file.size()) {
      throw LocalFileException.changed(file);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  static MessageDigest sha256Digest() {
    return digest("SHA-256");
  }

  private static MessageDigest digest(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(algorithm + " is part of every JDK", e);
    }
  }

  private FileHash() {}
}
