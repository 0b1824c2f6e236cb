package neox.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import neox.base.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PipelineTokenizerTest {
  @TempDir Path directory;

  @Test
  void encodesWordPiecesAsHuggingFaceDoes() {
    Tokenizer tokenizer = Golden.tokenizer("wordpiece");
    String text = "Hello Worlds, <new> words<|endoftext|> xyz";
    int[] expected = {1, 3, 4, 5, 7, 9, 6, 5, 8, 0, 2};
    assertThat(tokenizer.encode(text)).containsExactly(expected);
    assertThat(tokenizer.withoutSpecialTokens().encode(text))
        .containsExactly(3, 4, 5, 7, 9, 6, 5, 8, 0);
    byte[] utf8 = ("--" + text).getBytes(StandardCharsets.UTF_8);
    TokenBuffer out = new TokenBuffer();
    tokenizer.encoder().encode(utf8, 2, utf8.length, out);
    assertThat(out.toArray()).containsExactly(expected);
  }

  @Test
  void decodesAndKnowsTheVocabulary() {
    Tokenizer tokenizer = Golden.tokenizer("wordpiece");
    assertThat(tokenizer.decode(3, 4, 5, 9, 77, -1)).isEqualTo("hello worlds <new>");
    assertThat(tokenizer.vocabSize()).isEqualTo(10);
    assertThat(tokenizer.eod()).hasValue(8);
    assertThat(tokenizer.id("[SEP]")).hasValue(2);
    assertThat(tokenizer.token(9)).hasValue("<new>");
    assertThat(tokenizer.files()).containsExactly(Golden.file("wordpiece.json"));
  }

  @Test
  void namesAModelThatNobodyKnows() throws IOException {
    Path file = directory.resolve("tokenizer.json");
    Files.writeString(file, "{\"model\": {\"type\": \"Telepathy\", \"vocab\": {\"a\": 0}}}");
    assertThatThrownBy(() -> Tokenizers.open("HFTokenizer", Optional.of(file), Optional.empty()))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "%s: model: unknown type \"Telepathy\"; supported: BPE, WordPiece, WordLevel, Unigram",
            file);
  }
}
