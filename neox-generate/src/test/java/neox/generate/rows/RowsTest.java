package neox.generate.rows;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import neox.base.ExitCode;
import neox.base.json.Json;
import neox.generate.ToolRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowsTest {
  private static final List<String> FIELDS =
      List.of("context", "text", "length", "finished", "message", "duration_seconds");

  private static ToolRun run(String rows, String... more) {
    return ToolRun.of(rows, arguments(more));
  }

  private static String[] arguments(String... more) {
    return Stream.concat(
            Stream.of("--jsonl", "--model", ToolRun.checkpoint(), "--max-tokens", "6"),
            Stream.of(more))
        .toArray(String[]::new);
  }

  private static List<String> names(JsonNode row) {
    return row.properties().stream().map(Map.Entry::getKey).toList();
  }

  @Test
  void aRowIsAnsweredWithItsOtherFieldsInTheirOrder() {
    ToolRun result =
        run(
            """
            {"id": 7, "prompt": "The quick brown", "more": {"a": [1, null]}}

            {"text": "int main(void)", "id": "x"}\r
            {"context": " and "}\
            """);
    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isEqualTo(ExitCode.OK);
    List<JsonNode> rows = result.lines();
    assertThat(rows).hasSize(3);
    assertThat(names(rows.get(0)).subList(0, 3)).containsExactly("id", "more", "context");
    assertThat(names(rows.get(0)).subList(2, 8)).isEqualTo(FIELDS);
    assertThat(rows.get(0).get("more").toString()).isEqualTo("{\"a\":[1,null]}");
    assertThat(rows.get(0).get("text").asText()).isEqualTo("e te t");
    assertThat(rows.get(1).get("id").asText()).isEqualTo("x");
    assertThat(rows.get(1).get("context").asText()).isEqualTo("int main(void)");
    assertThat(rows.get(1).get("text").asText()).isEqualTo(" t te ");
    assertThat(rows.get(2).get("context").asText()).isEqualTo(" and ");
  }

  /// The tokenizer has one token more than the embedding has rows, which is no reason to refuse
  /// both.
  @Test
  void aTokenThatTheModelDoesNotKnowIsTheFaultOfItsRow(@TempDir Path directory) throws IOException {
    Path golden =
        Path.of("..", "shared", "inference", "src", "test", "resources", "golden", "pythia", "hf");
    for (String name : List.of("config.json", "model.safetensors")) {
      Files.copy(golden.resolve(name), directory.resolve(name));
    }
    Map<String, Integer> vocab = new LinkedHashMap<>();
    for (int id = 0; id < 512; id++) {
      vocab.put("t" + id, id);
    }
    Files.writeString(
        directory.resolve("tokenizer.json"),
        """
        {"added_tokens": [{"id": 512, "content": "<pad>", "special": true, "normalized": false,
          "single_word": false, "lstrip": false, "rstrip": false}],
         "pre_tokenizer": {"type": "WhitespaceSplit"},
         "model": {"type": "WordLevel", "unk_token": "t0", "vocab": %s}}
        """
            .formatted(Json.line(vocab)));
    String rows = "{\"prompt\": \"t97 t98\"}\n{\"prompt\": \"t97 <pad>\"}\n{\"prompt\": \"t99\"}\n";
    String problem =
        "standard input:2: the prompt has the token 512 (<pad>), for which the model's embedding of"
            + " 512 rows has none";
    String model = directory.toString();
    ToolRun skipping = ToolRun.of(rows, "--jsonl", "--model", model, "--on-error", "skip");
    assertThat(skipping.code()).as(skipping.err()).isEqualTo(ExitCode.OK);
    assertThat(skipping.lines()).extracting(row -> row.get("context").asText()).hasSize(2);
    assertThat(skipping.err()).contains("warning: " + problem + "; skipped");
    ToolRun stopping = ToolRun.of(rows, "--jsonl", "--model", model);
    assertThat(stopping.code()).isEqualTo(ExitCode.USAGE);
    assertThat(stopping.lines()).hasSize(1);
    assertThat(stopping.err()).endsWith(problem + System.lineSeparator());
  }

  @Test
  void keyNamesThePrompt() {
    ToolRun result = run("{\"q\": \"ab\", \"prompt\": \"not this\"}", "--key", "q");
    assertThat(result.lines().getFirst().get("context").asText()).isEqualTo("ab");
    assertThat(result.lines().getFirst().get("prompt").asText()).isEqualTo("not this");
  }

  /// Whether several are answered together, and one gives way to the next, cannot be seen.
  @ParameterizedTest
  @CsvSource({"1, 1", "3, 1", "3, 2"})
  void rowsComeInTheOrderOfTheInput(int batchSize, int samples) {
    StringBuilder rows = new StringBuilder();
    StringBuilder expected = new StringBuilder();
    for (int i = 0; i < 7; i++) {
      rows.append("{\"prompt\": \"")
          .append("x".repeat(63 - 9 * i))
          .append("\", \"i\": ")
          .append(i)
          .append("}\n");
      expected.append((i + ",").repeat(samples));
    }
    ToolRun result = run(rows.toString(), "--batch-size=" + batchSize, "--num-samples=" + samples);
    StringBuilder found = new StringBuilder();
    result.lines().forEach(row -> found.append(row.get("i")).append(','));
    assertThat(found.toString()).isEqualTo(expected.toString());
  }

  @Test
  void unorderedRowsComeWhenTheyAreReady() {
    // Whole lines in one read: both are there when the first is begun, however late that is read.
    String rows =
        "{\"prompt\": \"x\", \"i\": 0}\n{\"prompt\": \"" + "x".repeat(63) + "\", \"i\": 1}\n";
    List<JsonNode> found = run(rows, "--unordered", "--batch-size=2").lines();
    assertThat(found).extracting(row -> row.get("i").asInt()).containsExactly(1, 0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"prompt\": | not valid JSON: Unexpected end-of-input within/between Object entries",
        "[1] | expected a JSON object, found a list",
        "{\"a\": 1} | no prompt in it; expected one of the fields prompt, context, text, or the one"
            + " that --key names",
        "{\"prompt\": 5} | 'prompt' holds the prompt; expected text, found a number",
        "{\"prompt\": null} | 'prompt' holds the prompt; expected text, found null",
        "{\"prompt\": \"a\", \"text\": \"b\"} | has a field 'text' beside its prompt, where the"
            + " answer goes; rename it",
      })
  void aBadRowIsNamedBehindTheAnswersBeforeIt(String row, String reason) {
    String good = "{\"prompt\": \"a\"}\n";
    ToolRun stopped = run(good + row + "\n" + good);
    assertThat(stopped.code()).isEqualTo(ExitCode.USAGE);
    assertThat(stopped.err()).isEqualTo("neox-generate: standard input:2: " + reason + "\n");
    assertThat(stopped.lines()).hasSize(1);
    ToolRun skipped = run(good + row + "\n" + good, "--on-error=skip");
    assertThat(skipped.code()).isEqualTo(ExitCode.OK);
    assertThat(skipped.err())
        .isEqualTo(
            "warning: standard input:2: "
                + reason
                + "; skipped\nwarning: standard input: 1 rows skipped, 2 answered\n");
    assertThat(skipped.lines()).hasSize(2);
  }

  @Test
  void aPromptThatDoesNotFitIsABadRow(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("rows.jsonl");
    Path out = directory.resolve("out.jsonl");
    Files.writeString(file, "{\"prompt\": \"a\"}\n{\"prompt\": \"" + "x".repeat(65) + "\"}\n");
    ToolRun result = run("", "-i", file.toString(), "-o", out.toString());
    result.assertRefused(file + ":2: the prompt has 65 tokens, the model takes 64; shorten it");
    assertThat(out).doesNotExist();
    Files.write(file, new byte[] {'{', (byte) 0xff, '}'});
    run("", "-i", file.toString()).assertRefused(file + ":1: not valid UTF-8");
  }

  /// The next row is sent when the answer to the one before has come.
  @Test
  void answersWhileItsInputIsOpen() throws Exception {
    PipedOutputStream sent = new PipedOutputStream();
    try (ExecutorService tool = Executors.newSingleThreadExecutor();
        PipedInputStream stdin = new PipedInputStream(sent);
        PipedInputStream received = new PipedInputStream();
        PrintStream stdout =
            new PrintStream(new PipedOutputStream(received), true, StandardCharsets.UTF_8)) {
      Future<ToolRun> run =
          tool.submit(() -> ToolRun.of(stdin, stdout, arguments("--batch-size", "4")));
      BufferedReader answers =
          new BufferedReader(new InputStreamReader(received, StandardCharsets.UTF_8));
      for (int i = 0; i < 3; i++) {
        sent.write(
            "{\"prompt\": \"a\", \"i\": %d}\n".formatted(i).getBytes(StandardCharsets.UTF_8));
        sent.flush();
        assertThat(answers.readLine()).startsWith("{\"i\":" + i + ",\"context\":\"a\"");
      }
      sent.close();
      assertThat(run.get().err()).isEmpty();
    }
  }
}
