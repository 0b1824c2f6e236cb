package neox.prepare;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import neox.prepare.CatalogEntry.Unpacked;

/// Checks what is in an archive whose own sum nobody states.
final class UnpackedCheck {
  private static final int BLOCK_BYTES = 1 << 16;

  /// Throws when the zip's one member is not the expected content; the zip is deleted then, since
  /// the next attempt has to fetch another.
  static void require(Path zip, Unpacked expected) throws IOException {
    try {
      check(zip, expected);
    } catch (IOException e) {
      Files.deleteIfExists(zip);
      throw new IOException(zip.getFileName() + ": not what it should be: " + e.getMessage(), e);
    }
  }

  private static void check(Path zip, Unpacked expected) throws IOException {
    try (ZipFile file = new ZipFile(zip.toFile())) {
      if (file.size() != 1) {
        throw new IOException("expected one member, found " + file.size());
      }
      ZipEntry member = file.entries().nextElement();
      MessageDigest sha1 = sha1();
      long bytes = 0;
      byte[] block = new byte[BLOCK_BYTES];
      try (InputStream in = file.getInputStream(member)) {
        for (int read = in.read(block); read >= 0; read = in.read(block)) {
          sha1.update(block, 0, read);
          bytes += read;
        }
      }
      String found = HexFormat.of().formatHex(sha1.digest());
      if (bytes != expected.bytes() || !found.equals(expected.sha1())) {
        throw new IOException(
            "%s unpacks to %d bytes with the SHA-1 %s, expected %d and %s"
                .formatted(member.getName(), bytes, found, expected.bytes(), expected.sha1()));
      }
    }
  }

  private static MessageDigest sha1() {
    try {
      return MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-1 is part of every JDK", e);
    }
  }

  private UnpackedCheck() {}
}
