package neox.tokenizer.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/// What normalization form C may do to each character.
final class NfcTraits {
  /// In normal form; nothing before it can change that, and it composes with nothing after it.
  static final byte INERT = 0;

  /// In normal form, and nothing before it can change that, but it may compose with what follows.
  static final byte LEADER = 1;

  /// A mark that composes with nothing: one of it stays where it is, several may change places.
  static final byte MARK = 2;

  /// In normal form, but may compose with what stands before it, or change places.
  static final byte FOLLOWER = 3;

  /// Changes wherever it stands, or does not do what the JDK's normalizer makes of it.
  static final byte CHANGING = 4;

  /// The characters that are not inert, in ranges: first, last, trait. To ask the JDK about each of
  /// 200,000 characters would take a tenth of a second at every start.
  private static final String TABLE = "nfc-traits.txt";

  /// All characters from here on are inert.
  private static final int LIMIT = 0x2FA20;

  private static final byte[] TRAITS = new byte[LIMIT];

  /// Whether normalization may do something at a character that starts with this byte.
  private static final boolean[] SUSPECT_STARTS = new boolean[256];

  static {
    for (String line : table().split("\n", -1)) {
      if (!line.isEmpty()) {
        String[] range = line.split(" ", -1);
        int first = Integer.parseInt(range[0], 16);
        int last = Integer.parseInt(range[1], 16);
        set(first, last, Byte.parseByte(range[2]));
      }
    }
  }

  private static void set(int first, int last, byte trait) {
    Arrays.fill(TRAITS, first, last + 1, trait);
    if (trait > LEADER) {
      Arrays.fill(SUSPECT_STARTS, Utf8.firstByte(first), Utf8.firstByte(last) + 1, true);
    }
  }

  static byte of(int codePoint) {
    return codePoint < LIMIT ? TRAITS[codePoint] : INERT;
  }

  /// Whether nothing before a character can change it.
  static boolean isBoundary(int codePoint) {
    return of(codePoint) <= LEADER;
  }

  /// Whether a character that starts with this byte may be no [#isBoundary].
  static boolean mayStartSuspect(byte first) {
    return SUSPECT_STARTS[first & 0xFF];
  }

  private static String table() {
    try (InputStream in = NfcTraits.class.getResourceAsStream(TABLE)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private NfcTraits() {}
}
