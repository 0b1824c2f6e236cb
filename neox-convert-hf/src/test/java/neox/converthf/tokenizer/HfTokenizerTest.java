package neox.converthf.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import neox.base.Console;
import neox.base.json.Json;
import neox.config.TokenizerConfig;
import neox.tokenizer.Tokenizer;
import neox.tokenizer.Tokenizers;
import neox.weights.hf.HfConfig.SpecialTokens;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HfTokenizerTest {
  private static final String TEXT = "hello the hellö!<|endoftext|> the  end\n";

  @TempDir Path directory;

  private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
  private final PrintStream stream = new PrintStream(errors, true, StandardCharsets.UTF_8);
  private final Console console =
      new Console(InputStream.nullInputStream(), stream, stream, false, false);

  private TokenizerConfig gpt2 = new TokenizerConfig("", Optional.empty(), Optional.empty());
  private Path out = Path.of("");

  @BeforeEach
  void writeVocabulary() throws IOException {
    Map<String, Integer> vocab = new LinkedHashMap<>();
    for (int b = 0; b < 256; b++) {
      vocab.put(String.valueOf(ByteTokenizerJson.symbol(b)), vocab.size());
    }
    vocab.put("he", 256);
    vocab.put("th", 257);
    vocab.put("Ġth", 258);
    vocab.put("<|endoftext|>", 259);
    Path vocabFile = Files.writeString(directory.resolve("v.json"), Json.line(vocab));
    Path merges = Files.writeString(directory.resolve("m.txt"), "#version: 0.2\nt h\nĠ th\nh e\n");
    gpt2 = new TokenizerConfig("GPT2BPETokenizer", Optional.of(vocabFile), Optional.of(merges));
    out = Files.createDirectory(directory.resolve("out"));
  }

  @Test
  void gpt2sFilesBecomeATokenizerJsonThatEncodesTheSame() throws IOException {
    open(gpt2).write(out, 64);
    assertThat(names(out))
        .isEqualTo(
            "merges.txt special_tokens_map.json tokenizer.json tokenizer_config.json vocab.json");
    Tokenizer before = Tokenizers.open(gpt2.type(), gpt2.vocabFile(), gpt2.mergeFile());
    Tokenizer after =
        Tokenizers.open(
            "HFTokenizer", Optional.of(out.resolve("tokenizer.json")), Optional.empty());
    assertThat(after.encode(TEXT)).isEqualTo(before.encode(TEXT)).contains(256, 258, 259);
    assertThat(Json.read(out.resolve("special_tokens_map.json")).toString())
        .isEqualTo(
            "{\"bos_token\":\"<|endoftext|>\",\"eos_token\":\"<|endoftext|>\","
                + "\"unk_token\":\"<|endoftext|>\"}");
    assertThat(Json.read(out.resolve("tokenizer_config.json")).path("tokenizer_class").asText())
        .isEqualTo("GPT2Tokenizer");
  }

  @Test
  void aTokenizerJsonIsCopiedAndDescribed() throws IOException {
    TokenizerConfig hf = huggingFace();
    open(hf).write(out, 64);
    assertThat(names(out))
        .isEqualTo("special_tokens_map.json tokenizer.json tokenizer_config.json");
    assertThat(out.resolve("tokenizer.json")).hasSameBinaryContentAs(hf.vocabFile().orElseThrow());
    assertThat(Json.read(out.resolve("tokenizer_config.json")).path("tokenizer_class").asText())
        .isEqualTo("PreTrainedTokenizerFast");
  }

  @Test
  void theSpaceBeforeTextsIsWhatTheVocabularysFileSays() throws IOException {
    TokenizerConfig hf = huggingFace();
    Path file = hf.vocabFile().orElseThrow();
    assertThat(describedPrefixSpace(hf, "plain")).isFalse();
    String text = Files.readString(file);
    String spaced = text.replaceAll("\"add_prefix_space\" ?: ?false", "\"add_prefix_space\": true");
    assertThat(spaced).isNotEqualTo(text);
    Files.writeString(file, spaced);
    assertThat(describedPrefixSpace(hf, "spaced")).isTrue();
    assertThat(describedPrefixSpace(gpt2, "gpt2")).isFalse();
  }

  private boolean describedPrefixSpace(TokenizerConfig config, String name) throws IOException {
    Path made = Files.createDirectory(directory.resolve(name));
    open(config).write(made, 64);
    return Json.read(made.resolve("tokenizer_config.json")).path("add_prefix_space").asBoolean();
  }

  @Test
  void aHuggingFaceDirectoryIsCopiedWhole() throws IOException {
    TokenizerConfig hf = huggingFace();
    Path config = hf.vocabFile().orElseThrow().resolveSibling("tokenizer_config.json");
    Files.writeString(config, "{\"mine\":1}");
    open(hf).copy(out);
    assertThat(names(out)).isEqualTo("tokenizer.json tokenizer_config.json");
    assertThat(out.resolve("tokenizer_config.json")).hasContent("{\"mine\":1}");
  }

  @Test
  void refusesToCopyWhereThereIsNothingToCopy() throws IOException {
    assertThatThrownBy(() -> open(gpt2).copy(out))
        .hasMessage(
            "--vocab-is-hf-tokenizer: beside "
                + gpt2.vocabFile().orElseThrow()
                + " is no tokenizer of Hugging Face (tokenizer.json, …); leave it out");
    TokenizerConfig bytes =
        new TokenizerConfig("CharLevelTokenizer", Optional.empty(), Optional.empty());
    assertThatThrownBy(() -> open(bytes).copy(out))
        .hasMessage(
            "--vocab-is-hf-tokenizer: CharLevelTokenizer has no files to copy; leave it out");
  }

  @Test
  void theTokensThatFilesBesideTheVocabularyNameComeAlong() throws IOException {
    TokenizerConfig hf = huggingFace();
    Tokenizer known = Tokenizers.open(hf.type(), hf.vocabFile(), hf.mergeFile());
    String begin = known.token(3).orElseThrow();
    String end = known.token(5).orElseThrow();
    Path config = hf.vocabFile().orElseThrow().resolveSibling("tokenizer_config.json");
    Files.writeString(config, Json.pretty(Map.of("bos_token", begin, "eos_token", end)));
    Files.writeString(
        config.resolveSibling("generation_config.json"), "{\"eos_token_id\": [5, 6]}");
    HfTokenizer tokenizer = open(hf);
    assertThat(tokenizer.special())
        .isEqualTo(
            new SpecialTokens(
                OptionalInt.of(3), OptionalInt.of(5), OptionalInt.empty(), List.of(5, 6)));
    tokenizer.write(out, 64);
    JsonNode written = Json.read(out.resolve("tokenizer_config.json"));
    assertThat(written.path("bos_token").asText()).isEqualTo(begin);
    assertThat(written.path("eos_token").asText()).isEqualTo(end);
  }

  @Test
  void theTemplateOfConversationsBesideTheVocabularyComesAlong() throws IOException {
    TokenizerConfig hf = huggingFace();
    Path config = hf.vocabFile().orElseThrow().resolveSibling("tokenizer_config.json");
    Files.writeString(config, "{\"chat_template\": \"{{ messages }}\"}");
    open(hf).write(out, 64);
    assertThat(Json.read(out.resolve("tokenizer_config.json")).path("chat_template").asText())
        .isEqualTo("{{ messages }}");
    assertThat(out.resolve("chat_template.jinja")).hasContent("{{ messages }}");
    Files.writeString(config.resolveSibling("chat_template.jinja"), "{{ own }}");
    out = Files.createDirectory(directory.resolve("other"));
    open(hf).write(out, 64);
    assertThat(Json.read(out.resolve("tokenizer_config.json")).path("chat_template").asText())
        .isEqualTo("{{ own }}");
    assertThat(out.resolve("chat_template.jinja")).hasContent("{{ own }}");
  }

  @Test
  void theTokenForWhatIsUnknownIsTheVocabularysOwn() throws IOException {
    TokenizerConfig hf = huggingFace();
    Path file = hf.vocabFile().orElseThrow();
    Files.writeString(
        file,
        Files.readString(file).replaceFirst("\"unk_token\" ?: ?null", "\"unk_token\": \"!\""));
    open(hf).write(out, 64);
    JsonNode config = Json.read(out.resolve("tokenizer_config.json"));
    assertThat(config.path("unk_token").asText()).isEqualTo("!");
    assertThat(config.path("eos_token").asText()).isEqualTo("<|endoftext|>");
    assertThat(config.path("model_max_length").asInt()).isEqualTo(64);
  }

  @Test
  void aTokenForEachByteIsATokenizerJsonWithoutMerges() throws IOException {
    TokenizerConfig config =
        new TokenizerConfig("CharLevelTokenizer", Optional.empty(), Optional.empty());
    HfTokenizer tokenizer = open(config);
    tokenizer.write(out, 64);
    assertThat(tokenizer.special().end()).hasValue(0);
    Tokenizer after =
        Tokenizers.open(
            "HFTokenizer", Optional.of(out.resolve("tokenizer.json")), Optional.empty());
    String text = TEXT + "\0\u0100\t\r\ud83d\ude00 <|endoftext|>";
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    int[] ids = after.encode(text);
    assertThat(ids).hasSameSizeAs(utf8);
    for (int i = 0; i < ids.length; i++) {
      assertThat(ids[i]).isEqualTo(utf8[i] & 0xFF);
    }
    assertThat(after.decode(ids)).isEqualTo(text);
    assertThat(Json.read(out.resolve("special_tokens_map.json"))).isEmpty();
  }

  @Test
  void hfGpt2sPaddingTokenComesAlong() throws IOException {
    Path home = Files.createDirectory(directory.resolve("home"));
    Files.copy(gpt2.vocabFile().orElseThrow(), home.resolve("vocab.json"));
    Files.copy(gpt2.mergeFile().orElseThrow(), home.resolve("merges.txt"));
    TokenizerConfig config =
        new TokenizerConfig("HFGPT2Tokenizer", Optional.of(home), Optional.empty());
    open(config).write(out, 64);
    Tokenizer after =
        Tokenizers.open(
            "HFTokenizer", Optional.of(out.resolve("tokenizer.json")), Optional.empty());
    String text = TEXT + "<|padding|>";
    assertThat(after.encode(text))
        .isEqualTo(
            Tokenizers.open(config.type(), config.vocabFile(), Optional.empty()).encode(text))
        .endsWith(260);
    assertThat(Json.read(out.resolve("tokenizer_config.json")).path("pad_token").asText())
        .isEqualTo("<|padding|>");
  }

  @Test
  void warnsOfATokenizerThatTransformersHasNoFormOf() throws IOException {
    TokenizerConfig config =
        new TokenizerConfig(
            "TiktokenTokenizer", Optional.of(Path.of("r50k_base")), Optional.empty());
    open(config).write(out, 64);
    assertThat(out).isEmptyDirectory();
    assertThat(errors.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            "warning: TiktokenTokenizer has no Hugging Face form: no tokenizer files are"
                + " written\n");
  }

  @Test
  void specialTokensComeFromTheTokenizer() throws IOException {
    HfTokenizer tokenizer = HfTokenizer.open(gpt2, OptionalInt.of(7), console);
    assertThat(tokenizer.special().end()).hasValue(259);
    assertThat(tokenizer.special().begin()).hasValue(259);
    assertThat(tokenizer.special().pad()).hasValue(7);
    tokenizer.write(out, 64);
    assertThat(Json.read(out.resolve("special_tokens_map.json")).path("pad_token").asText())
        .isEqualTo(String.valueOf(ByteTokenizerJson.symbol(7)));
  }

  @Test
  void refusesATokenizerLargerThanTheEmbedding() {
    HfTokenizer tokenizer = open(gpt2);
    tokenizer.requireFits(260);
    assertThatThrownBy(() -> tokenizer.requireFits(259))
        .hasMessage(
            "GPT2BPETokenizer has 260 tokens, but the embedding only 259 rows; is it the tokenizer"
                + " of this checkpoint?");
  }

  @Test
  void saysHowToGoOnWithoutTheTokenizersFiles() {
    Path gone = directory.resolve("gone.json");
    TokenizerConfig missing =
        new TokenizerConfig("HFTokenizer", Optional.of(gone), Optional.empty());
    assertThatThrownBy(() -> open(missing))
        .hasMessage(
            gone
                + ": no such tokenizer file; `neox-prepare checkpoint OWNER/MODEL` fetches a"
                + " model's tokenizer, `neox-prepare` GPT-2's (name it with --vocab_file, or"
                + " convert without: --no_save_tokenizer)");
    HfTokenizer ids = HfTokenizer.idsOnly(missing, OptionalInt.empty(), console);
    assertThat(ids.special().end()).isEmpty();
    assertThat(errors.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            "warning: bos_token_id and eos_token_id are left empty: "
                + gone
                + ": no such tokenizer file; `neox-prepare checkpoint OWNER/MODEL` fetches a"
                + " model's tokenizer, `neox-prepare` GPT-2's\n");
  }

  private TokenizerConfig huggingFace() throws IOException {
    Path home = Files.createDirectory(directory.resolve("hf"));
    Path json =
        Files.writeString(
            home.resolve("tokenizer.json"),
            Gpt2TokenizerJson.of(
                gpt2.vocabFile().orElseThrow(),
                gpt2.mergeFile().orElseThrow(),
                Map.of("<|endoftext|>", 259)));
    return new TokenizerConfig("HFTokenizer", Optional.of(json), Optional.empty());
  }

  private HfTokenizer open(TokenizerConfig config) {
    return HfTokenizer.open(config, OptionalInt.empty(), console);
  }

  private static String names(Path directory) throws IOException {
    try (var entries = Files.list(directory)) {
      return String.join(" ", entries.map(p -> p.getFileName().toString()).sorted().toList());
    }
  }
}
