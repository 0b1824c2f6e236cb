package neox.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import neox.base.Tool;
import neox.base.json.Json;
import neox.data.indexed.IndexedTokens;
import neox.tokenizer.Tokenizer;
import neox.tokenizer.Tokenizers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrepareCommandTest {
  @TempDir Path directory;

  @Test
  void makesTheSameSampleTwiceAndAnotherForAnotherSeed() throws Exception {
    List<String> first = sample("a");
    assertThat(first)
        .containsExactly(
            "eval/lambada_openai/test.jsonl",
            "eval/sciq/test.jsonl",
            "prompts.txt",
            "sample.json",
            "sample.jsonl",
            "sample_text_document.bin",
            "sample_text_document.idx",
            "tokenizer.json");
    assertThat(sample("b")).isEqualTo(first);
    for (String file : first) {
      Path a = directory.resolve("a").resolve(file);
      assertThat(Files.mismatch(a, directory.resolve("b").resolve(file))).as(file).isEqualTo(-1);
    }
    sample("c", "--seed", "2");
    for (String file : List.of("sample.jsonl", "eval/lambada_openai/test.jsonl")) {
      Path a = directory.resolve("a").resolve(file);
      assertThat(Files.mismatch(a, directory.resolve("c").resolve(file))).isNotEqualTo(-1);
    }
  }

  @Test
  void tokenizesTheTextWithItsOwnVocabulary() throws Exception {
    sample("a");
    Path made = directory.resolve("a");
    Tokenizer tokenizer =
        Tokenizers.open(
            "HFTokenizer", Optional.of(made.resolve("tokenizer.json")), Optional.empty());
    assertThat(tokenizer.vocabSize()).isEqualTo(400);
    List<JsonNode> rows = rows(made.resolve("sample.jsonl"));
    try (IndexedTokens tokens = IndexedTokens.open(made.resolve("sample_text_document"))) {
      assertThat(tokens.count()).isEqualTo(rows.size()).isGreaterThan(100);
      for (int i = 0; i < rows.size(); i++) {
        int[] ids = tokens.item(i);
        assertThat(ids[ids.length - 1]).isEqualTo(tokenizer.eod().orElseThrow());
        int[] text = java.util.Arrays.copyOf(ids, ids.length - 1);
        assertThat(tokenizer.decode(text)).isEqualTo(rows.get(i).get("text").asText());
      }
    }
  }

  @Test
  void printsWhatItMadeAndTheNextCommandAndDoesNotMakeItTwice() throws Exception {
    Path made = directory.resolve("a");
    assertThat(run(arguments("a")).lines().toList())
        .first()
        .asString()
        .startsWith("wrote " + made.resolve("sample.jsonl") + ": ");
    String next =
        "next: neox-train configs/demo.yml --set data_path=%s --set vocab_file=%s"
            .formatted(made.resolve("sample_text_document"), made.resolve("tokenizer.json"));
    assertThat(run(arguments("a")).lines())
        .containsExactly(made + ": the sample is there already (-f makes it again)", next);
    assertThat(run(arguments("a", "--seed", "3")))
        .isEqualTo(
            "neox-prepare: "
                + made.resolve("sample.json")
                + ": the sample was made with other options; give -f to make it again, or another"
                + " directory\n");
    assertThat(run(arguments("a", "--seed", "3", "-f"))).endsWith(next + "\n");
  }

  @Test
  void asksQuestionsWithOneRightAnswer() throws Exception {
    sample("a");
    List<JsonNode> rows = rows(directory.resolve("a/eval/sciq/test.jsonl"));
    assertThat(rows).hasSize(100);
    for (JsonNode row : rows) {
      assertThat(row.properties().stream().map(java.util.Map.Entry::getKey))
          .containsExactly(
              "question", "distractor1", "distractor2", "distractor3", "correct_answer", "support");
      assertThat(
              Stream.of("distractor1", "distractor2", "distractor3", "correct_answer")
                  .map(key -> row.get(key).asText()))
          .doesNotHaveDuplicates();
      if (row.get("question").asText().equals("What do owls eat?")) {
        assertThat(row.get("correct_answer").asText()).isEqualTo("mice");
      }
    }
  }

  @Test
  void saysWhatItCannotPrepare() {
    assertThat(run("pile_subst"))
        .startsWith(
            "neox-prepare: unknown data set 'pile_subst'; did you mean 'pile_subset'? known are"
                + " sample, arxiv, ");
    assertThat(run("qqqqqq"))
        .startsWith("neox-prepare: unknown data set 'qqqqqq'; known are sample");
    assertThat(run("sample", "-t", "HFTokenizer"))
        .startsWith("neox-prepare: sample trains a tokenizer of its own: leave out -t, -v and -m");
    assertThat(run("sample", "--megabytes", "0"))
        .isEqualTo("neox-prepare: --megabytes: expected more than 0, at most 1000: 0.0\n");
    assertThat(run("--json")).isEqualTo("neox-prepare: --live and --json go with --list\n");
  }

  private List<String> sample(String name, String... more) throws IOException {
    run(arguments(name, more));
    Path made = directory.resolve(name);
    try (Stream<Path> files = Files.walk(made)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> made.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  private String[] arguments(String name, String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("sample", "-d", directory.resolve(name).toString()));
    arguments.addAll(List.of("--megabytes", "0.05", "--vocab-size", "400"));
    arguments.addAll(List.of(more));
    return arguments.toArray(String[]::new);
  }

  private static List<JsonNode> rows(Path file) throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      rows.add(Json.parse(line, file.toString()));
    }
    return rows;
  }

  /// What the tool prints to standard error.
  private static String run(String... arguments) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Tool.run(
            new PrepareCommand(),
            arguments,
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    String text = err.toString(StandardCharsets.UTF_8);
    assertThat(code).isEqualTo(text.startsWith("neox-prepare: ") ? 2 : 0);
    return text;
  }
}
