package neox.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import neox.tokenizer.text.ByteAlphabet;
import org.junit.jupiter.api.Test;

/// Words by pieces and out of the tables against words merged whole ([WordMergerTest] has that
/// against the definition), with vocabularies at random.
class WordCacheTest {
  private static final int[] LETTERS = "a~éжщ中丯文ー😀".codePoints().toArray();

  @Test
  void givesTheTokensOfTheWholeWord() {
    Random random = new Random(5);
    int cut = 0;
    int words = 0;
    for (int vocabulary = 0; vocabulary < 150; vocabulary++) {
      BpeModel model = model(random, 1 + random.nextInt(120), "");
      WordCache cache = new WordCache(model, 1 << 10);
      WordMerger merger = new WordMerger(model);
      for (int i = 0; i < 300; i++) {
        byte[] text =
            ("x" + word(random, i % 10 == 0 ? 60 : 8) + "x").getBytes(StandardCharsets.UTF_8);
        int to = text.length - 1;
        words++;
        cut += model.nextCut(text, 1, to) < to ? 1 : 0;
        int size = merger.merge(text, 1, to);
        assertThat(encoded(cache, text, to))
            .as("%s", new String(text, StandardCharsets.UTF_8))
            .isEqualTo(Arrays.copyOf(merger.ids(), size));
      }
    }
    // both kinds of words came up
    assertThat(cut).isBetween(words / 10, words * 9 / 10);
  }

  /// A table of two slots, in which every word drives out another; a word is met again while it is
  /// there, after it was driven out, and in the place of another, within one call and across calls.
  @Test
  void givesTheSameTokensWhenWordsDriveEachOtherOut() {
    Random random = new Random(6);
    for (int vocabulary = 0; vocabulary < 10; vocabulary++) {
      BpeModel model = model(random, 1 + random.nextInt(120), "");
      WordCache cache = new WordCache(model, 2);
      for (int i = 0; i < 60; i++) {
        Words words = Words.drawn(random, 1 + random.nextInt(WordEncoder.MAX_WORDS));
        assertThat(words.encoded(cache)).isEqualTo(words.encoded(new WordMerger(model)));
      }
    }
  }

  /// Words that stand one after the other in a text, with nothing behind the last.
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Words(byte[] text, int[] bounds) {
    static Words drawn(Random random, int count) {
      List<byte[]> known = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        known.add(word(random, i == 0 ? 40 : 3).getBytes(StandardCharsets.UTF_8));
      }
      ByteArrayOutputStream text = new ByteArrayOutputStream();
      int[] bounds = new int[count + 1];
      for (int i = 0; i < count; i++) {
        text.writeBytes(known.get(random.nextInt(known.size())));
        bounds[i + 1] = text.size();
      }
      return new Words(text.toByteArray(), bounds);
    }

    int[] encoded(WordEncoder encoder) {
      TokenBuffer out = new TokenBuffer();
      encoder.encode(text, bounds, bounds.length - 1, out);
      return out.toArray();
    }
  }

  @Test
  void cutsBetweenCharactersThatNoMergeJoins() {
    Map<String, Integer> ids = alphabet("");
    BpeModel model = model(ids, List.of(merge(ids, "中", "文")));
    byte[] text = "中文中中文文".getBytes(StandardCharsets.UTF_8);
    List<Integer> cuts = new ArrayList<>();
    for (int at = 0; at < text.length; ) {
      at = model.nextCut(text, at, text.length);
      cuts.add(at);
    }
    assertThat(cuts).containsExactly(6, 9, 15, 18);
  }

  @Test
  void doesNotCutWhereAByteHasNoToken() {
    // without the second byte of ж its first meets what follows
    byte[] second = {"ж".getBytes(StandardCharsets.UTF_8)[1]};
    BpeModel model = model(new Random(1), 40, spelled(second));
    byte[] text = "中ж中文".getBytes(StandardCharsets.UTF_8);
    assertThat(model.nextCut(text, 0, text.length)).isEqualTo(text.length);
  }

  @Test
  void doesNotCutWhenTwoTokensShareAnId() {
    Map<String, Integer> ids = alphabet("");
    ids.put("unused", 7);
    byte[] text = "中文".getBytes(StandardCharsets.UTF_8);
    assertThat(model(ids, List.of()).nextCut(text, 0, text.length)).isEqualTo(text.length);
  }

  private static int[] encoded(WordCache cache, byte[] text, int to) {
    TokenBuffer out = new TokenBuffer();
    out.add(-7);
    cache.encode(text, 1, to, out);
    int size = out.size();
    cache.encode(text, 1, to, out);
    int[] again = Arrays.copyOfRange(out.array(), size, out.size());
    int[] first = Arrays.copyOfRange(out.array(), 1, size);
    assertThat(again).as("the second time").isEqualTo(first);
    return first;
  }

  /// Tokens made of the bytes of [#LETTERS], whole and in parts.
  private static BpeModel model(Random random, int count, String missing) {
    Map<String, Integer> ids = alphabet(missing);
    List<String> tokens = new ArrayList<>();
    for (int letter : LETTERS) {
      for (byte b : Character.toString(letter).getBytes(StandardCharsets.UTF_8)) {
        if (!missing.equals(spelled(b))) {
          tokens.add(spelled(b));
        }
      }
    }
    Set<Models.Merge> merges = new java.util.LinkedHashSet<>();
    while (merges.size() < count) {
      String text = spelled(word(random, 4).getBytes(StandardCharsets.UTF_8));
      int at = random.nextInt(text.length());
      int end = Math.min(text.length(), at + 2 + random.nextInt(6));
      int middle = at + 1 + random.nextInt(5);
      if (middle < end
          && tokens.contains(text.substring(at, middle))
          && tokens.contains(text.substring(middle, end))) {
        merges.add(new Models.Merge(text.substring(at, middle), text.substring(middle, end)));
        tokens.add(text.substring(at, end));
        ids.putIfAbsent(text.substring(at, end), ids.size());
      }
    }
    return model(ids, List.copyOf(merges));
  }

  private static BpeModel model(Map<String, Integer> ids, List<Models.Merge> merges) {
    return Models.model(ids, merges);
  }

  private static Map<String, Integer> alphabet(String missing) {
    Map<String, Integer> ids = new HashMap<>();
    for (int b = 0; b < ByteAlphabet.SIZE; b++) {
      if (!missing.equals(spelled((byte) b))) {
        ids.put(spelled((byte) b), ids.size());
      }
    }
    return ids;
  }

  private static Models.Merge merge(Map<String, Integer> ids, String left, String right) {
    String leftToken = spelled(left.getBytes(StandardCharsets.UTF_8));
    String rightToken = spelled(right.getBytes(StandardCharsets.UTF_8));
    for (String token : List.of(leftToken, rightToken, leftToken + rightToken)) {
      ids.put(token, ids.size());
    }
    return new Models.Merge(leftToken, rightToken);
  }

  private static String spelled(byte... bytes) {
    StringBuilder spelled = new StringBuilder();
    for (byte b : bytes) {
      spelled.append(ByteAlphabet.character(b & 0xFF));
    }
    return spelled.toString();
  }

  private static String word(Random random, int longest) {
    StringBuilder word = new StringBuilder();
    int length = 1 + random.nextInt(longest);
    int letters = 1 + random.nextInt(LETTERS.length);
    int first = random.nextInt(LETTERS.length);
    for (int i = 0; i < length; i++) {
      word.appendCodePoint(LETTERS[(first + random.nextInt(letters)) % LETTERS.length]);
    }
    return word.toString();
  }
}
