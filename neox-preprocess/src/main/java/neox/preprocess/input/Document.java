package neox.preprocess.input;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// One document of a file that holds whole documents.
///
/// What lies inside a file is named `file!member`, or `file!number` when it has no name.
public sealed interface Document {
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

  /// One that cannot be read, or is too long, while the ones after it can be read.
  record Bad(String source, String problem) implements Document {
    @Override
    public byte[] content() {
      return problem.getBytes(StandardCharsets.UTF_8);
    }
  }

  /// All of `in` as one text, unless that is too long.
  static Document text(InputStream in, String source, RowLimit limit) throws IOException {
    return limit
        .readAll(in)
        .<Document>map(utf8 -> new Text(source, utf8))
        .orElseGet(() -> tooLong(source, limit.bytes()));
  }

  static Document tooLong(String source, long bytes) {
    return new Bad(source, RowLimit.problem(bytes));
  }

  /// The name of a member for messages, which are one line whatever the archive's author wrote.
  static String member(String archive, String name) {
    return String.format(Locale.ROOT, "%s!%s", archive, Problem.printable(name));
  }
}
