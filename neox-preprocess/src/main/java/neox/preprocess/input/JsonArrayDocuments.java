package neox.preprocess.input;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;
import neox.base.ByteBuilder;

/// Cuts a JSON array into its elements, holding one at a time.
///
/// Only brackets, quotes and commas are looked at here; [JsonRow] checks each element whole.
final class JsonArrayDocuments implements DocumentSource {
  private static final int BUFFER_BYTES = 1 << 16;

  /// Where in the array reading stands.
  private enum State {
    BEFORE,
    INSIDE,
    AFTER
  }

  private final InputStream in;
  private final String file;
  private final RowLimit limit;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int at;
  private int filled;
  private State state = State.BEFORE;
  private long number;

  JsonArrayDocuments(InputStream in, String file, RowLimit limit) {
    this.in = in;
    this.file = file;
    this.limit = limit;
  }

  @Override
  public Optional<Document> next() throws IOException {
    if (state == State.BEFORE) {
      begin();
    }
    if (state == State.AFTER) {
      requireEnd(); // only now: the last element is good whatever follows
      return Optional.empty();
    }
    number++;
    String source = Document.member(file, Long.toString(number));
    ByteBuilder read = new ByteBuilder();
    long length = readElement(read);
    if (!limit.allows(length)) {
      return Optional.of(Document.tooLong(source, length));
    }
    byte[] element = Arrays.copyOf(read.array(), read.size());
    if (isBlank(element)) {
      if (state == State.AFTER && number == 1) {
        requireEnd();
        return Optional.empty();
      }
      throw new IOException("document %d of the JSON array is missing".formatted(number));
    }
    return Optional.of(new Document.Json(source, element));
  }

  private void begin() throws IOException {
    int first = readPastBlanks();
    if (first == 0xef && read() == 0xbb && read() == 0xbf) {
      first = readPastBlanks(); // a byte order mark
    }
    if (first != '[') {
      throw new IOException(
          "expected a JSON array, which begins with '['; rows of JSON belong in .jsonl.zst");
    }
    state = State.INSIDE;
  }

  /// Reads up to the comma or bracket that ends the element; returns how many bytes that are. Of
  /// those that are too many only the first are kept.
  private long readElement(ByteBuilder element) throws IOException {
    long length = 0;
    int depth = 0;
    boolean quoted = false;
    boolean escaped = false;
    for (int b = read(); b >= 0; b = read()) {
      if (!quoted && depth == 0 && (b == ',' || b == ']')) {
        state = b == ']' ? State.AFTER : state;
        return length;
      }
      if (quoted) {
        quoted = escaped || b != '"';
        escaped = !escaped && b == '\\';
      } else {
        quoted = b == '"';
        depth += b == '{' || b == '[' ? 1 : b == '}' || b == ']' ? -1 : 0;
      }
      length++;
      if (limit.allows(length)) {
        element.add(b);
      }
    }
    throw new EOFException("the JSON array ends inside document %d".formatted(number));
  }

  private void requireEnd() throws IOException {
    if (readPastBlanks() >= 0) {
      throw new IOException("there is something after the end of the JSON array");
    }
  }

  private static boolean isBlank(byte[] element) {
    for (byte b : element) {
      if (!blank(b)) {
        return false;
      }
    }
    return true;
  }

  private static boolean blank(int b) {
    return b == ' ' || b == '\n' || b == '\r' || b == '\t';
  }

  private int readPastBlanks() throws IOException {
    int b = read();
    while (blank(b)) {
      b = read();
    }
    return b;
  }

  private int read() throws IOException {
    if (at == filled) {
      filled = Math.max(0, in.read(buffer, 0, buffer.length));
      at = 0;
      if (filled == 0) {
        return -1;
      }
    }
    return buffer[at++] & 0xff;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
