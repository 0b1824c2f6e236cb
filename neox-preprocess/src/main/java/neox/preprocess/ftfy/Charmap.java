package neox.preprocess.ftfy;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// A one-byte encoding: ASCII below 0x80, and 128 characters of its own.
///
/// A sloppy one has no holes (a byte without a character stands for the code point of the same
/// number), and writes U+FFFD, which marks a lost character, as the byte SUBSTITUTE.
final class Charmap {
  private static final String SLOPPY = "sloppy-";
  private static final int HIGH = 0x80;
  private static final byte SUBSTITUTE = 0x1a;
  private static final char REPLACEMENT = '\ufffd';

  private final String name;
  private final boolean sloppy;
  private final String high;
  private final char[] sorted;
  private final byte[] bytes;

  /// @param row the encoding's name, then the characters of the bytes 0x80 to 0xff
  Charmap(List<String> row) {
    this.name = row.getFirst();
    this.sloppy = name.startsWith(SLOPPY);
    this.high = Tables.characters(row.subList(1, row.size()));
    this.sorted = high.toCharArray();
    Arrays.sort(sorted);
    this.bytes = new byte[sorted.length];
    for (int i = 0; i < sorted.length; i++) {
      bytes[i] = (byte) (HIGH + high.indexOf(sorted[i]));
    }
  }

  String name() {
    return name;
  }

  boolean isSloppy() {
    return sloppy;
  }

  /// The character of a byte from 0x80 on.
  char decodeHigh(int value) {
    return high.charAt(value - HIGH);
  }

  /// The bytes of a text; empty if one of its characters has none.
  Optional<byte[]> encode(String text) {
    byte[] encoded = new byte[text.length()];
    for (int i = 0; i < encoded.length; i++) {
      char c = text.charAt(i);
      if (sloppy && c == REPLACEMENT) {
        encoded[i] = SUBSTITUTE;
      } else if (c < HIGH && !(sloppy && c == SUBSTITUTE)) {
        encoded[i] = (byte) c;
      } else {
        int found = Arrays.binarySearch(sorted, c);
        if (found < 0) {
          return Optional.empty();
        }
        encoded[i] = bytes[found];
      }
    }
    return Optional.of(encoded);
  }
}
