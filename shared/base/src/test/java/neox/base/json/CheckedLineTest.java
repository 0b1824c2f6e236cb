package neox.base.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class CheckedLineTest {
  private static final String TEXT = "{\"a\":\"é😀\"}";

  @Test
  void beginsWithTheSumOfItsText() {
    // RFC 3720, B.4: the CRC-32C of "123456789" is e3069283
    assertThat(new String(CheckedLine.of("123456789"), StandardCharsets.UTF_8))
        .isEqualTo("e3069283 123456789\n");
  }

  @Test
  void givesBackItsTextFromTheMiddleOfAFile() {
    byte[] line = CheckedLine.of(TEXT);
    byte[] file = new byte[line.length + 7];
    System.arraycopy(line, 0, file, 5, line.length);
    assertThat(CheckedLine.text(file, 5, 5 + line.length - 1)).contains(TEXT);
    assertThat(CheckedLine.text(CheckedLine.of(""), 0, 9)).contains("");
  }

  @Test
  void isNothingWhereOneBitIsAnotherOrTheEndIsMissing() {
    byte[] line = CheckedLine.of(TEXT);
    int whole = line.length - 1;
    for (int to = 0; to < whole; to++) {
      assertThat(CheckedLine.text(line, 0, to)).as("%d bytes", to).isEmpty();
    }
    for (int bit = 0; bit < 8 * whole; bit++) {
      byte[] damaged = line.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(CheckedLine.text(damaged, 0, whole)).as("bit %d", bit).isEmpty();
    }
  }
}
