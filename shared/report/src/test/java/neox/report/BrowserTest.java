package neox.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import neox.base.json.Json;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a browser makes of the page. Without one these tests are skipped.
class BrowserTest {
  private static final Pattern FOUND =
      Pattern.compile("<pre id=\"found\">(.*?)</pre>", Pattern.DOTALL);

  private static final List<String> FLAGS =
      List.of(
          "--headless",
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--hide-scrollbars",
          "--window-size=1400,1000",
          "--virtual-time-budget=3000",
          "--dump-dom");

  /// Looks at the page that it stands in, and leaves what it has found as JSON.
  private static final String PROBE =
      """
      <script>
      addEventListener("load", () => setTimeout(() => {
        const plots = [...document.querySelectorAll("#grid .plot")];
        const sight = plot => ({
          label: plot.getAttribute("aria-label"),
          value: plot.getAttribute("aria-valuetext"),
          curves: [...plot.querySelectorAll("path.curve")].map(path => path.getAttribute("d").length),
        });
        const press = key => plots[0].dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
        const found = {
          errors: window.errors || [],
          hacked: window.hacked === 1,
          width: document.documentElement.clientWidth,
          scrolls: document.documentElement.scrollWidth > document.documentElement.clientWidth,
          back: getComputedStyle(document.body).backgroundColor,
          title: document.title,
          text: document.querySelector("main").textContent,
          images: document.images.length,
          plots: plots.map(sight),
        };
        press("Home");
        found.first = plots[0].getAttribute("aria-valuetext");
        press("ArrowRight");
        found.second = plots[0].getAttribute("aria-valuetext");
        document.querySelector("#grid details").open = true;
        document.getElementById("smoothing").value = 0.9;
        document.getElementById("smoothing").dispatchEvent(new Event("input"));
        found.rows = document.querySelectorAll("#grid details tbody tr").length;
        document.getElementById("log").click();
        press("+");
        found.zoomed = !document.getElementById("reset").disabled;
        press("Escape");
        document.querySelector(".legend .key")?.click();
        document.querySelector("#runs input")?.click();
        document.getElementById("theme").click();
        document.getElementById("theme").click();
        found.dark = getComputedStyle(document.body).backgroundColor;
        setTimeout(() => {
          found.errors = window.errors || [];
          const pre = document.createElement("pre");
          pre.id = "found";
          pre.textContent = JSON.stringify(found);
          parent.document.body.append(pre);
        }, 50);
      }, 0));
      </script>
      """;

  /// Comes before all else, and hears of whatever goes wrong.
  private static final String LISTENER =
      """
      <script>
      window.errors = [];
      addEventListener("error", event => window.errors.push(String(event.message)));
      addEventListener("unhandledrejection", event => window.errors.push(String(event.reason)));
      addEventListener("securitypolicyviolation", event => window.errors.push(event.violatedDirective));
      </script>
      """;

  @TempDir Path directory;

  @BeforeEach
  void findBrowser() {
    assumeTrue(browser().isPresent(), "no chromium, chromium-browser or google-chrome on the PATH");
  }

  @Test
  void drawsEveryChartInLightAndDarkAndAnswersTheKeyboard() throws Exception {
    Path run = MadeUpRun.write(directory.resolve("a"), 2000, 0);
    JsonNode found = look(ReportPage.of(List.of(run)), 1280);
    assertThat(found.path("errors")).isEmpty();
    assertThat(found.path("plots"))
        .hasSize(6)
        .allSatisfy(plot -> {
          assertThat(plot.path("label").asText()).isNotEmpty();
          assertThat(plot.path("value").asText()).startsWith("step 2,000: ");
          assertThat(plot.path("curves")).isNotEmpty().allMatch(length -> length.asInt() > 50);
        });
    assertThat(found.path("back").asText()).isEqualTo("rgb(255, 255, 255)");
    assertThat(found.path("dark").asText()).isEqualTo("rgb(18, 22, 27)");
    assertThat(found.path("first").asText()).matches("step 1: train [67]\\.\\d+");
    assertThat(found.path("second").asText()).startsWith("step 2: train ");
    assertThat(found.path("zoomed").asBoolean()).isTrue();
    assertThat(found.path("rows").asInt()).isEqualTo(60);
    assertThat(found.path("text").asText())
        .contains("complete", "sciq_acc", " upon a time", "step 3: loss NaN", "num_layers: 4");
  }

  @Test
  void fitsANarrowScreenWithSeveralRuns() throws Exception {
    List<Path> runs =
        List.of(
            MadeUpRun.write(directory.resolve("a"), 500, 20),
            MadeUpRun.write(directory.resolve("a-run-with-a-name-that-is-rather-long"), 300, 20));
    JsonNode found = look(ReportPage.of(runs), 360);
    assertThat(found.path("errors")).isEmpty();
    assertThat(found.path("width").asInt()).isEqualTo(360);
    assertThat(found.path("scrolls").asBoolean()).isFalse();
    assertThat(found.path("plots").get(0).path("curves")).hasSize(4);
  }

  @Test
  void hostileTextsAreShownAndDoNothing() throws Exception {
    Path run = MadeUpRun.writeHostile(directory.resolve("<img src=x onerror=window.hacked=1>"));
    JsonNode found = look(ReportPage.of(List.of(run)), 1280);
    assertThat(found.path("errors")).isEmpty();
    assertThat(found.path("hacked").asBoolean()).isFalse();
    assertThat(found.path("images").asInt()).isZero();
    assertThat(found.path("text").asText())
        .contains("<script>window.hacked=1</script>")
        .contains("<img src=x onerror=window.hacked=1>");
    assertThat(found.path("title").asText()).contains("<img src=x");
  }

  /// The policy of the page lets its own script run.
  @Test
  void runsUnderItsOwnPolicy() throws Exception {
    Path run = MadeUpRun.write(directory.resolve("a"), 50, 0);
    String dom = browse(ReportPage.of(List.of(run)));
    assertThat(dom).contains("class=\"plot\"").contains("<path class=\"curve c0\"");
  }

  /// The page in a frame of the given width: the window of a browser is not that narrow. Its policy
  /// is left out, for the probe, and so that whatever came through as markup would act.
  private JsonNode look(String page, int width) throws IOException, InterruptedException {
    String open = page.replaceFirst("<meta http-equiv=\"Content-Security-Policy\"[^>]*>", "");
    assertThat(open).isNotEqualTo(page);
    String probed =
        open.replace("<head>", "<head>" + LISTENER).replace("</body>", PROBE + "</body>");
    String dom =
        browse(
            "<!DOCTYPE html><meta charset=\"utf-8\"><body><iframe style=\"border:0\" width=\"%d\" height=\"900\" srcdoc=\"%s\">"
                .formatted(width, probed.replace("&", "&amp;").replace("\"", "&quot;")));
    Matcher found = FOUND.matcher(dom);
    assertThat(found.find()).as("the probe has run").isTrue();
    String json =
        found.group(1).replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", "\u00a0");
    return Json.parse(json.replace("&amp;", "&"), "what the probe found");
  }

  /// What a page has become, as markup.
  private String browse(String page) throws IOException, InterruptedException {
    Path file = Files.writeString(directory.resolve("page.html"), page);
    Path out = directory.resolve("dom.html");
    List<String> command = new ArrayList<>(List.of(browser().orElseThrow().toString()));
    command.addAll(FLAGS);
    command.add("--user-data-dir=" + directory.resolve("profile"));
    command.add(file.toUri().toString());
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return Files.readString(out);
  }

  private static Optional<Path> browser() {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Arrays.stream(path.split(":", -1))
        .flatMap(folder ->
            Stream.of("chromium", "chromium-browser", "google-chrome")
                .map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
