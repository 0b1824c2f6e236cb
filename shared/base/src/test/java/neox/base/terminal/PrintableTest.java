package neox.base.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrintableTest {
  @ParameterizedTest
  @CsvSource({
    "000a, \\n",
    "000d, \\r",
    "0009, \\t",
    "0000, \\u0000",
    "0007, \\u0007",
    "0008, \\u0008",
    "001b, \\u001b",
    "007f, \\u007f",
    "0085, \\u0085",
    "009b, \\u009b",
    "00ad, \\u00ad",
    "061c, \\u061c",
    "200b, \\u200b",
    "200e, \\u200e",
    "200f, \\u200f",
    "2028, \\u2028",
    "2029, \\u2029",
    "202a, \\u202a",
    "202e, \\u202e",
    "2066, \\u2066",
    "2069, \\u2069",
    "feff, \\ufeff",
    "d800, \\ud800",
    "dfff, \\udfff",
    "e0041, \\U000e0041"
  })
  void writesOutWhatWouldActOnATerminal(String codePoint, String written) {
    String c = Character.toString(Integer.parseInt(codePoint, 16));
    assertThat(Printable.line("a" + c + "b.txt: no")).isEqualTo("a" + written + "b.txt: no");
  }

  @Test
  void aTextKeepsItsLinesAndTabs() {
    assertThat(Printable.text("a\n\tb\r\u001b[2J文")).isEqualTo("a\n\tb\\r\\u001b[2J文");
  }

  @Test
  void leavesOrdinaryTextOfAnyScriptAlone() {
    String text = "données/проба/文.jsonl:3: \\d+ is no 👩‍💻 می‌خواهم";
    assertThat(Printable.line(text)).isEqualTo(text);
  }

  @Test
  void keepsHeadAndTailOfAnOverlongText() {
    String text = "a.yml:3: " + "x".repeat(10_000) + "; expected a number";
    assertThat(Printable.line(text))
        .hasSize(600 + 31 + 300)
        .startsWith("a.yml:3: xxx")
        .contains("xx… (9,128 characters left out) …xx")
        .endsWith("x; expected a number");
    assertThat(Printable.line("x".repeat(1_000))).isEqualTo("x".repeat(1_000));
  }

  @Test
  void isOneBoundedLineWithoutControlCharactersWhateverTheText() {
    Random random = new Random(7);
    for (int round = 0; round < 5_000; round++) {
      String text = anyText(random);
      assertThat(Printable.line(text))
          .hasSizeLessThanOrEqualTo(1_000)
          .matches("[^\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}\u202a-\u202e\u2066-\u2069]*");
    }
  }

  private static String anyText(Random random) {
    int length = random.nextInt(10) == 0 ? random.nextInt(5_000) : random.nextInt(40);
    int[] most = {0x20, 0xa0, 0x2100, 0xffff, 0x10ffff};
    int bound = most[random.nextInt(most.length)];
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.appendCodePoint(random.nextInt(bound + 1));
    }
    return text.toString();
  }
}
