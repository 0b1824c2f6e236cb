package neox.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import neox.base.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Beside what tiktoken gave, in [OtherTypesTest]: a second opinion, and files of the user's.
class TiktokenTokenizerTest {
  private static final int TEXTS = 1500;

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(EncodingType.class)
  void givesTheIdsOfJtokkitOnRandomTexts(EncodingType type) {
    Encoding theirs = Encodings.newLazyEncodingRegistry().getEncoding(type);
    Tokenizer ours = TiktokenTokenizer.open(Path.of(type.getName()));
    Tokenizer.Encoder encoder = ours.encoder();
    Random random = new Random(20_26);
    List<String> different = new ArrayList<>();
    TokenBuffer out = new TokenBuffer();
    for (int i = 0; i < TEXTS; i++) {
      String text = FuzzTest.text(random).replace("<|", "<");
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      out.clear();
      encoder.encode(utf8, 0, utf8.length, out);
      int[] expected = theirs.encodeOrdinary(text).toArray();
      if (!Arrays.equals(out.toArray(), expected)
          || !Arrays.equals(ours.encode(text), expected)
          || !ours.decode(expected).equals(text)) {
        different.add(FuzzTest.escaped(text));
      }
    }
    assertThat(different).isEmpty();
  }

  @Test
  void readsRanksFromAFileNamedAfterTheEncoding() throws IOException {
    Path file = directory.resolve("cl100k_base.tiktoken");
    try (InputStream in =
        Encodings.class.getResourceAsStream("/com/knuddels/jtokkit/cl100k_base.tiktoken")) {
      Files.copy(in, file);
    }
    Tokenizer tokenizer = TiktokenTokenizer.open(file);
    String text = "It's 12345 o'clock,\n\n  isn't it?";
    assertThat(tokenizer.encode(text))
        .isEqualTo(TiktokenTokenizer.open(Path.of("cl100k_base")).encode(text));
    assertThat(tokenizer.files()).containsExactly(file);
    assertThat(tokenizer.vocabSize()).isEqualTo(100277);
    assertThatThrownBy(() -> TiktokenTokenizer.open(directory.resolve("p50k_base.tiktoken")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("p50k_base.tiktoken: no such tokenizer file; ");
    Path other = Files.copy(file, directory.resolve("my.tiktoken"));
    assertThatThrownBy(() -> TiktokenTokenizer.open(other))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("TiktokenTokenizer: unknown encoding \"my\"; set vocab_file to");
  }

  /// Vocabularies that no training would give: tokens that cannot be reached, halves that rank
  /// behind the whole, overlapping pairs of one rank.
  @Test
  void mergesByAnyRanksAsTiktokenDoes() throws IOException {
    Random random = new Random(7);
    for (int round = 0; round < 60; round++) {
      Map<String, Integer> ranks = randomRanks(random);
      Tokenizer tokenizer = TiktokenTokenizer.open(write(ranks));
      Tokenizer.Encoder encoder = tokenizer.encoder();
      TokenBuffer out = new TokenBuffer();
      for (int i = 0; i < 200; i++) {
        String word = letters(random, 1 + random.nextInt(random.nextInt(10) == 0 ? 150 : 20));
        int[] expected = merged(word, ranks);
        byte[] utf8 = word.getBytes(StandardCharsets.UTF_8);
        out.clear();
        encoder.encode(utf8, 0, utf8.length, out);
        assertThat(out.toArray()).as("%s by %s", word, ranks).isEqualTo(expected);
        assertThat(tokenizer.encode(word)).as("%s by %s", word, ranks).isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'YWI= x', 'line 257: expected a token in base64 and its rank, found \"YWI= x\"'",
    "'YWI=', 'line 257: expected a token in base64 and its rank, found \"YWI=\"'",
    "'Y!I= 300', 'line 257: expected a token in base64 and its rank, found \"Y!I= 300\"'",
    "' 300', 'line 257: rank 300 does not fit a vocabulary of 50257 tokens'",
    "'YWI= 50257', 'line 257: rank 50257 does not fit a vocabulary of 50257 tokens'",
    "'YWI= 50256', 'line 257: rank 50256 belongs to a special token'",
    "'YWI= 255', 'two tokens have the same rank'"
  })
  void saysWhatIsWrongInAFile(String line, String problem) throws IOException {
    Path file = write(bytes());
    Files.writeString(file, Files.readString(file) + line + "\n");
    assertThatThrownBy(() -> TiktokenTokenizer.open(file))
        .isInstanceOf(UserException.class)
        .hasMessage(file + ": " + problem);
  }

  @Test
  void wantsARankForEveryByte() throws IOException {
    Map<String, Integer> ranks = bytes();
    ranks.remove("\u00f0");
    Path file = write(ranks);
    assertThatThrownBy(() -> TiktokenTokenizer.open(file))
        .isInstanceOf(UserException.class)
        .hasMessage(file + ": the byte 0xf0 has no rank, so not every text has tokens");
  }

  /// Of each byte, as a character of Latin-1.
  private static Map<String, Integer> bytes() {
    Map<String, Integer> ranks = new LinkedHashMap<>();
    for (int b = 0; b < 256; b++) {
      ranks.put(Character.toString(b), b);
    }
    return ranks;
  }

  private static Map<String, Integer> randomRanks(Random random) {
    Map<String, Integer> ranks = bytes();
    int tokens = 1 + random.nextInt(25);
    for (int i = 0; i < tokens; i++) {
      ranks.putIfAbsent(letters(random, 2 + random.nextInt(4)), 256 + i);
    }
    return ranks;
  }

  private static String letters(Random random, int length) {
    StringBuilder letters = new StringBuilder();
    int kinds = 1 + random.nextInt(3);
    while (letters.length() < length) {
      letters.append((char) ('a' + random.nextInt(kinds)));
    }
    return letters.toString();
  }

  /// tiktoken's algorithm, word for word.
  private static int[] merged(String word, Map<String, Integer> ranks) {
    if (ranks.containsKey(word)) {
      return new int[] {ranks.get(word)};
    }
    List<String> parts = new ArrayList<>(Arrays.asList(word.split("")));
    while (true) {
      int best = -1;
      int least = Integer.MAX_VALUE;
      for (int i = 0; i + 1 < parts.size(); i++) {
        int rank = ranks.getOrDefault(parts.get(i) + parts.get(i + 1), Integer.MAX_VALUE);
        if (rank < least) {
          least = rank;
          best = i;
        }
      }
      if (best < 0) {
        return parts.stream().mapToInt(ranks::get).toArray();
      }
      parts.set(best, parts.get(best) + parts.remove(best + 1));
    }
  }

  private Path write(Map<String, Integer> ranks) throws IOException {
    StringBuilder lines = new StringBuilder();
    ranks.forEach((token, rank) -> {
      byte[] bytes = token.getBytes(StandardCharsets.ISO_8859_1);
      lines.append(Base64.getEncoder().encodeToString(bytes)).append(' ').append(rank).append('\n');
    });
    return Files.writeString(directory.resolve("r50k_base.tiktoken"), lines);
  }
}
