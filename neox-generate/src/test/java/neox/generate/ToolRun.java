package neox.generate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import neox.base.ExitCode;
import neox.base.Tool;
import neox.base.json.Json;

/// What `neox-generate` made of its arguments, in this process.
public record ToolRun(int code, String out, String err) {
  /// Runs it on one thread.
  public static ToolRun of(String stdin, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ToolRun run =
        of(
            new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8)),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            args);
    return new ToolRun(run.code(), out.toString(StandardCharsets.UTF_8), run.err());
  }

  /// The same between streams, of which the result knows nothing.
  public static ToolRun of(InputStream stdin, PrintStream stdout, String... args) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--threads", "1"));
    int code =
        Tool.run(
            new GenerateCommand(),
            all.toArray(String[]::new),
            stdin,
            stdout,
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new ToolRun(code, "", err.toString(StandardCharsets.UTF_8));
  }

  /// The small trained model of the tests: 64 tokens, one for each byte.
  public static String checkpoint() {
    try {
      URL url = ToolRun.class.getResource("/golden/pythia/checkpoint");
      return Path.of(Objects.requireNonNull(url).toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /// The rows of standard output.
  public List<JsonNode> lines() {
    return out.lines().map(line -> Json.parse(line, "line")).toList();
  }

  public void assertRefused(String message) {
    assertThat(err).isEqualTo("neox-generate: " + message + System.lineSeparator());
    assertThat(code).isEqualTo(ExitCode.USAGE);
    assertThat(out).isEmpty();
  }
}
