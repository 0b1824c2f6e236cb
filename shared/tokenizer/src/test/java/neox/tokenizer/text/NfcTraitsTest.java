package neox.tokenizer.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// The table of what normalization may do to each character, against the JDK's normalizer.
class NfcTraitsTest {
  private static final Path TABLE =
      Path.of("src/main/resources/neox/tokenizer/text/nfc-traits.txt");

  /// All characters that may change, or are made of such, are in these ranges.
  private static final int[] RANGES = {
    0x00C0, 0x3400, 0xA600, 0xAC00, 0xF900, 0xFB50, 0xFE20, 0xFE30, 0x10000, 0x12000, 0x16000,
    0x17000, 0x1B000, 0x1F000, 0x2F800, 0x2FA20
  };

  private static final int LIMIT = RANGES[RANGES.length - 1];

  /// Marks of the lowest and the highest combining class that others change places with.
  private static final String OVERLAY = "\u0334";

  private static final String ABOVE = "\u0301";

  @Test
  void theTableSaysWhatTheJdkDoes() throws IOException {
    String table = table(traits());
    if (Boolean.getBoolean("neox.update")) {
      Files.writeString(TABLE, table);
      return;
    }
    assertThat(Files.readString(TABLE))
        .as("%s; bring it up to date with -Dneox.update=true", TABLE)
        .isEqualTo(table);
  }

  @Test
  void knowsEveryCharacter() {
    byte[] traits = traits();
    for (int c = 0; c < Character.MAX_CODE_POINT; c++) {
      assertThat(NfcTraits.of(c)).as("U+%04X", c).isEqualTo(c < LIMIT ? traits[c] : 0);
    }
  }

  private static String table(byte[] traits) {
    StringBuilder table = new StringBuilder();
    for (int c = 0; c < LIMIT; c++) {
      int first = c;
      while (c + 1 < LIMIT && traits[c + 1] == traits[first]) {
        c++;
      }
      if (traits[first] != NfcTraits.INERT) {
        table.append("%04X %04X %d\n".formatted(first, c, traits[first]));
      }
    }
    return table.toString();
  }

  private static byte[] traits() {
    byte[] traits = new byte[LIMIT];
    for (int c : characters()) {
      for (int part : parts(c).skip(1).toArray()) {
        traits[part] = NfcTraits.FOLLOWER; // composes with what stands before it
      }
    }
    Arrays.fill(traits, 0x1100, 0x1200, NfcTraits.FOLLOWER); // the letters of Hangul syllables
    for (int c : characters()) {
      if (isChanging(c)) {
        traits[c] = NfcTraits.CHANGING;
      } else if (traits[c] == NfcTraits.INERT && isReordered(c)) {
        traits[c] = NfcTraits.MARK;
      }
    }
    for (int c : characters()) {
      if (!isChanging(c) && parts(c).count() > 1) {
        int first = parts(c).findFirst().orElseThrow();
        boolean stable = traits[first] <= NfcTraits.LEADER;
        traits[c] = stable ? NfcTraits.LEADER : NfcTraits.FOLLOWER;
        beginnings(c)
            .forEach(beginning ->
                traits[beginning] = (byte) Math.max(traits[beginning], NfcTraits.LEADER));
      }
    }
    Arrays.fill(traits, 0xAC00, 0xD7A4, NfcTraits.LEADER); // Hangul syllables
    return traits;
  }

  private static IntStream parts(int character) {
    String text = Character.toString(character);
    return isChanging(character)
        ? text.codePoints()
        : Normalizer.normalize(text, Normalizer.Form.NFD).codePoints();
  }

  /// The characters that become this one with what follows them.
  private static IntStream beginnings(int composed) {
    int[] parts = parts(composed).toArray();
    return IntStream.range(1, parts.length)
        .mapToObj(n -> Normalizer.normalize(new String(parts, 0, n), Normalizer.Form.NFC))
        .filter(beginning -> beginning.codePointCount(0, beginning.length()) == 1)
        .mapToInt(beginning -> beginning.codePointAt(0));
  }

  private static boolean isChanging(int character) {
    return Nfc.isUnknown(character)
        || !Normalizer.isNormalized(Character.toString(character), Normalizer.Form.NFC);
  }

  private static int[] characters() {
    return IntStream.iterate(0, i -> i < RANGES.length, i -> i + 2)
        .flatMap(i -> IntStream.range(RANGES[i], RANGES[i + 1]))
        .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
        .toArray();
  }

  private static boolean isReordered(int character) {
    String mark = Character.toString(character);
    return !Normalizer.isNormalized(mark + OVERLAY, Normalizer.Form.NFD)
        || !Normalizer.isNormalized(ABOVE + mark, Normalizer.Form.NFD);
  }
}
