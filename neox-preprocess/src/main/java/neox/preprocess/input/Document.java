package neox.preprocess.input;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import neox.base.UserException;

/// One document of a file that holds whole documents.
///
/// What lies inside a file is named `file!member`, or `file!number` when it has no name.
public sealed interface Document {
  /// The longest array that every virtual machine grants.
  int MAX_BYTES = Integer.MAX_VALUE - 16;

  /// Its bytes as they were read.
  byte[] content();

  /// UTF-8 text.
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Text(String source, byte[] utf8) implements Document {
    @Override
    public byte[] content() {
      return utf8;
    }
  }

  /// A row of JSON, which may span lines.
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Json(String source, byte[] row) implements Document {
    @Override
    public byte[] content() {
      return row;
    }
  }

  /// A member that cannot be read, while the ones after it can.
  record Bad(String source, String problem) implements Document {
    @Override
    public byte[] content() {
      return problem.getBytes(StandardCharsets.UTF_8);
    }
  }

  /// Reads all of `in`, which is named `source`.
  static byte[] readAll(InputStream in, String source) throws IOException {
    byte[] bytes = in.readNBytes(MAX_BYTES);
    if (bytes.length == MAX_BYTES && in.read() >= 0) {
      throw tooLong(source);
    }
    return bytes;
  }

  static UserException tooLong(String source) {
    return UserException.of("%s: more than 2 GiB is too much for one document", source);
  }

  /// The name of a member for messages, which are one line whatever the archive's author wrote.
  static String member(String archive, String name) {
    return String.format(Locale.ROOT, "%s!%s", archive, name.replaceAll("\\p{Cntrl}", "?"));
  }
}
