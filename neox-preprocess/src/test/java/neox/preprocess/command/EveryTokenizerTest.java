package neox.preprocess.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import neox.base.json.Json;
import neox.data.indexed.IndexedTokens;
import neox.preprocess.Run;
import neox.tokenizer.Tokenizer;
import neox.tokenizer.Tokenizers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Text to tokens with each type of tokenizer.
class EveryTokenizerTest {
  private static final Path FILES =
      Path.of("../shared/tokenizer/src/test/resources/golden/tokenizer");
  private static final List<String> TEXTS = List.of("one two", "naïve 漢字 😀\n\t 1234", "the end");
  private static final String SPECIAL = "before <|endoftext|> behind";

  @TempDir Path directory;

  /// The options of each type. A type without an entry has no test.
  private static final Map<String, List<String>> TYPES =
      Map.of(
          "HFTokenizer",
          List.of("--vocab-file", FILES.resolve("neox.json").toString()),
          "GPT2BPETokenizer",
          List.of(
              "--vocab-file", FILES.resolve("gpt2-vocab.json").toString(),
              "--merge-file", FILES.resolve("gpt2-merges.txt").toString()),
          "HFGPT2Tokenizer",
          List.of("--vocab-file", "DIRECTORY"),
          "SPMTokenizer",
          List.of("--vocab-file", FILES.resolve("spm-unigram.model").toString()),
          "TiktokenTokenizer",
          List.of("--vocab-file", "r50k_base"),
          "CharLevelTokenizer",
          List.of());

  static List<String> types() {
    return Arrays.asList(Tokenizers.TYPES.split(", | or "));
  }

  @Test
  void aTypeWithoutACaseIsMissed() {
    assertThat(TYPES.keySet()).containsExactlyInAnyOrderElementsOf(types());
  }

  @ParameterizedTest
  @MethodSource("types")
  void makesTheTokensOfItsTokenizer(String type) throws Exception {
    Tokenizer tokenizer = tokenizer(type);
    Run run = run(type, rows(TEXTS));
    assertThat(run.exitCode()).as(run.err()).isZero();
    List<int[]> documents = documents();
    assertThat(documents).hasSize(TEXTS.size());
    for (int i = 0; i < TEXTS.size(); i++) {
      assertThat(documents.get(i)).as(TEXTS.get(i)).isEqualTo(tokenizer.encode(TEXTS.get(i)));
    }
    assertThat(tokenizer.decode(documents.getFirst()).strip()).isEqualTo(TEXTS.getFirst());
    if (tokenizer.eod().isPresent()) {
      assertThat(run(type, rows(TEXTS), "--append-eod", "--overwrite").exitCode()).isZero();
      assertThat(documents()).allMatch(ids -> ids[ids.length - 1] == tokenizer.eod().getAsInt());
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void recognizesOrRefusesSpecialTokensInAText(String type) throws Exception {
    Path file = rows(List.of("one", SPECIAL, "two"));
    if (type.equals("TiktokenTokenizer")) {
      refusesThem(type, file);
      return;
    }
    Tokenizer tokenizer = tokenizer(type);
    Run run = run(type, file);
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(documents().get(1)).isEqualTo(tokenizer.encode(SPECIAL));
    if (type.equals("HFTokenizer")) {
      assertThat(documents().get(1)).contains(tokenizer.eod().orElseThrow());
    }
  }

  /// NeoX compat: tiktoken encodes no text that spells a special token unless told to.
  private void refusesThem(String type, Path file) throws Exception {
    Run run = run(type, file);
    String why =
        file
            + ":2: TiktokenTokenizer: the text has the special token <|endoftext|> at position 7;"
            + " tiktoken does not";
    assertThat(run.err()).startsWith("neox-preprocess: " + why).hasLineCount(1);
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(Run.files(directory)).doesNotContain("out_text_document.bin");
    Run skipping = run(type, file, "--on-error=skip");
    assertThat(skipping.exitCode()).as(skipping.err()).isZero();
    assertThat(skipping.err())
        .startsWith("warning: " + why)
        .contains(": 2 documents, ", ", 1 rows skipped (listed in ");
    assertThat(documents()).hasSize(2);
    // All of a row or nothing: the datasets stay in step.
    Path both =
        Files.writeString(
            directory.resolve("both.jsonl"),
            "{\"a\": \"one\", \"b\": \"%s\"}\n{\"a\": \"two\", \"b\": \"three\"}\n"
                .formatted(SPECIAL));
    run(type, both, "--on-error=skip", "--overwrite", "--jsonl-keys", "a", "b");
    assertThat(documents("a")).hasSize(1);
    assertThat(documents("a").getFirst()).isEqualTo(tokenizer(type).encode("two"));
    assertThat(documents("b")).hasSize(1);
  }

  private Tokenizer tokenizer(String type) throws IOException {
    Map<String, String> options = new LinkedHashMap<>();
    List<String> words = options(type);
    for (int i = 0; i < words.size(); i += 2) {
      options.put(words.get(i), words.get(i + 1));
    }
    return Tokenizers.open(
        type,
        Optional.ofNullable(options.get("--vocab-file")).map(Path::of),
        Optional.ofNullable(options.get("--merge-file")).map(Path::of));
  }

  private List<String> options(String type) throws IOException {
    Path gpt2 = directory.resolve("gpt2");
    if (!Files.exists(gpt2)) {
      Files.createDirectory(gpt2);
      Files.copy(FILES.resolve("gpt2-vocab.json"), gpt2.resolve("vocab.json"));
      Files.copy(FILES.resolve("gpt2-merges.txt"), gpt2.resolve("merges.txt"));
    }
    return Objects.requireNonNull(TYPES.get(type)).stream()
        .map(word -> word.equals("DIRECTORY") ? gpt2.toString() : word)
        .toList();
  }

  private Path rows(List<String> texts) throws IOException {
    List<String> rows = new ArrayList<>();
    for (String text : texts) {
      rows.add(Json.line(Map.of("text", text)));
    }
    return Files.write(directory.resolve("a.jsonl"), rows);
  }

  private Run run(String type, Path file, String... more) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--input",
                file.toString(),
                "--output-prefix",
                directory.resolve("out").toString(),
                "--tokenizer-type",
                type));
    arguments.addAll(options(type));
    arguments.addAll(List.of(more));
    return Run.of(arguments.toArray(String[]::new));
  }

  private List<int[]> documents() throws IOException {
    return documents("text");
  }

  private List<int[]> documents(String key) throws IOException {
    List<int[]> documents = new ArrayList<>();
    try (IndexedTokens tokens = IndexedTokens.open(directory.resolve("out_" + key + "_document"))) {
      for (long i = 0; i < tokens.count(); i++) {
        documents.add(tokens.item(i));
      }
    }
    return documents;
  }
}
