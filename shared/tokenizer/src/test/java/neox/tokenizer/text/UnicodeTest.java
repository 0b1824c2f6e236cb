package neox.tokenizer.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.IntStream;
import neox.tokenizer.Golden;
import org.junit.jupiter.api.Test;

/// Ids depend on Unicode tables; a JDK with other ones must not change them unnoticed.
class UnicodeTest {
  private static final int CODE_POINTS = 0x110000;

  @Test
  void classifiesEveryCodePointAsHuggingFaceDoes() throws IOException {
    byte[] classes = new byte[CODE_POINTS];
    for (int c = 0; c < CODE_POINTS; c++) {
      boolean surrogate = c >= 0xD800 && c < 0xE000;
      classes[c] = surrogate ? (byte) 255 : CharacterClass.of(c);
    }
    MessageDigest digest = sha256();
    digest.update(classes);
    assertThat(HexFormat.of().formatHex(digest.digest()))
        .isEqualTo(Golden.json("unicode.json").get("classes").asText());
  }

  @Test
  void normalizesAroundEveryCodePointAsHuggingFaceDoes() throws IOException {
    int[] ranges = {
      0x80, 0x3400, 0xA000, 0xAC00, 0xD7A0, 0xD800, 0xE000, 0x20000, 0x2F800, 0x2FA20, 0xE0000,
      0xE0200
    };
    MessageDigest digest = sha256();
    for (int i = 0; i < ranges.length; i += 2) {
      for (int c = ranges[i]; c < ranges[i + 1]; c++) {
        digest.update(normalized(probe(c)));
      }
    }
    assertThat(HexFormat.of().formatHex(digest.digest()))
        .isEqualTo(Golden.json("unicode.json").get("nfc").asText());
  }

  @Test
  void leavesAloneWhatStandsOutsideTheProbedRanges() {
    for (int c = 0; c < CODE_POINTS; c++) {
      if (c >= 0xD800 && c < 0xE000) {
        continue;
      }
      String alone = Character.toString(c);
      if (!Normalizer.isNormalized(alone, Normalizer.Form.NFC)) {
        byte[] utf8 = alone.getBytes(StandardCharsets.UTF_8);
        assertThat(Nfc.firstSuspect(utf8, 0, utf8.length)).as("U+%04X", c).isZero();
      }
    }
  }

  @Test
  void composesNothingThatUnicode9DoesNotKnow() {
    int[][] younger = {
      {0x105D2, 0x307}, {0x105DA, 0x307}, {0x11382, 0x113C9}, {0x11384, 0x113BB},
      {0x1138B, 0x113C2}, {0x11390, 0x113C9}, {0x113C2, 0x113C2}, {0x113C2, 0x113B8},
      {0x113C2, 0x113C9}, {0x11935, 0x11930}, {0x1611E, 0x1611E}, {0x1611E, 0x16129},
      {0x1611E, 0x1611F}, {0x16129, 0x1611F}, {0x1611E, 0x16120}, {0x16D67, 0x16D67},
      {0x16D63, 0x16D67}
    };
    for (int[] pair : younger) {
      String text = new String(pair, 0, 2);
      assertThat(normalized(text + text + "e\u0301"))
          .as("U+%04X U+%04X", pair[0], pair[1])
          .isEqualTo((text + text + "\u00e9").getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  void composesWhateverConsistsOfSeveralCharacters() {
    for (int c = 0; c < CODE_POINTS; c++) {
      if ((c >= 0xD800 && c < 0xE000) || Nfc.isUnknown(c)) {
        continue;
      }
      String apart = Normalizer.normalize(Character.toString(c), Normalizer.Form.NFD);
      byte[] utf8 = apart.getBytes(StandardCharsets.UTF_8);
      byte[] expected =
          Normalizer.normalize(apart, Normalizer.Form.NFC).getBytes(StandardCharsets.UTF_8);
      assertThat(Nfc.normalize(utf8, 0, utf8.length)).as("U+%04X", c).isEqualTo(expected);
    }
  }

  @Test
  void ordersTwoMarks() {
    String text = "a\u0301\u0323 \u0e01\u0e49\u0e38 \u05d0\u05b8\u05b4";
    assertThat(normalized(text))
        .isEqualTo(Normalizer.normalize(text, Normalizer.Form.NFC).getBytes(StandardCharsets.UTF_8))
        .isNotEqualTo(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void letsASingleMarkBeThatComposesWithNothing() {
    byte[] utf8 = "\u0e01\u0e49 \u0915\u094d\u0937 \u05d0\u05b8".getBytes(StandardCharsets.UTF_8);
    assertThat(Nfc.firstSuspect(utf8, 0, utf8.length)).isEqualTo(utf8.length);
  }

  @Test
  void letsComposedCharactersBe() {
    byte[] utf8 = "ườ ガガ éé ấ\u0e49".getBytes(StandardCharsets.UTF_8);
    assertThat(Nfc.firstSuspect(utf8, 0, utf8.length)).isEqualTo(utf8.length);
  }

  @Test
  void letsSignsBeAfterLettersThatTheyDoNotComposeWith() {
    byte[] utf8 = "\u0995\u09be\u0996\u09be \u0921\u093c\u0940".getBytes(StandardCharsets.UTF_8);
    assertThat(Nfc.firstSuspect(utf8, 0, utf8.length)).isEqualTo(utf8.length);
    byte[] composing = "\u0995\u09c7\u09be".getBytes(StandardCharsets.UTF_8);
    assertThat(Nfc.firstSuspect(composing, 0, composing.length)).isEqualTo(3);
  }

  @Test
  void normalizesRandomRunsOfMarksAndComposedCharactersAsTheJdkDoes() {
    int[] pool =
        IntStream.range(0xC0, 0x2FA20)
            .filter(c -> c < 0x3400 || c > 0xDFFF || (c > 0xABFF && c < 0xAC40))
            .filter(c -> !Nfc.isUnknown(c))
            .filter(c -> NfcTraits.of(c) != NfcTraits.INERT)
            .toArray();
    int[] followers =
        Arrays.stream(pool).filter(c -> NfcTraits.of(c) == NfcTraits.FOLLOWER).toArray();
    String inert = "\u0915\u0995\u0b95\u0627\u0e01\u6f22;\u05d0";
    Random random = new Random(11);
    for (int i = 0; i < 300_000; i++) {
      StringBuilder text = new StringBuilder("a");
      for (int n = random.nextInt(2, 7); n > 0; n--) {
        text.appendCodePoint(pool[random.nextInt(pool.length)]);
        switch (random.nextInt(8)) {
          case 0 -> text.append('e');
          case 1 -> text.append(inert.charAt(random.nextInt(inert.length())));
          case 2 ->
              text.append(inert.charAt(random.nextInt(inert.length())))
                  .appendCodePoint(followers[random.nextInt(followers.length)]);
          default -> {}
        }
      }
      String expected = Normalizer.normalize(text, Normalizer.Form.NFC);
      assertThat(normalized(text.toString()))
          .as("%s", text)
          .isEqualTo(expected.getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  void normalizesOnlyTheRange() {
    byte[] utf8 = "xe\u0301y\u0301".getBytes(StandardCharsets.UTF_8);
    assertThat(Nfc.firstSuspect(utf8, 0, utf8.length)).isEqualTo(1);
    assertThat(Nfc.firstSuspect(utf8, 4, 5)).isEqualTo(5);
    assertThat(new String(Nfc.normalize(utf8, 1, utf8.length), StandardCharsets.UTF_8))
        .isEqualTo("\u00e9\u00fd");
  }

  private static String probe(int codePoint) {
    String c = Character.toString(codePoint);
    return c
        + "a\u0345"
        + c
        + "a"
        + c
        + "\u0334a"
        + c
        + "\u0316\u0301"
        + c
        + "\u1161"
        + c
        + "\u11a8"
        + c
        + "\u0938"
        + c
        + "\u093c";
  }

  private static byte[] normalized(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return Nfc.normalize(utf8, 0, utf8.length);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
