package neox.preprocess.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import neox.base.json.Json;
import neox.data.indexed.IndexedTokens;
import neox.preprocess.Run;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChatCommandTest {
  private static final Path CHAT = Run.GOLDEN.resolve("chat");

  @TempDir Path directory;
  private Path tokenizer = Path.of("");

  @BeforeEach
  void copyTokenizer() throws IOException {
    tokenizer = Files.createDirectory(directory.resolve("tokenizer"));
    for (String file : List.of("tokenizer.json", "tokenizer_config.json")) {
      Files.copy(CHAT.resolve("tokenizer").resolve(file), tokenizer.resolve(file));
    }
  }

  private Run chat(String input, String... more) {
    return chatOf("", input, more);
  }

  private Run chatOf(String rows, String input, String... more) {
    List<String> arguments = new ArrayList<>(List.of("chat", "--input", input));
    arguments.addAll(List.of("--tokenizer-path", tokenizer.toString()));
    arguments.addAll(List.of("--output-prefix", directory.resolve("out").toString()));
    arguments.addAll(List.of(more));
    return Run.withInput(rows.getBytes(StandardCharsets.UTF_8), arguments.toArray(String[]::new));
  }

  private Run golden(String... more) {
    return chat(CHAT.resolve("chat.jsonl").toString(), more);
  }

  private List<List<Integer>> documents(String dataset) throws IOException {
    List<List<Integer>> documents = new ArrayList<>();
    try (IndexedTokens tokens = IndexedTokens.open(directory.resolve("out_" + dataset))) {
      for (long i = 0; i < tokens.count(); i++) {
        documents.add(java.util.Arrays.stream(tokens.item(i)).boxed().toList());
      }
    }
    return documents;
  }

  private static List<List<Integer>> expected(String learnt, String part) throws IOException {
    List<List<Integer>> documents = new ArrayList<>();
    for (JsonNode document : Json.read(CHAT.resolve("expected.json")).path(learnt).path(part)) {
      List<Integer> ids = new ArrayList<>();
      document.forEach(id -> ids.add(id.intValue()));
      documents.add(ids);
    }
    return documents;
  }

  @ParameterizedTest
  @CsvSource({"answers,''", "last,--only-last", "end,--for-rm"})
  void writesTheTokensAndLabelsOfGptNeox(String learnt, String option) throws Exception {
    String[] options = option.isEmpty() ? new String[0] : new String[] {option};
    Run run = golden(options);
    assertThat(run.err()).contains("out_conversation_label_document.{bin,idx}: 8 documents, ");
    assertThat(run.exitCode()).isZero();
    assertThat(documents("conversation_document")).isEqualTo(expected(learnt, "text"));
    assertThat(documents("conversation_label_document")).isEqualTo(expected(learnt, "label"));
  }

  /// transformers forgets what a tokenizer was once asked for, and so does its template.
  @Test
  void conversationsAreNeitherCutNorPadded() throws Exception {
    Path file = tokenizer.resolve("tokenizer.json");
    ObjectNode json = (ObjectNode) Json.read(file);
    json.putObject("truncation")
        .put("direction", "Right")
        .put("max_length", 1)
        .put("strategy", "LongestFirst")
        .put("stride", 0);
    Files.writeString(file, Json.line(json));
    assertThat(golden().exitCode()).isZero();
    assertThat(documents("conversation_document")).isEqualTo(expected("answers", "text"));
  }

  @Test
  void writesNoLabelsWhereEverythingIsLearnt() throws Exception {
    assertThat(golden("--no-mask").exitCode()).isZero();
    assertThat(documents("conversation_document")).isEqualTo(expected("all", "text"));
    assertThat(IndexedTokens.exists(directory.resolve("out_conversation_label_document")))
        .isFalse();
  }

  @Test
  void writesTheSameBytesForAnyNumberOfWorkers() throws Exception {
    golden("--workers", "1");
    byte[] one = Files.readAllBytes(directory.resolve("out_conversation_label_document.bin"));
    golden("--workers", "3", "--overwrite");
    assertThat(directory.resolve("out_conversation_label_document.bin")).hasBinaryContent(one);
  }

  @Test
  void writesARewardBesideEveryConversation() throws Exception {
    golden("--reward-key", "good", "--binary-reward", "--jsonl-keys", "conversation", "other");
    List<List<Integer>> rewards =
        List.of(
            List.of(1),
            List.of(-1),
            List.of(1),
            List.of(-1),
            List.of(1),
            List.of(-1),
            List.of(1),
            List.of(-1));
    assertThat(documents("conversation_reward_document")).isEqualTo(rewards);
    assertThat(documents("other_reward_document")).isEqualTo(rewards);
    chatOf(row("\"reward\": -3.0"), "-", "--reward-key", "reward", "--overwrite");
    assertThat(documents("conversation_reward_document")).containsExactly(List.of(-3));
    chatOf(row("\"reward\": [1]"), "-", "--reward-key", "reward", "--overwrite");
    assertThat(documents("conversation_reward_document")).containsExactly(List.of(1));
  }

  private static String row(String more) {
    return "{\"conversation\": [{\"role\": \"user\", \"content\": \"a\"}], " + more + "}\n";
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      quoteCharacter = '`',
      textBlock =
          """
          {}                                     @ no key "conversation" in this row (choose with --jsonl-keys)
          []                                     @ expected a JSON object, found a list
          {"a" 1}                                @ not valid JSON: Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value
          {"conversation": "x"}                  @ key "conversation" holds a string, expected a list of {"role": …, "content": …}
          {"conversation": []}                   @ key "conversation" holds no messages
          {"conversation": [7]}                  @ message 1 of "conversation" is a number, expected {"role": …, "content": …}
          {"conversation": [{"content": "x"}]}   @ message 1 of "conversation" has no "role", expected {"role": …, "content": …}
          {"conversation": [{"role": null}]}     @ message 1 of "conversation" has a "role" that is null, expected {"role": …, "content": …}
          {"conversation": [{"role": "user"}]}   @ message 1 of "conversation" has no "content", expected {"role": …, "content": …}
          {"conversation": [{"role": "user", "content": 5}]} @ chat_template:9: can only concatenate str (not "int") to str
          {"conversation": [{"role": "user", "content": "\\ud83d"}]} @ the text holds half of a surrogate pair, which stands for no character
          """)
  void namesTheRowAndTheProblem(String row, String problem) throws Exception {
    Run run = chatOf(row("\"n\": 1") + row + "\n", "-");
    assertThat(run.err()).isEqualTo("neox-preprocess: stdin:2: " + problem + "\n");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(Run.files(directory)).containsExactly("tokenizer");
  }

  @Test
  void refusesRewardsThatTheDatasetCannotHold() {
    assertThat(chatOf(row("\"r\": 0.5"), "-", "--reward-key", "r").err())
        .endsWith(
            "stdin:1: key \"r\" holds 0.5, expected an integer: a dataset of rewards holds no"
                + " fractions (scale them, or give --binary-reward)\n");
    assertThat(chatOf(row("\"r\": -1"), "-", "--reward-key", "r", "--binary-reward").err())
        .endsWith("stdin:1: key \"r\" holds -1, expected true or false for --binary-reward\n");
    assertThat(chatOf(row("\"r\": [1, 2]"), "-", "--reward-key", "r").err())
        .contains("stdin:1: key \"r\" holds [1,2], expected an integer: a dataset");
    assertThat(chatOf(row("\"q\": 1"), "-", "--reward-key", "r").err())
        .endsWith("stdin:1: no key \"r\" in this row (choose with --reward-key)\n");
  }

  @Test
  void leavesBadRowsOutOfEveryDatasetWhenAsked() throws Exception {
    Run run =
        chatOf(row("\"r\": 1") + row("\"r\": 0.5"), "-", "--reward-key", "r", "--on-error=skip");
    assertThat(run.exitCode()).isZero();
    assertThat(documents("conversation_document")).hasSize(1);
    assertThat(documents("conversation_reward_document")).containsExactly(List.of(1));
  }

  @Test
  void refusesOptionsThatContradictEachOther() {
    assertThat(golden("--no-mask", "--for-rm").err())
        .isEqualTo(
            "neox-preprocess: --no-mask learns everything; leave it out, or --only-last and"
                + " --for-rm\n");
    assertThat(golden("--binary-reward").err())
        .isEqualTo("neox-preprocess: --binary-reward needs --reward-key\n");
    assertThat(golden("--ftfy").err())
        .isEqualTo(
            "neox-preprocess: --ftfy is not for conversations (GPT-NeoX takes it and does"
                + " nothing); leave it out\n");
  }

  @Test
  void takesTheTemplateFromAFileOfItsOwn() throws Exception {
    Files.writeString(
        tokenizer.resolve("chat_template.jinja"),
        "{{ raise_exception('only ' ~ messages[0].role ~ ' here') }}");
    assertThat(chatOf(row("\"n\": 1"), "-").err())
        .isEqualTo("neox-preprocess: stdin:1: chat_template:1: only user here\n");
  }

  @Test
  void refusesATokenizerThatDoesNotFitTogether() throws Exception {
    Path config = tokenizer.resolve("tokenizer_config.json");
    ObjectNode json = (ObjectNode) Json.read(config);
    json.put("pad_token", "[PAD]");
    Files.writeString(config, json.toString());
    assertThat(golden().err())
        .isEqualTo(
            "neox-preprocess: %s: the token [PAD] is missing in %s; load the tokenizer with"
                    .formatted(config, tokenizer.resolve("tokenizer.json"))
                + " transformers and save it again\n");
    json.put("pad_token", "a");
    json.remove("chat_template");
    json.remove("pad_token");
    Files.writeString(config, json.toString());
    assertThat(golden().err())
        .isEqualTo(
            "neox-preprocess: %s: no \"chat_template\", and no chat_template.jinja beside it; this"
                    .formatted(config)
                + " tokenizer is not made for conversations\n");
    Files.delete(config);
    assertThat(golden().err())
        .isEqualTo("neox-preprocess: " + config + ": no such file or directory\n");
    tokenizer = directory.resolve("nowhere");
    assertThat(golden().err())
        .isEqualTo(
            "neox-preprocess: --tokenizer-path %s: expected a directory with tokenizer.json and"
                    .formatted(tokenizer)
                + " tokenizer_config.json, as transformers saves it\n");
  }
}
