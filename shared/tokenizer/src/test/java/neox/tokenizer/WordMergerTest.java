package neox.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import neox.base.slow.SlowTests;
import org.junit.jupiter.api.Test;

/// The mergers against the definition of BPE, taken literally, with vocabularies at random.
class WordMergerTest {
  private static final String LETTERS = "abcd";

  @Test
  void mergesAsTheDefinitionSays() {
    Random random = new Random(11);
    for (int vocabulary = 0; vocabulary < SlowTests.rounds(60, 400); vocabulary++) {
      Map<String, Integer> ids = new HashMap<>();
      List<Models.Merge> merges = merges(random, ids, vocabulary % 4);
      WordMerger merger = new WordMerger(Models.model(ids, merges));
      for (int i = 0; i < 200; i++) {
        String word = word(random, i % 10 == 0 ? 150 : 14);
        byte[] text = ("x" + word + "x").getBytes(java.nio.charset.StandardCharsets.UTF_8);
        int size = merger.merge(text, 1, text.length - 1);
        assertThat(Arrays.copyOf(merger.ids(), size))
            .as("%s with %s", word, merges)
            .isEqualTo(merged(word, ids, merges));
      }
    }
  }

  @Test
  void mergesALetterOfTwoBytesAtOnce() {
    Map<String, Integer> ids = new HashMap<>(Map.of("Ð", 0, "°", 1, "Ð°", 2, "Ġ", 3, "ĠÐ", 4));
    List<Models.Merge> merges = List.of(new Models.Merge("Ġ", "Ð"), new Models.Merge("Ð", "°"));
    BpeModel model = Models.model(ids, merges);
    byte[] text = " аа".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    int[] first = new int[5];
    // the blank may take the first byte of the first letter; nothing comes between the second's
    assertThat(model.split(text, 0, 5, first)).isEqualTo(3);
    assertThat(first).startsWith(4, 1, 2);
    assertThat(model.split(text, 1, 5, first)).isEqualTo(2);
  }

  /// @param kind 0 as trained, 1 shuffled, 2 with merges given twice, 3 without one byte's token
  private static List<Models.Merge> merges(Random random, Map<String, Integer> ids, int kind) {
    List<String> tokens = new ArrayList<>();
    for (String letter : LETTERS.split("", 0)) {
      if (kind != 3 || !letter.equals("d")) {
        tokens.add(letter);
      }
    }
    Set<Models.Merge> merges = new java.util.LinkedHashSet<>();
    int count = 1 + random.nextInt(25);
    while (merges.size() < count) {
      String left = tokens.get(random.nextInt(tokens.size()));
      String right = tokens.get(random.nextInt(tokens.size()));
      merges.add(new Models.Merge(left, right));
      if (!tokens.contains(left + right)) {
        tokens.add(left + right);
      }
    }
    tokens.forEach(token -> ids.put(token, ids.size()));
    List<Models.Merge> list = new ArrayList<>(merges);
    if (kind == 1) {
      Collections.shuffle(list, random);
    } else if (kind == 2) {
      list.add(random.nextInt(list.size()), list.get(random.nextInt(list.size())));
    }
    return list;
  }

  private static String word(Random random, int longest) {
    StringBuilder word = new StringBuilder();
    int length = 1 + random.nextInt(longest);
    int letters = 1 + random.nextInt(LETTERS.length());
    for (int i = 0; i < length; i++) {
      word.append(LETTERS.charAt(random.nextInt(letters)));
    }
    return word.toString();
  }

  /// Merges the pair of lowest rank, the leftmost first, until none is left; of equal merges the
  /// last gives the rank, as in HuggingFace's map.
  private static int[] merged(String word, Map<String, Integer> ids, List<Models.Merge> merges) {
    List<String> parts = new ArrayList<>();
    for (String letter : word.split("", 0)) {
      if (ids.containsKey(letter)) {
        parts.add(letter);
      }
    }
    while (true) {
      List<String> now = parts;
      int at =
          IntStream.range(0, parts.size() - 1)
              .filter(i -> rank(now, i, merges) >= 0)
              .boxed()
              .min(java.util.Comparator.comparingInt(i -> rank(now, i, merges)))
              .orElse(-1);
      if (at < 0) {
        return parts.stream().mapToInt(ids::get).toArray();
      }
      parts.set(at, parts.get(at) + parts.remove(at + 1));
    }
  }

  private static int rank(List<String> parts, int at, List<Models.Merge> merges) {
    return merges.lastIndexOf(new Models.Merge(parts.get(at), parts.get(at + 1)));
  }
}
