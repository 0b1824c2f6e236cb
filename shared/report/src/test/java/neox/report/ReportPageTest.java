package neox.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import neox.base.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportPageTest {
  private static final Pattern DATA =
      Pattern.compile(
          "<script type=\"application/json\" id=\"data\">(.*?)</script>", Pattern.DOTALL);

  @TempDir Path directory;

  @Test
  void aRunOfTwoThousandStepsTakesLessThanAMegabyte() throws IOException {
    String small = ReportPage.of(List.of(MadeUpRun.write(directory.resolve("a"), 2000, 0)));
    assertThat(bytes(small)).hasSizeLessThan(400_000);
    assertThat(data(small).at("/runs/0/series/train~1lm_loss/y")).hasSize(2000);

    String large = ReportPage.of(List.of(MadeUpRun.write(directory.resolve("b"), 2000, 150)));
    assertThat(bytes(large)).hasSizeLessThan(1_000_000);
  }

  @Test
  void theSameRecordsMakeTheSameBytes() throws IOException {
    Path run = MadeUpRun.write(directory.resolve("a"), 500, 3);
    assertThat(ReportPage.of(List.of(run))).isEqualTo(ReportPage.of(List.of(run)));
  }

  @Test
  void loadsNothingFromElsewhere() throws IOException {
    String page = ReportPage.of(List.of(MadeUpRun.write(directory, 10, 0)));
    String ours = page.replace("http://www.w3.org/2000/svg", "");
    assertThat(ours).doesNotContain("http:").doesNotContain("https:").doesNotContain("//cdn");
    assertThat(ours).doesNotContain(" src=").doesNotContain("@import").doesNotContain("url(h");
    assertThat(page).contains("default-src 'none'").doesNotContain("connect-src");
    assertThat(page).doesNotContain("{{");
  }

  @Test
  void hostileTextsStayTexts() throws IOException {
    String page = ReportPage.of(List.of(MadeUpRun.writeHostile(directory.resolve("<b>&"))));
    Matcher block = DATA.matcher(page);
    assertThat(block.find()).isTrue();
    assertThat(block.group(1)).doesNotContain("<").doesNotContain(">").doesNotContain("&");
    assertThat(page.split("<script", -1)).as("the two of the page").hasSize(3);
    assertThat(page.split("window.hacked=1", -1)).hasSizeGreaterThan(5);

    JsonNode run = data(page).at("/runs/0");
    assertThat(run.path("configuration").asText()).isEqualTo(MadeUpRun.HOSTILE);
    assertThat(run.at("/samples/0/text").asText()).isEqualTo(MadeUpRun.HOSTILE);
    assertThat(run.path("series").has(MadeUpRun.HOSTILE_NAME)).isTrue();
    assertThat(page).as("half a character").contains("\\ud83d\"");
    assertThat(new String(bytes(page), StandardCharsets.UTF_8)).isEqualTo(page);
  }

  @Test
  void theScriptMakesNoMarkupOfTexts() throws IOException {
    String page = ReportPage.of(List.of(MadeUpRun.write(directory, 10, 0)));
    assertThat(page)
        .doesNotContain("innerHTML")
        .doesNotContain("outerHTML")
        .doesNotContain("insertAdjacentHTML")
        .doesNotContain("document.write")
        .doesNotContain("eval(")
        .doesNotContain("new Function");
  }

  @Test
  void roundsToSixDigitsAndKeepsWhatIsNoNumber() throws IOException {
    JsonNode series =
        data(ReportPage.of(List.of(MadeUpRun.write(directory, 10, 0)))).at("/runs/0/series");
    assertThat(series.at("/train~1grad_norm/y/4").isNull()).isTrue();
    assertThat(series.at("/train~1tokens_seen/y/9").asLong()).isEqualTo(20_480);
    assertThat(series.at("/train~1lm_loss/y/0").asText()).matches("\\d\\.\\d{1,5}");
    assertThat(series.at("/train~1lm_loss/x")).allMatch(step -> step.asLong() == 1);
  }

  private static byte[] bytes(String page) {
    return page.getBytes(StandardCharsets.UTF_8);
  }

  private static JsonNode data(String page) {
    Matcher block = DATA.matcher(page);
    assertThat(block.find()).isTrue();
    return Json.parse(block.group(1), "data");
  }
}
