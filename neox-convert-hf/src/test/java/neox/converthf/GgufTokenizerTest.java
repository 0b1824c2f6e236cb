package neox.converthf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import neox.base.Console;
import neox.base.UserException;
import neox.config.TokenizerConfig;
import neox.tokenizer.Tokenizer;
import neox.tokenizer.Tokenizers;
import neox.weights.gguf.GgufVocabulary;
import neox.weights.gguf.GgufVocabulary.ByteLevelBpe;
import neox.weights.gguf.GgufVocabulary.Kind;
import neox.weights.gguf.GgufVocabulary.SentencePiece;
import neox.weights.gguf.GgufVocabulary.Token;
import neox.weights.hf.HfConfig.SpecialTokens;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufTokenizerTest {
  private static final Path GOLDEN =
      Path.of("..", "shared", "tokenizer", "src", "test", "resources", "golden", "tokenizer");
  private static final String BYTE_LEVEL =
      "{\"type\": \"ByteLevel\", \"add_prefix_space\": false, \"trim_offsets\": true}";
  private static final String HINT =
      "; llama.cpp would give other tokens. Convert without it: --no_save_tokenizer";

  @TempDir Path directory;

  private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

  private GgufVocabulary vocabulary(String type, Path vocab, Optional<Path> merges, int rows)
      throws IOException {
    TokenizerConfig config = new TokenizerConfig(type, Optional.of(vocab), merges);
    Tokenizer tokenizer = Tokenizers.open(type, config.vocabFile(), config.mergeFile());
    SpecialTokens ids = new SpecialTokens(tokenizer.eod(), tokenizer.eod(), OptionalInt.empty());
    return new GgufTokenizer(config, tokenizer, ids).vocabulary(rows, console());
  }

  private Console console() {
    PrintStream stream = new PrintStream(errors, true, StandardCharsets.UTF_8);
    return new Console(InputStream.nullInputStream(), stream, stream, false, false);
  }

  private Path json(String preTokenizer, String normalizer, String postProcessor)
      throws IOException {
    return Files.writeString(
        directory.resolve("tokenizer.json"),
        """
        {"version": "1.0", "truncation": null, "padding": null,
         "added_tokens": [
          {"id": 3, "content": "<|endoftext|>", "single_word": false, "lstrip": false,
           "rstrip": false, "normalized": false, "special": true},
          {"id": 4, "content": "  ", "single_word": false, "lstrip": false,
           "rstrip": false, "normalized": true, "special": false},
          {"id": 5, "content": "<|other|>", "single_word": false, "lstrip": false,
           "rstrip": false, "normalized": true, "special": false}],
         "normalizer": %s, "pre_tokenizer": %s, "post_processor": %s,
         "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true,
          "use_regex": true},
         "model": {"type": "BPE", "dropout": null, "unk_token": null,
          "continuing_subword_prefix": null, "end_of_word_suffix": null, "fuse_unk": false,
          "byte_fallback": false, "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": [["a", "b"]]}}
        """
            .formatted(normalizer, preTokenizer, postProcessor));
  }

  private ByteLevelBpe bpe(String preTokenizer, String normalizer, String postProcessor)
      throws IOException {
    Path file = json(preTokenizer, normalizer, postProcessor);
    return (ByteLevelBpe) vocabulary("HFTokenizer", file, Optional.empty(), 8);
  }

  @Test
  void tokensHaveTheKindsThatTheConverterGivesThem() throws IOException {
    ByteLevelBpe bpe = bpe(BYTE_LEVEL, "{\"type\": \"NFC\"}", "null");
    assertThat(bpe.words()).isEqualTo("gpt-2");
    assertThat(bpe.merges()).containsExactly("a b");
    assertThat(bpe.tokens())
        .containsExactly(
            new Token("a", Kind.NORMAL),
            new Token("b", Kind.NORMAL),
            new Token("ab", Kind.NORMAL),
            new Token("<|endoftext|>", Kind.CONTROL),
            new Token("  ", Kind.USER_DEFINED),
            new Token("<|other|>", Kind.CONTROL),
            new Token("[PAD6]", Kind.UNUSED, -10_000),
            new Token("[PAD7]", Kind.UNUSED, -10_000));
    assertThat(bpe.special().begin()).hasValue(3);
    assertThat(bpe.special().end()).hasValue(3);
    assertThat(bpe.special().unknown()).hasValue(3);
    assertThat(bpe.special().beginsTexts()).isFalse();
    assertThat(bpe.special().endsTexts()).isFalse();
  }

  @Test
  void whatStandsAroundTextsIsTold() throws IOException {
    String template =
        """
        {"type": "TemplateProcessing",
         "single": [{"SpecialToken": {"id": "<|other|>", "type_id": 0}},
          {"Sequence": {"id": "A", "type_id": 0}}],
         "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
         "special_tokens": {"<|other|>": {"id": "<|other|>", "ids": [5], "tokens": ["<|other|>"]}}}
        """;
    ByteLevelBpe bpe = bpe(BYTE_LEVEL, "null", template);
    assertThat(bpe.special().begin()).hasValue(5);
    assertThat(bpe.special().beginsTexts()).isTrue();
    assertThat(bpe.special().end()).hasValue(3);
    assertThat(bpe.special().endsTexts()).isFalse();
  }

  @Test
  void rulesForWordsAreKnownByTheirPattern() throws IOException {
    String digits =
        "{\"type\": \"Sequence\", \"pretokenizers\": [{\"type\": \"Digits\","
            + " \"individual_digits\": true}, "
            + BYTE_LEVEL
            + "]}";
    assertThat(bpe(digits, "null", "null").words()).isEqualTo("starcoder");
    String llama =
        "{\"type\": \"Sequence\", \"pretokenizers\": [{\"type\": \"Split\", \"pattern\":"
            + " {\"Regex\":"
            + " \"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|\\\\p{N}{1,3}|"
            + " ?[^\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+\"},"
            + " \"behavior\": \"Isolated\", \"invert\": false}, {\"type\": \"ByteLevel\","
            + " \"add_prefix_space\": false, \"trim_offsets\": true, \"use_regex\": false}]}";
    assertThat(bpe(llama, "null", "null").words()).isEqualTo("llama-bpe");
  }

  @Test
  void refusesWhatLlamaCppWouldTokenizeInAnotherWay() throws IOException {
    String prefixed = BYTE_LEVEL.replace("false", "true");
    String file = directory.resolve("tokenizer.json").toString();
    assertThatThrownBy(() -> bpe(prefixed, "null", "null"))
        .isInstanceOf(UserException.class)
        .hasMessage(
            file
                + ": its pre_tokenizer cuts texts into words by a rule that llama.cpp has not (it has"
                + " those of GPT-2, StarCoder and Llama 3)"
                + HINT);
    assertThatThrownBy(() -> bpe(BYTE_LEVEL, "{\"type\": \"Lowercase\"}", "null"))
        .isInstanceOf(UserException.class)
        .hasMessage(file + ": its normalizer (Lowercase) changes texts before they are cut" + HINT);
    assertThatThrownBy(() ->
            vocabulary("HFTokenizer", GOLDEN.resolve("wordpiece.json"), Optional.empty(), 1000))
        .isInstanceOf(UserException.class)
        .hasMessageEndingWith(": its model is WordPiece, not byte-level BPE" + HINT);
    assertThatThrownBy(() ->
            vocabulary("SPMTokenizer", GOLDEN.resolve("spm-unigram.model"), Optional.empty(), 1000))
        .isInstanceOf(UserException.class)
        .hasMessageEndingWith(": is a Unigram model, not BPE" + HINT);
    String twice =
        """
        {"type": "TemplateProcessing",
         "single": [{"SpecialToken": {"id": "<|other|>", "type_id": 0}},
          {"SpecialToken": {"id": "<|other|>", "type_id": 0}},
          {"Sequence": {"id": "A", "type_id": 0}}],
         "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
         "special_tokens": {"<|other|>": {"id": "<|other|>", "ids": [5], "tokens": ["<|other|>"]}}}
        """;
    assertThatThrownBy(() -> bpe(BYTE_LEVEL, "null", twice))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "HFTokenizer: its post_processor puts more than a first and a last token around a text"
                + HINT);
  }

  @Test
  void gpt2sPairOfFilesIsAByteLevelVocabulary() throws IOException {
    Path vocab = GOLDEN.resolve("gpt2-vocab.json");
    Path merges = GOLDEN.resolve("gpt2-merges.txt");
    ByteLevelBpe bpe =
        (ByteLevelBpe) vocabulary("GPT2BPETokenizer", vocab, Optional.of(merges), 2000);
    Tokenizer tokenizer =
        Tokenizers.open("GPT2BPETokenizer", Optional.of(vocab), Optional.of(merges));
    List<String> lines =
        Files.readAllLines(merges).stream()
            .filter(line -> !line.isEmpty() && !line.startsWith("#version"))
            .toList();
    assertThat(bpe.merges()).isEqualTo(lines);
    assertThat(bpe.tokens()).hasSize(2000);
    int end = tokenizer.eod().orElseThrow();
    assertThat(bpe.tokens().get(end)).isEqualTo(new Token("<|endoftext|>", Kind.CONTROL));
    assertThat(bpe.tokens().stream().filter(token -> token.kind() == Kind.NORMAL).count())
        .isEqualTo(tokenizer.vocabSize() - 1);
  }

  @Test
  void sentencePiecesKeepTheirScoresAndKinds() throws IOException {
    Path file = GOLDEN.resolve("llama.model");
    SentencePiece pieces = (SentencePiece) vocabulary("SPMTokenizer", file, Optional.empty(), 2000);
    assertThat(pieces.tokens()).element(0).extracting(Token::kind).isEqualTo(Kind.UNKNOWN);
    assertThat(pieces.tokens()).extracting(Token::kind).contains(Kind.CONTROL, Kind.NORMAL);
    assertThat(pieces.tokens()).anyMatch(token -> token.score() < 0);
    assertThat(pieces.special().unknown()).hasValue(0);
  }

  /// Settings behind a model's own are those that count.
  @Test
  void refusesModelsOfSentencePieceThatLlamaCppReadsInAnotherWay() throws IOException {
    byte[] llama = Files.readAllBytes(GOLDEN.resolve("llama.model"));
    Path file = directory.resolve("changed.model");
    assertThatThrownBy(() -> sentencePiece(llama, 0x1A, 2, 0x20, 1))
        .isInstanceOf(UserException.class)
        .hasMessage(
            file + ": removes spaces before texts are cut (remove_extra_whitespaces)" + HINT);
    int[] map = {0x1A, 12, 0x12, 8, 4, 0, 0, 0, 0, 0, 0, 0, 0x20, 1};
    assertThatThrownBy(() -> sentencePiece(llama, map))
        .isInstanceOf(UserException.class)
        .hasMessage(
            file
                + ": replaces characters before texts are cut (precompiled_charsmap); removes spaces"
                + " before texts are cut (remove_extra_whitespaces)"
                + HINT);
    int[] settings = {0x12, 2, 0x18, 2, 0x1A, 2, 0x20, 0};
    byte[] pieces = "\n\t\n\5<unk>\30\2\n\3\n\1a".getBytes(StandardCharsets.US_ASCII);
    assertThatThrownBy(() -> sentencePiece(pieces, settings))
        .isInstanceOf(UserException.class)
        .hasMessage(
            file + ": has no tokens for the bytes of unknown characters (byte_fallback)" + HINT);
  }

  private void sentencePiece(byte[] model, int... settings) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(model);
    for (int each : settings) {
      bytes.write(each);
    }
    Path file = Files.write(directory.resolve("changed.model"), bytes.toByteArray());
    vocabulary("SPMTokenizer", file, Optional.empty(), 2000);
  }

  @Test
  void aTokenizerWithoutAFormLeavesTheVocabularyOut() throws IOException {
    TokenizerConfig config =
        new TokenizerConfig("CharLevelTokenizer", Optional.empty(), Optional.empty());
    Tokenizer tokenizer = Tokenizers.open("CharLevelTokenizer", Optional.empty(), Optional.empty());
    SpecialTokens ids =
        new SpecialTokens(OptionalInt.of(0), OptionalInt.of(0), OptionalInt.empty());
    assertThat(new GgufTokenizer(config, tokenizer, ids).vocabulary(512, console()))
        .isEqualTo(new GgufVocabulary.None());
    assertThat(errors.toString(StandardCharsets.UTF_8))
        .contains(
            "CharLevelTokenizer has no form in GGUF: the file has no vocabulary, llama.cpp takes and"
                + " gives ids");
  }
}
