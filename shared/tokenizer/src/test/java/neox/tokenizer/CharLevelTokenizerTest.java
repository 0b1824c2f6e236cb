package neox.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CharLevelTokenizerTest {
  private final Tokenizer tokenizer =
      Tokenizers.open("CharLevelTokenizer", Optional.empty(), Optional.empty());

  @Test
  void encodesEachUtf8ByteAsItsNumber() {
    assertThat(tokenizer.encode("a\né€")).containsExactly(97, 10, 195, 169, 226, 130, 172);
    assertThat(tokenizer.encode("")).isEmpty();
  }

  @Test
  void encoderAppendsTheBytesOfTheRange() {
    byte[] utf8 = "xabcx".getBytes(StandardCharsets.UTF_8);
    TokenBuffer out = new TokenBuffer();
    out.add(7);
    tokenizer.encoder().encode(utf8, 1, 4, out);
    assertThat(out.toArray()).containsExactly(7, 97, 98, 99);
  }

  @Test
  void decodesClampedCharactersAsNeoxDoes() {
    assertThat(tokenizer.decode(72, 105, 10, 0, 195, 169, 512, 9999, -1)).isEqualTo("Hi  Ã©ȀȀ ");
  }

  @Test
  void has512TokensAndEndsDocumentsWithZero() {
    assertThat(tokenizer.vocabSize()).isEqualTo(512);
    assertThat(tokenizer.eod()).hasValue(0);
    assertThat(tokenizer.files()).isEmpty();
  }

  @Test
  void doesNotSeeSpecialTokens() {
    assertThat(tokenizer.encode("<|endoftext|>")).hasSize(13);
  }
}
