package neox.preprocess.encode;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import neox.base.ByteBuilder;
import neox.base.json.JsonScanner;

/// Takes the wanted texts out of one JSON row, as UTF-8 bytes and without creating strings.
///
/// A row is a JSON string, or an object whose wanted keys hold a string or a list of strings
/// (joined by an empty line). The last of several equal keys counts, whatever the others hold, as
/// in Python. The whole row is checked. Reused from row to row; not thread-safe.
final class JsonRow {
  private static final byte[] PARAGRAPHS = {'\n', '\n'};

  private final List<String> keys;
  private final byte[][] keyBytes;
  private final int[] from;
  private final int[] to;
  private final List<Optional<BadRow>> problems = new ArrayList<>();
  private final ByteBuilder text = new ByteBuilder();
  private final ByteBuilder name = new ByteBuilder();
  private final JsonScanner scanner = new JsonScanner();
  private int rowStart;

  JsonRow(List<String> keys) {
    this.keys = List.copyOf(keys);
    this.keyBytes =
        keys.stream().map(key -> key.getBytes(StandardCharsets.UTF_8)).toArray(byte[][]::new);
    this.from = new int[keyBytes.length];
    this.to = new int[keyBytes.length];
    keys.forEach(key -> problems.add(Optional.empty()));
  }

  /// Parses `bytes[start, end)`; the texts are there until the next call.
  void parse(byte[] bytes, int start, int end) throws BadRow {
    RowText.require(bytes, start, end);
    text.clear();
    rowStart = start;
    Arrays.fill(from, -1);
    Collections.fill(problems, Optional.empty());
    scanner.reset(bytes, start, end);
    try {
      readRow();
    } catch (JsonScanner.Malformed e) {
      throw malformed(e);
    }
    requireKeys();
  }

  private BadRow malformed(JsonScanner.Malformed e) {
    return new BadRow("%s", e.why(" in column " + (e.at() - rowStart + 1)));
  }

  private void readRow() throws BadRow, JsonScanner.Malformed {
    switch (scanner.peek()) {
      case '"' -> readBareString();
      case '{' -> readObject();
      case JsonScanner.END -> throw new BadRow("blank line, expected a JSON string or object");
      default -> {
        scanner.skipValue(); // bad JSON is reported as such first
        throw new BadRow("expected a JSON string or object, found %s", scanner.lastKind());
      }
    }
    scanner.expectEnd();
  }

  private void readBareString() throws BadRow, JsonScanner.Malformed {
    if (keys.size() > 1) {
      throw new BadRow(
          "the row is a plain string and has no keys, but --jsonl-keys asks for %s", keys);
    }
    from[0] = 0;
    scanner.readString(text);
    to[0] = text.size();
  }

  private void readObject() throws BadRow, JsonScanner.Malformed {
    for (boolean more = scanner.begin('{', '}'); more; more = scanner.hasNext('}')) {
      name.clear();
      scanner.readName(name);
      scanner.expect(':');
      int key = wanted();
      if (key < 0) {
        scanner.skipValue();
      } else {
        readWanted(key);
      }
    }
  }

  /// What is wrong with a value counts only if it is the last of its key.
  private void readWanted(int key) throws JsonScanner.Malformed {
    int start = scanner.position();
    from[key] = text.size();
    problems.set(key, Optional.empty());
    try {
      readText(keys.get(key));
    } catch (BadRow e) {
      problems.set(key, Optional.of(e));
    } catch (JsonScanner.Malformed e) {
      problems.set(key, Optional.of(malformed(e)));
    }
    if (problems.get(key).isPresent()) {
      scanner.moveTo(start);
      scanner.skipValue(); // what is no JSON at all is wrong wherever it stands
    }
    to[key] = text.size();
  }

  private int wanted() {
    for (int key = 0; key < keyBytes.length; key++) {
      byte[] bytes = keyBytes[key];
      if (Arrays.equals(bytes, 0, bytes.length, name.array(), 0, name.size())) {
        return key;
      }
    }
    return -1;
  }

  private void readText(String key) throws BadRow, JsonScanner.Malformed {
    switch (scanner.peek()) {
      case '"' -> scanner.readString(text);
      case '[' -> readParagraphs(key);
      default -> {
        scanner.skipValue();
        throw new BadRow(
            "key \"%s\" holds %s, expected a string or a list of strings", key, scanner.lastKind());
      }
    }
  }

  private void readParagraphs(String key) throws BadRow, JsonScanner.Malformed {
    boolean first = true;
    for (boolean more = scanner.begin('[', ']'); more; more = scanner.hasNext(']')) {
      if (!first) {
        text.add(PARAGRAPHS, 0, PARAGRAPHS.length);
      }
      if (scanner.peek() != '"') {
        scanner.skipValue();
        throw new BadRow(
            "key \"%s\" holds a list with %s in it, expected strings only",
            key, scanner.lastKind());
      }
      scanner.readString(text);
      first = false;
    }
  }

  private void requireKeys() throws BadRow {
    for (int key = 0; key < from.length; key++) {
      if (from[key] < 0) {
        throw new BadRow("no key \"%s\" in this row (choose with --jsonl-keys)", keys.get(key));
      }
      if (problems.get(key).isPresent()) {
        throw problems.get(key).get();
      }
    }
  }

  /// The array that holds the texts.
  byte[] array() {
    return text.array();
  }

  int from(int key) {
    return from[key];
  }

  int to(int key) {
    return to[key];
  }
}
