package neox.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Base64;
import neox.base.NamedFiles;

/// A file to upload.
///
/// @param path its name in the repository, with `/` between the parts
/// @param source where its bytes are
/// @param size its length when the folder was read; another length later is an error
/// @param modified when it was last written to by then; another time later is an error, too
public record LocalFile(String path, Path source, long size, FileTime modified) {
  private static final int SAMPLE_BYTES = 512;

  /// A file as it is now.
  public static LocalFile of(String path, Path source) throws IOException {
    BasicFileAttributes now = Files.readAttributes(source, BasicFileAttributes.class);
    return new LocalFile(path, source, now.size(), now.lastModifiedTime());
  }

  /// Throws when it is no longer as it was; what would be sent has another hash then.
  public void requireUnchanged() throws LocalFileException {
    LocalFile now;
    try {
      now = of(path, source);
    } catch (IOException e) {
      throw new LocalFileException(this, e);
    }
    if (!equals(now)) {
      throw LocalFileException.changed(this);
    }
  }

  /// The first bytes in base64, from which the hub tells text from binary.
  String sample() throws IOException {
    try (InputStream in = NamedFiles.newInputStream(source)) {
      return Base64.getEncoder().encodeToString(in.readNBytes(SAMPLE_BYTES));
    }
  }
}
