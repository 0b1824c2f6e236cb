package neox.generate.interactive;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import neox.base.ExitCode;
import neox.base.json.Json;
import neox.generate.GenerateCommand;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The real command in a pseudo-terminal. Each test starts a process, which takes most of its time.
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class InteractiveTest {
  private static final String QUESTION = "Context prompt >>> ";
  private static final String CTRL_A = "\u0001";
  private static final String CTRL_C = "\u0003";
  private static final String CTRL_D = "\u0004";
  private static final String CTRL_E = "\u0005";
  private static final String BACKSPACE = "\u007f";
  private static final String ENTER = "\r";
  private static final String UP = "\u001bOA"; // as terminals say where "application keys" are on
  private static final String LEFT = "\u001bOD";
  private static final int COLUMNS = 40;

  @TempDir Path directory;

  private static Path checkpoint() {
    try {
      URL url = InteractiveTest.class.getResource("/golden/pythia/checkpoint");
      return Path.of(Objects.requireNonNull(url).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private PseudoTerminal start(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                GenerateCommand.class.getName(),
                "--interactive",
                "--model",
                checkpoint().toString(),
                "--threads",
                "1",
                "-o",
                directory.resolve("said.jsonl").toString()));
    command.addAll(List.of(arguments));
    return PseudoTerminal.start(24, COLUMNS, command);
  }

  private List<JsonNode> said() throws IOException {
    return Files.readAllLines(directory.resolve("said.jsonl")).stream()
        .map(line -> Json.parse(line, "line"))
        .toList();
  }

  /// Types a prompt, and waits until the next is asked for.
  private static String say(PseudoTerminal terminal, String keys) throws InterruptedException {
    int from = terminal.shown();
    terminal.type(keys);
    terminal.await("Generated Text: ", from);
    return terminal.await(QUESTION, from);
  }

  @Test
  void aPersonTypesEditsRecallsAndPastesPrompts() throws Exception {
    try (PseudoTerminal terminal = start("--maximum-tokens", "3")) {
      terminal.await(QUESTION, 0);
      say(terminal, "abX" + BACKSPACE + "c" + ENTER);
      say(terminal, UP + ENTER);
      say(terminal, "it's \"so\" \\n !1" + ENTER);
      terminal.type("日本語" + LEFT + BACKSPACE);
      assertThat(terminal.awaitLine(QUESTION + "日語")).isEqualTo(QUESTION.length() + 2);
      say(terminal, ENTER);
      say(terminal, "a😀é" + LEFT + BACKSPACE + ENTER);
      terminal.type("x".repeat(COLUMNS + 5));
      int wrapped = QUESTION.length() + 5;
      assertThat(terminal.awaitLine("x".repeat(wrapped))).isEqualTo(wrapped);
      say(terminal, CTRL_A + "begin " + CTRL_E + " end" + ENTER);
      say(terminal, "\u001b[200~line one\nline two\u001b[201~" + ENTER);
      int from = terminal.shown();
      terminal.type("forget this" + CTRL_C);
      terminal.await(QUESTION, from);
      say(terminal, "ok" + ENTER);
      from = terminal.shown();
      terminal.type("y".repeat(63) + ENTER);
      terminal.await("Context length63", from);
      terminal.await("Reached max sequence length!", from);
      terminal.await(QUESTION, from);
      say(terminal, ENTER);
      terminal.type(CTRL_D);
      assertThat(terminal.exit()).as(terminal.all()).isEqualTo(ExitCode.OK);
    }
    assertThat(said())
        .extracting(sample -> sample.get("context").asText())
        .containsExactly(
            "abc",
            "abc",
            "it's \"so\" \\n !1",
            "日語",
            "aé",
            "begin " + "x".repeat(COLUMNS + 5) + " end",
            "line one\nline two",
            "ok",
            "");
    assertThat(said()).extracting(sample -> sample.get("length").asInt()).containsOnly(3);
  }

  @Test
  void ctrlCStopsAnAnswerAndPromptsEndWhereTheConfigurationSays() throws Exception {
    try (PseudoTerminal terminal =
        start("--maximum-tokens", "1000000", "--prompt-end", "|", longTexts().toString())) {
      terminal.await(QUESTION, 0);
      int from = terminal.shown();
      terminal.type("one" + ENTER);
      terminal.await("... ", from);
      terminal.type("two| three" + ENTER);
      terminal.await("Generated Text: ", from);
      terminal.await(" te te te te te te", from);
      from = terminal.shown();
      terminal.type(CTRL_C);
      terminal.await(QUESTION, from);
      terminal.await("three", from); // what came behind the end begins the next prompt
      terminal.type(" and four|" + ENTER);
      terminal.await(" te te te te", from);
      from = terminal.shown();
      terminal.type(CTRL_C);
      terminal.await(QUESTION, from);
      terminal.type(CTRL_D);
      assertThat(terminal.exit()).as(terminal.all()).isEqualTo(ExitCode.OK);
    }
    assertThat(said())
        .extracting(sample -> sample.get("context").asText())
        .containsExactly("one\ntwo", " three and four");
    assertThat(said()).extracting(sample -> sample.get("finished").asBoolean()).containsOnly(false);
  }

  /// A configuration under which an answer takes longer than a person waits.
  private Path longTexts() throws IOException {
    String saved = Files.readString(checkpoint().resolve("global_step20/configs/config.yml"));
    return Files.writeString(
        directory.resolve("long.yml"),
        saved.replaceAll("\"(seq_length|max_position_embeddings)\": \\d+", "\"$1\": 30000"));
  }
}
