package neox.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import neox.base.json.Json;

/// One HTML file that needs nothing else: styles, script and data are in it, and its policy lets it
/// load nothing and run no script but its own. What runs have recorded stands in it as JSON alone,
/// which the script turns into text, never into markup.
public final class ReportPage {
  /// In the order in which they are read.
  private static final List<String> SCRIPTS =
      List.of("series.js", "elements.js", "chart.js", "catalogue.js", "tables.js", "page.js");

  private static final Pattern PLACE = Pattern.compile("\\{\\{(\\w+)}}");
  private static final Pattern UNSAFE = Pattern.compile("[<>&\u2028\u2029\ud800-\udfff]");

  /// The page of runs that are looked at once. The same records make the same bytes.
  ///
  /// @param runs directories, each of which must hold the records of a run
  public static String of(List<Path> runs) throws IOException {
    List<RunFolder> folders = new ArrayList<>();
    for (Path run : runs) {
      RunFolder folder = RunFolder.of(run);
      folder.requireRecords();
      folders.add(folder);
    }
    return of(ReportData.page(folders));
  }

  /// @param data see [ReportData]
  static String of(JsonNode data) {
    String style = resource("page.css");
    String script = SCRIPTS.stream().map(ReportPage::resource).collect(Collectors.joining("\n"));
    Map<String, String> parts =
        Map.of(
            "policy",
            policy(style, script, data.path("live").asBoolean()),
            "style",
            style,
            "script",
            script,
            "data",
            inMarkup(data));
    return PLACE
        .matcher(resource("page.html"))
        .replaceAll(
            place -> Matcher.quoteReplacement(Objects.requireNonNull(parts.get(place.group(1)))));
  }

  private static String policy(String style, String script, boolean live) {
    return "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; style-src "
        + hash(style)
        + "; script-src "
        + hash(script)
        + (live ? "; connect-src 'self'" : "");
  }

  /// Names the only text that a browser may take for a script (or style) of the page.
  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /// JSON that ends no element it stands in, also where half a character was cut off.
  private static String inMarkup(JsonNode data) {
    return UNSAFE
        .matcher(Json.line(data))
        .replaceAll(unsafe -> "\\\\u%04x".formatted((int) unsafe.group().charAt(0)));
  }

  private static String resource(String name) {
    try (InputStream in = ReportPage.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ReportPage() {}
}
