package neox.tokenizer.vocabulary;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import neox.tokenizer.text.ByteAlphabet;
import org.junit.jupiter.api.Test;

class VocabularyTest {
  @Test
  void findsWhatWasPutLast() {
    Random random = new Random(3);
    Map<String, Integer> expected = new HashMap<>();
    Vocabulary vocabulary = new Vocabulary();
    for (int i = 0; i < 60_000; i++) {
      String token = token(random);
      expected.put(token, i);
      vocabulary.put(token, i);
    }
    assertThat(vocabulary.size()).isEqualTo(expected.size());
    expected.forEach((token, id) -> assertThat(vocabulary.id(token)).as(token).isEqualTo(id));
    for (int i = 0; i < 10_000; i++) {
      String token = token(random) + "-";
      assertThat(vocabulary.id(token)).as(token).isEqualTo(Vocabulary.MISSING);
    }
    for (int index = 0; index < vocabulary.size(); index++) {
      assertThat(vocabulary.idAt(index)).isEqualTo(expected.get(vocabulary.tokenAt(index)));
    }
  }

  private static String token(Random random) {
    int[] letters = "abcdefgĠĊé漢😀".codePoints().toArray();
    StringBuilder token = new StringBuilder();
    for (int n = random.nextInt(1, 5); n > 0; n--) {
      token.appendCodePoint(letters[random.nextInt(letters.length)]);
    }
    return token.toString();
  }

  @Test
  void noticesIdsThatTwoTokensShare() {
    Vocabulary vocabulary = new Vocabulary();
    vocabulary.put("a", 7);
    vocabulary.put("b", 8);
    assertThat(vocabulary.hasDistinctIds()).isTrue();
    vocabulary.put("b", 7);
    assertThat(vocabulary.hasDistinctIds()).isFalse();
    vocabulary.put("a", 0);
    assertThat(vocabulary.hasDistinctIds()).isTrue();
  }

  @Test
  void knowsTheTokensOfBytes() {
    Vocabulary vocabulary = new Vocabulary();
    for (int b = 0; b < ByteAlphabet.SIZE; b++) {
      assertThat(vocabulary.hasAllBytes()).isFalse();
      vocabulary.put(String.valueOf(ByteAlphabet.character(b)), 1000 + b);
    }
    assertThat(vocabulary.hasAllBytes()).isTrue();
    assertThat(vocabulary.ofByte(' ')).isEqualTo(1000 + ' ');
  }
}
