package neox.weights.safetensors;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import neox.base.ByteBuilder;
import neox.base.UserException;
import neox.base.json.JsonScanner;
import neox.base.json.JsonScanner.Malformed;
import neox.base.text.Utf8Check;
import neox.weights.DType;
import neox.weights.Shape;
import neox.weights.safetensors.SafetensorsHeader.Entry;
import org.jspecify.annotations.Nullable;

/// Reads the JSON of a header, as strictly as the format defines it: a name twice, a size that is
/// no whole number, a text where a list belongs are all refused.
final class HeaderReader {
  private static final String METADATA = "__metadata__";
  private static final int MOST_DIMS = 64;

  /// Whole numbers that fit into 63 bits.
  private static final Pattern WHOLE = Pattern.compile("0|[1-9]\\d{0,17}");

  private final Path file;
  private final JsonScanner scanner = new JsonScanner();
  private final ByteBuilder text = new ByteBuilder();

  HeaderReader(Path file) {
    this.file = file;
  }

  SafetensorsHeader read(byte[] json) {
    int invalid = Utf8Check.firstInvalid(json, 0, json.length);
    if (invalid >= 0) {
      throw refuse("byte %d of its header is not UTF-8", invalid);
    }
    scanner.reset(json, 0, json.length);
    try {
      if (scanner.peek() != '{') {
        throw refuse("its safetensors header is not a JSON object");
      }
      SafetensorsHeader header = read();
      scanner.expectEnd();
      return header;
    } catch (Malformed e) {
      throw refuse("its header is %s", e.why(" at byte " + e.at()));
    }
  }

  private SafetensorsHeader read() throws Malformed {
    Map<String, Entry> entries = new LinkedHashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    boolean described = false;
    for (boolean more = scanner.begin('{', '}'); more; more = scanner.hasNext('}')) {
      String name = string();
      scanner.expect(':');
      boolean isTwice = name.equals(METADATA) ? described : entries.containsKey(name);
      if (isTwice) {
        throw refuse("tensor %s is in its header twice", name);
      }
      if (name.equals(METADATA)) {
        described = true;
        readMetadata(metadata);
      } else {
        entries.put(name, entry(name));
      }
    }
    return new SafetensorsHeader(entries, metadata);
  }

  private void readMetadata(Map<String, String> metadata) throws Malformed {
    if (scanner.peek() == 'n') {
      scanner.skipValue();
      return;
    }
    if (scanner.peek() != '{') {
      throw refuse("its %s is not an object", METADATA);
    }
    for (boolean more = scanner.begin('{', '}'); more; more = scanner.hasNext('}')) {
      String key = string();
      scanner.expect(':');
      if (scanner.peek() != '"') {
        throw refuse("%s of its %s is not text", key, METADATA);
      }
      metadata.put(key, string());
    }
  }

  private Entry entry(String name) throws Malformed {
    @Nullable String dtype = null;
    long @Nullable [] shape = null;
    long @Nullable [] offsets = null;
    boolean isObject = scanner.peek() == '{';
    for (boolean more = isObject && scanner.begin('{', '}'); more; more = scanner.hasNext('}')) {
      String key = string();
      scanner.expect(':');
      switch (key) {
        case "dtype" -> dtype = scanner.peek() == '"' ? string() : skip();
        case "shape" -> shape = numbers(name, "shape");
        case "data_offsets" -> offsets = numbers(name, "data_offsets");
        default -> scanner.skipValue();
      }
    }
    if (dtype == null || shape == null || offsets == null || offsets.length != 2) {
      throw refuse("tensor %s needs dtype, shape and data_offsets in the header", name);
    }
    return entry(name, dtype, shape, offsets);
  }

  private Entry entry(String name, String dtypeName, long[] sizes, long[] offsets) {
    DType dtype =
        dtype(dtypeName)
            .orElseThrow(
                () -> refuse("tensor %s has dtype %s, which is not supported", name, dtypeName));
    Shape shape = Shape.of(sizes);
    long expected = bytes(name, shape, dtype);
    if (offsets[1] - offsets[0] != expected) {
      throw refuse(
          "tensor %s of %s %s needs %d bytes, but its offsets are [%d, %d]",
          name, dtypeName, shape, expected, offsets[0], offsets[1]);
    }
    return new Entry(dtype, shape, offsets[0], offsets[1]);
  }

  private long bytes(String name, Shape shape, DType dtype) {
    try {
      return Math.multiplyExact(shape.count(), dtype.bytes());
    } catch (ArithmeticException e) {
      throw refuse("tensor %s has an impossible shape", name);
    }
  }

  private long[] numbers(String name, String key) throws Malformed {
    if (scanner.peek() != '[') {
      throw refuse("tensor %s: its %s is not a list", name, key);
    }
    long[] numbers = new long[MOST_DIMS];
    int count = 0;
    for (boolean more = scanner.begin('[', ']'); more; more = scanner.hasNext(']')) {
      if (count == MOST_DIMS) {
        throw refuse("tensor %s: its %s has more than %d numbers", name, key, MOST_DIMS);
      }
      numbers[count++] = number(name, key);
    }
    return Arrays.copyOf(numbers, count);
  }

  private long number(String name, String key) throws Malformed {
    int first = scanner.peek();
    boolean isNumber = first == '-' || (first >= '0' && first <= '9');
    String number = isNumber ? scanner.readNumber() : skip();
    if (!WHOLE.matcher(number).matches()) {
      throw refuse(
          "tensor %s: its %s holds %s; expected whole numbers from 0 to 10^18", name, key, number);
    }
    return Long.parseLong(number);
  }

  private String string() throws Malformed {
    text.clear();
    scanner.readString(text);
    return text.toString();
  }

  /// Passes over a value of the wrong kind; returns what it is.
  private String skip() throws Malformed {
    scanner.skipValue();
    return scanner.lastKind();
  }

  private static Optional<DType> dtype(String name) {
    for (DType dtype : DType.values()) {
      if (dtype.safetensorsName().equals(name)) {
        return Optional.of(dtype);
      }
    }
    return Optional.empty();
  }

  private UserException refuse(String format, Object... arguments) {
    return new UserException(file + ": " + String.format(Locale.ROOT, format, arguments));
  }
}
