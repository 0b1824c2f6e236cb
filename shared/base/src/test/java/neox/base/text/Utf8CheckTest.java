package neox.base.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8CheckTest {
  @Test
  void acceptsEveryCharacterAndNothingElse() {
    int rejected = 0;
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      if (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE) {
        byte[] bytes = Character.toString(c).getBytes(StandardCharsets.UTF_8);
        rejected += Utf8Check.firstInvalid(bytes, 0, bytes.length) == -1 ? 0 : 1;
      }
    }
    assertThat(rejected).isZero();
    int[] edges = {0, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0};
    int[] more = {0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff};
    int differences = 0;
    Random random = new Random(2);
    for (int round = 0; round < 100_000; round++) {
      byte[] bytes = new byte[1 + random.nextInt(14)];
      for (int i = 0; i < bytes.length; i++) {
        int pick = random.nextInt(edges.length + more.length);
        bytes[i] = (byte) (pick < edges.length ? edges[pick] : more[pick - edges.length]);
      }
      boolean accepted = Utf8Check.firstInvalid(bytes, 0, bytes.length) < 0;
      differences += accepted == javaAccepts(bytes) ? 0 : 1;
    }
    assertThat(differences).isZero();
  }

  @Test
  void saysWhereTheFirstBadByteIs() {
    byte[] bytes = "0123456789é".getBytes(StandardCharsets.UTF_8);
    assertThat(Utf8Check.firstInvalid(bytes, 0, bytes.length)).isEqualTo(-1);
    assertThat(Utf8Check.firstInvalid(bytes, 0, bytes.length - 1)).isEqualTo(10);
    assertThat(Utf8Check.firstInvalid(bytes, 11, bytes.length)).isEqualTo(11);
  }

  private static boolean javaAccepts(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
