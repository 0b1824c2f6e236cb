package neox.preprocess.ftfy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import neox.base.json.Json;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TextFixerTest {
  private static final Path PAIRS = Path.of("src/test/resources/golden/ftfy/pairs.jsonl");

  private final TextFixer fixer = new TextFixer();

  @Test
  void mendsWhatFtfyMendsAndNothingElse() throws Exception {
    List<String> rows = Files.readAllLines(PAIRS);
    assertThat(rows).hasSize(2800);
    SoftAssertions soft = new SoftAssertions();
    for (String row : rows) {
      JsonNode pair = Json.parse(row, "pairs.jsonl");
      String text = pair.get(0).asText();
      soft.assertThat(fixer.fix(text)).as("from %s", row).isEqualTo(pair.get(1).asText());
    }
    soft.assertAll();
  }

  @Test
  void leavesPlainTextAlone() {
    String text = "Plain text,\twith <b>marks</b> & more\nand lines.\f\n";
    assertThat(fixer.fix(text)).isEqualTo(text);
    assertThat(fixer.fix("")).isEmpty();
    assertFixed("schön, naïve, Привет, 日本語, 한국어, 😀", "schön, naïve, Привет, 日本語, 한국어, 😀");
    byte[] plain = "\uFFFDplain \n\t~".getBytes(StandardCharsets.UTF_8);
    assertThat(TextFixer.leavesAlone(plain, 3, plain.length)).isTrue();
    assertThat(TextFixer.leavesAlone(plain, 2, plain.length)).isFalse();
    for (String suspicious : List.of("&", "\r", "\u001b", "\0", "\u007f", "é")) {
      byte[] bytes = suspicious.getBytes(StandardCharsets.UTF_8);
      assertThat(TextFixer.leavesAlone(bytes, 0, bytes.length)).as(suspicious).isFalse();
    }
  }

  @Test
  void readsEntitiesUntilALineHasMarkup() {
    assertFixed("&eacute;&#233;&#xE9;&#XE9;&EACUTE;&NotEqualTilde;", "ééééÉ≂̸");
    assertFixed("&eacute &#; &#x; &nTILDE; &toolongtobeanentitynameever;", null);
    assertFixed("&amp;eacute;", "é"); // twice escaped
    assertFixed("&#0;&#xd800;&#x110000;&#99999999999;", "\ufffd".repeat(4));
    assertFixed("&#128;&#x1b;[0m&#1;&#xfdd0;&#x1ffff;", "€[0m");
    assertFixed("&#59;&#12ab;", null);
    assertFixed("&lt;i&gt;\n<b>&lt;</b>\n&lt;", "<i>\n<b>&lt;</b>\n&lt;");
  }

  @Test
  void undoesLayersOfWrongEncodings() {
    assertFixed("schÃ¶n", "schön");
    assertFixed("schÃƒÂ¶n", "schön");
    assertFixed("РџСЂРёРІРµС‚", "Привет");
    assertFixed("â€œlikeâ€\u009d â€¦", "\"like\" …");
    assertFixed("l‚Äôhumanit√©", "l'humanité");
    assertFixed("à perturber la rÃ©flexion", "à perturber la réflexion");
  }

  @Test
  void putsBackSpacesAndMarksLostBytes() {
    assertFixed("voilÃ le travail", "voilà le travail");
    assertFixed("Ã s trÃªs", "às três");
    assertFixed("â€œ lost â€\ufffd", "\" lost \ufffd");
  }

  @Test
  void readsCesuPairsAndJavasNul() {
    assertFixed("í\u00a0½í¸\u008d", "😍");
    assertFixed("Ã©À\u0080", "é");
    assertFixed("Ã©À\n", "é"); // ftfy takes this newline for the second half of a NUL
  }

  @Test
  void givesCharactersTheirPlainForms() {
    assertFixed("ﬂuﬃest ŉ Ǆ", "fluffiest 'n DŽ");
    assertFixed("ＬＯＵＤ　ＮＯＩＳＥＳ ﾊﾝ", "LOUD NOISES ハン");
    assertFixed("‘a’ “b” „c‟ ‚d‛", "'a' \"b\" \"c\" 'd'");
    assertFixed("a\r\nb\rc\u2028d\r\u2029e", "a\nb\nc\nd\n\ne");
    assertFixed("\ud83d-\ude00-\ude00\ud83d-\ud83d\ude00", "\ufffd-\ufffd-\ufffd\ufffd-😀");
    assertFixed("\u001b[36;44mblue\u001b[0m \u001b[٣m", "blue ");
    assertFixed("a\0\u0008\u000b\u001f\u007f\u206a\ufeff\ufffcb", "ab");
    assertFixed("e\u0301 A\u030a \u1100\u1161 \u212a", "é Å 가 K");
    assertFixed("\u0085 \u0093x\u0094", "… \"x\"");
  }

  @Test
  void cutsLinesOfMoreThanAMillionCharacters() {
    // one piece holds a whole word in the wrong encoding; the other begins in the middle of one
    String filler = "😀".repeat(999_998);
    assertFixed(filler + "Ã©", filler + "é");
    assertFixed(filler + " Ã©", null);
  }

  private void assertFixed(String text, @Nullable String expected) {
    assertThat(fixer.fix(text)).isEqualTo(expected == null ? text : expected);
  }
}
