package neox.tokenizer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/// What normalization form C may do to each character.
final class NfcTraits {
  /// In normal form, and nothing before it can change that.
  static final byte STABLE = 0;

  /// A mark that composes with nothing: one of it stays where it is, several may change places.
  static final byte MARK = 1;

  /// May become something else, by itself or with what stands before it.
  static final byte SUSPECT = 2;

  /// The characters that are not stable, in ranges: first, last, trait. To ask the JDK about each
  /// of 200,000 characters would take a tenth of a second at every start.
  private static final String TABLE = "nfc-traits.txt";

  /// All characters from here on are stable.
  private static final int LIMIT = 0x2FA20;

  private static final byte[] TRAITS = traits();

  /// Whether one of the characters that start with this byte is not stable.
  private static final boolean[] SUSPECT_LEADS = suspectLeads();

  static byte of(int codePoint) {
    return codePoint < LIMIT ? TRAITS[codePoint] : STABLE;
  }

  /// Whether a character that starts with this byte may be other than stable.
  static boolean mayStartSuspect(byte lead) {
    return SUSPECT_LEADS[lead & 0xFF];
  }

  private static byte[] traits() {
    byte[] traits = new byte[LIMIT];
    for (String line : table().split("\n", -1)) {
      if (!line.isEmpty()) {
        String[] range = line.split(" ", -1);
        int first = Integer.parseInt(range[0], 16);
        int last = Integer.parseInt(range[1], 16);
        Arrays.fill(traits, first, last + 1, Byte.parseByte(range[2]));
      }
    }
    return traits;
  }

  private static String table() {
    try (InputStream in = NfcTraits.class.getResourceAsStream(TABLE)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean[] suspectLeads() {
    boolean[] leads = new boolean[256];
    for (int c = 0x80; c < LIMIT; c++) {
      if (TRAITS[c] != STABLE) {
        leads[Character.toString(c).getBytes(StandardCharsets.UTF_8)[0] & 0xFF] = true;
      }
    }
    return leads;
  }

  private NfcTraits() {}
}
