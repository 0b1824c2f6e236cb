package neox.preprocess.input;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

/// A plain text file: one document.
final class TextFile implements DocumentSource {
  private final InputStream in;
  private final String file;
  private final RowLimit limit;
  private boolean read;

  TextFile(InputStream in, String file, RowLimit limit) {
    this.in = in;
    this.file = file;
    this.limit = limit;
  }

  @Override
  public Optional<Document> next() throws IOException {
    if (read) {
      return Optional.empty();
    }
    read = true;
    return limit
        .readAll(in)
        .<Document>map(utf8 -> new Document.Text(file, withUnixLineEnds(utf8)))
        .or(() -> Optional.of(Document.tooLong(file, limit.bytes())));
  }

  /// NeoX compat: Python reads text files with every `\r\n` and `\r` turned into `\n`, but takes
  /// the members of archives as they are.
  private static byte[] withUnixLineEnds(byte[] bytes) {
    int out = 0;
    for (int in = 0; in < bytes.length; in++) {
      byte b = bytes[in];
      if (b == '\r') {
        in += in + 1 < bytes.length && bytes[in + 1] == '\n' ? 1 : 0;
        b = '\n';
      }
      bytes[out++] = b;
    }
    return out == bytes.length ? bytes : Arrays.copyOf(bytes, out);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
