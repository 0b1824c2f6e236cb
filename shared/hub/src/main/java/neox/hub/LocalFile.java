package neox.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Base64;
import neox.base.NamedFiles;

/// A file to upload.
///
/// @param path its name in the repository, with `/` between the parts
/// @param source where its bytes are
/// @param size its length when the folder was read; another length later is an error
public record LocalFile(String path, Path source, long size) {
  private static final int SAMPLE_BYTES = 512;

  /// The first bytes in base64, from which the hub tells text from binary.
  String sample() throws IOException {
    try (InputStream in = NamedFiles.newInputStream(source)) {
      return Base64.getEncoder().encodeToString(in.readNBytes(SAMPLE_BYTES));
    }
  }
}
