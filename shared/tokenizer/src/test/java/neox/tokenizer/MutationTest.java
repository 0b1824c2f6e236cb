package neox.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import neox.base.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Damaged files of every kind: the tokenizer works, or a [UserException] of one line names the
/// file. `benchmarks/tokenizer-mutations.sh` does more of the same.
class MutationTest {
  private static final int MUTATIONS = Integer.getInteger("neox.mutations", 20);

  private static final String TEXT = "Hello  World's 123, <new>\n\u4e2d\u6587 e\u0301\ud83d\ude00 ";

  /// What is put in for a number, a text or a name.
  private static final String[] VALUES = {
    "-1",
    "0",
    "1e999",
    "99999999999999999999",
    "4294967296",
    "2147483647",
    "null",
    "true",
    "[]",
    "{}",
    "\"\"",
    "\"(a+)+$\"",
    "\"[\"",
    "\"\\ud800\"",
    "\"\\u0000\"",
    "0.5",
    "\"Sequence\"",
    "\"ByteLevel\"",
    "\"Regex\"",
    "[[[[]]]]",
    "\" \"",
    "\"a\""
  };

  @TempDir Path directory;

  @Test
  void opensOrRefusesDamagedFilesInOneLine() throws IOException {
    Random random = new Random(2026);
    json("wordpiece.json", random);
    json("traits.json", random);
    Path merges = Golden.file("gpt2-merges.txt");
    Path vocabulary = Golden.file("gpt2-vocab.json");
    for (int i = 0; i < MUTATIONS; i++) {
      check("GPT2BPETokenizer", mutated(vocabulary, random), merges);
      check("GPT2BPETokenizer", vocabulary, mutated(merges, random));
      check("SPMTokenizer", mutated(Golden.file("spm-unigram.model"), random), merges);
      check("SPMTokenizer", mutated(Golden.file("spm-bpe.model"), random), merges);
    }
    Path ranks = ranks();
    for (int i = 0; i < MUTATIONS; i++) {
      Path damaged = Files.createDirectories(directory.resolve("d")).resolve("gpt2.tiktoken");
      Files.write(damaged, damage(Files.readAllBytes(ranks), random));
      check("TiktokenTokenizer", damaged, merges);
    }
  }

  /// Parts that go through texts of their own: a damaged table of normalizations in each.
  @Test
  void survivesDamagedTablesOfNormalizations() throws IOException {
    Random random = new Random(7);
    byte[] table = new byte[4 + 4 * 300 + 40];
    for (int i = 0; i < MUTATIONS; i++) {
      random.nextBytes(table);
      table[0] = (byte) 0xB0;
      table[1] = 4;
      table[2] = 0;
      table[3] = 0;
      Path file =
          Files.writeString(
              directory.resolve("tokenizer.json"),
              "{\"normalizer\": {\"type\": \"Precompiled\", \"precompiled_charsmap\": \""
                  + Base64.getEncoder().encodeToString(table)
                  + "\"}, \"model\": {\"type\": \"WordLevel\", \"vocab\": {\"a\": 0}, \"unk_token\":"
                  + " \"a\"}}");
      check("HFTokenizer", file, file);
    }
  }

  /// A few bytes of a file that turn a text of twenty characters into gigabytes.
  @Test
  void refusesNormalizersThatExplode() throws IOException {
    String grow =
        "{\"type\": \"Replace\", \"pattern\": {\"String\": \"a\"}, \"content\": \"aaaaaaaaaa\"}";
    Path file =
        Files.writeString(
            directory.resolve("tokenizer.json"),
            "{\"normalizer\": {\"type\": \"Sequence\", \"normalizers\": ["
                + String.join(",", java.util.Collections.nCopies(12, grow))
                + "]}, \"model\": {\"type\": \"WordLevel\", \"vocab\": {\"a\": 0}, \"unk_token\":"
                + " \"a\"}}");
    Tokenizer tokenizer = Tokenizers.open("HFTokenizer", Optional.of(file), Optional.empty());
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> tokenizer.encode("banana"))
        .isInstanceOf(UserException.class)
        .hasMessage(
            file
                + ": normalizer.normalizers[5]: makes far more of a text of 6 characters than it"
                + " was; such a file is not used");
  }

  private void json(String name, Random random) throws IOException {
    Path golden = Golden.file(name);
    String text = Files.readString(golden);
    for (int i = 0; i < MUTATIONS; i++) {
      Path file = directory.resolve("tokenizer.json");
      Files.writeString(file, random.nextInt(4) == 0 ? text : otherValue(text, random));
      if (random.nextInt(4) == 0) {
        Files.write(file, damage(Files.readAllBytes(file), random));
      }
      check("HFTokenizer", file, file);
    }
  }

  /// The same JSON with another value behind one of its colons.
  private static String otherValue(String json, Random random) {
    List<Integer> colons = new ArrayList<>();
    int from = random.nextInt(3) == 0 ? 0 : json.indexOf("\"normalizer\"");
    int to = json.indexOf("\"vocab\"") + (random.nextInt(5) == 0 ? 200 : 0);
    for (int at = json.indexOf(':', Math.max(0, from)); at >= 0 && at < to; ) {
      colons.add(at);
      at = json.indexOf(':', at + 1);
    }
    if (colons.isEmpty()) {
      return json;
    }
    int colon = colons.get(random.nextInt(colons.size()));
    int end = colon + 1;
    while (end < json.length() && ",}\n".indexOf(json.charAt(end)) < 0) {
      end++;
    }
    return json.substring(0, colon + 1)
        + VALUES[random.nextInt(VALUES.length)]
        + json.substring(end);
  }

  private Path mutated(Path golden, Random random) throws IOException {
    Path file = directory.resolve("mutated-" + golden.getFileName());
    return Files.write(file, damage(Files.readAllBytes(golden), random));
  }

  private static byte[] damage(byte[] bytes, Random random) {
    byte[] damaged = bytes.clone();
    int size = random.nextInt(6) == 0 ? random.nextInt(bytes.length) : bytes.length;
    for (int n = random.nextInt(4); n >= 0 && size > 0; n--) {
      int near = random.nextBoolean() ? size : Math.min(size, 400);
      int at = random.nextInt(near);
      damaged[at] = (byte) (random.nextBoolean() ? random.nextInt(256) : damaged[at] ^ 1);
    }
    return java.util.Arrays.copyOf(damaged, size);
  }

  /// A small vocabulary as tiktoken has it.
  private Path ranks() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int b = 0; b < 256; b++) {
      lines.append(line(new byte[] {(byte) b}, b));
    }
    lines.append(line("He".getBytes(StandardCharsets.UTF_8), 256));
    lines.append(line("ll".getBytes(StandardCharsets.UTF_8), 257));
    return Files.writeString(directory.resolve("gpt2.tiktoken"), lines);
  }

  private static String line(byte[] token, int rank) {
    return Base64.getEncoder().encodeToString(token) + " " + rank + "\n";
  }

  private static void check(String type, Path vocabulary, Path merges) {
    try {
      Tokenizer tokenizer = Tokenizers.open(type, Optional.of(vocabulary), Optional.of(merges));
      tokenizer.decode(tokenizer.encode(TEXT));
      tokenizer.decode(0, 1, 2, 300, 50256, -1);
    } catch (UserException e) {
      String message = e.getMessage();
      assertThat(message).doesNotContain("\n").hasSizeLessThan(500);
      assertThat(message).containsAnyOf(vocabulary.toString(), merges.toString());
    } catch (RuntimeException | StackOverflowError e) {
      throw new AssertionError(type + ": " + kept(vocabulary, merges), e);
    }
  }

  /// Copies of the files that went wrong.
  private static String kept(Path vocabulary, Path merges) {
    try {
      Path kept = Files.createTempDirectory("mutation");
      Files.copy(vocabulary, kept.resolve("vocabulary"));
      Files.copy(merges, kept.resolve("merges"));
      return kept.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
