package neox.data.fim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import neox.base.UserException;
import neox.base.json.Json;
import neox.config.FimConfig;
import neox.config.FimConfig.Level;
import neox.tokenizer.Tokenizer;
import neox.tokenizer.Tokenizers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FillInTheMiddleTest {
  private static final Path TOKENIZER =
      Path.of("../tokenizer/src/test/resources/golden/tokenizer/neox.json");
  private static final int TEXTS = 4000;
  private static final double RATE = 0.4;
  private static final double SPM_RATE = 0.3;

  @TempDir Path directory;
  private Tokenizer tokenizer = tokenizer(TOKENIZER);
  private int prefix;
  private int middle;
  private int suffix;

  /// The same vocabulary with three tokens more.
  @BeforeEach
  void addSentinels() throws IOException {
    ObjectNode json = (ObjectNode) Json.read(TOKENIZER);
    ArrayNode added = (ArrayNode) json.get("added_tokens");
    int id = tokenizer.vocabSize();
    for (String token : List.of("<fim_prefix>", "<fim_middle>", "<fim_suffix>")) {
      added
          .addObject()
          .put("id", id++)
          .put("content", token)
          .put("single_word", false)
          .put("lstrip", false)
          .put("rstrip", false)
          .put("normalized", false)
          .put("special", true);
    }
    tokenizer = tokenizer(Files.writeString(directory.resolve("t.json"), Json.pretty(json)));
    prefix = tokenizer.id("<fim_prefix>").orElseThrow();
    middle = tokenizer.id("<fim_middle>").orElseThrow();
    suffix = tokenizer.id("<fim_suffix>").orElseThrow();
  }

  private static Tokenizer tokenizer(Path file) {
    return Tokenizers.open("HFTokenizer", Optional.of(file), Optional.empty());
  }

  private static FimConfig config(double rate, Level level) {
    return new FimConfig(rate, SPM_RATE, level, "<fim_prefix>", "<fim_middle>", "<fim_suffix>");
  }

  private FillInTheMiddle fim(double rate, Level level) {
    return new FillInTheMiddle(config(rate, level), tokenizer, "HFTokenizer", 1234);
  }

  /// Words with accents, emoji and other scripts, of 30 to 90 tokens.
  private int[] text(Random random) {
    String[] words = {"the", "Müller", "eats", "🙂", "mountain", "世界", "x=1;", "unbelievable"};
    StringBuilder text = new StringBuilder();
    int[] tokens = {};
    int least = 30 + random.nextInt(40);
    while (tokens.length < least) {
      text.append(words[random.nextInt(words.length)]).append(' ');
      tokens = tokenizer.encode(text.toString());
    }
    return tokens;
  }

  /// A reordered text, taken apart.
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Parts(boolean suffixFirst, int[] prefix, int[] middle, int[] suffix) {
    int[] inOwnOrder() {
      return IntStream.concat(
              IntStream.concat(IntStream.of(prefix), IntStream.of(middle)), IntStream.of(suffix))
          .toArray();
    }
  }

  /// In SPM nothing stands between prefix and middle: they come as the middle.
  private Optional<Parts> parts(int[] tokens) {
    List<Integer> all = Arrays.stream(tokens).boxed().toList();
    int p = all.indexOf(prefix);
    int m = all.indexOf(middle);
    int s = all.indexOf(suffix);
    if (p < 0) {
      return Optional.empty();
    }
    boolean suffixFirst = s == p + 1;
    return Optional.of(
        new Parts(
            suffixFirst,
            Arrays.copyOfRange(tokens, p + 1, s),
            Arrays.copyOfRange(tokens, m + 1, tokens.length),
            Arrays.copyOfRange(tokens, s + 1, m)));
  }

  private List<int[]> reordered(List<int[]> texts, Level level) {
    FillInTheMiddle fim = fim(RATE, level);
    List<int[]> result = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      int[] tokens = texts.get(i).clone();
      switch (level) {
        case CONTEXT -> fim.reorder(tokens, new int[] {tokens.length}, i);
        case DOCUMENT ->
            fim.ofDocuments(reader(texts), document -> texts.get((int) document).length)
                .read(i, 0, tokens.length, tokens, 0);
      }
      result.add(tokens);
    }
    return result;
  }

  private static FillInTheMiddle.Reader reader(List<int[]> texts) {
    return (document, offset, length, out, at) ->
        System.arraycopy(texts.get((int) document), offset, out, at, length);
  }

  private List<int[]> texts(int count) {
    Random random = new Random(7);
    List<int[]> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      texts.add(text(random));
    }
    return texts;
  }

  /// Within four standard deviations of what is configured.
  @ParameterizedTest
  @EnumSource(Level.class)
  void reordersTheConfiguredPartOfTheTextsAtUniformPlaces(Level level) {
    List<int[]> texts = texts(TEXTS);
    List<int[]> reordered = reordered(texts, level);
    int chosen = 0;
    int suffixFirst = 0;
    double middles = 0;
    double suffixes = 0;
    int psm = 0;
    for (int i = 0; i < TEXTS; i++) {
      assertThat(reordered.get(i)).hasSameSizeAs(texts.get(i));
      Optional<Parts> parts = parts(reordered.get(i));
      if (parts.isEmpty()) {
        assertThat(reordered.get(i)).isEqualTo(texts.get(i));
        continue;
      }
      chosen++;
      suffixFirst += parts.get().suffixFirst() ? 1 : 0;
      double length = texts.get(i).length - 3;
      suffixes += parts.get().suffix().length / length;
      if (!parts.get().suffixFirst()) {
        psm++;
        middles += parts.get().middle().length / length;
      }
    }
    assertThat((double) chosen / TEXTS).isCloseTo(RATE, within(4 * sd(RATE, TEXTS)));
    assertThat((double) suffixFirst / chosen).isCloseTo(SPM_RATE, within(4 * sd(SPM_RATE, chosen)));
    // The middle between two uniform places is a third in the mean, with variance 1/18; the cut
    // words of both ends take about a token, which the suffix loses.
    assertThat(middles / psm).isCloseTo(1.0 / 3, within(4 * Math.sqrt(1.0 / 18 / psm) + 0.01));
    assertThat(suffixes / chosen)
        .isCloseTo(1.0 / 3, within(4 * Math.sqrt(1.0 / 18 / chosen) + 0.02));
  }

  private static double sd(double p, int n) {
    return Math.sqrt(p * (1 - p) / n);
  }

  @Test
  void aDocumentCanBeRebuiltButForItsLastThreeTokens() {
    List<int[]> texts = texts(300);
    List<int[]> reordered = reordered(texts, Level.DOCUMENT);
    int rebuilt = 0;
    for (int i = 0; i < texts.size(); i++) {
      Optional<Parts> parts = parts(reordered.get(i));
      if (parts.isPresent()) {
        int[] expected = Arrays.copyOf(texts.get(i), texts.get(i).length - 3);
        assertThat(parts.get().inOwnOrder()).isEqualTo(expected);
        rebuilt++;
      }
    }
    assertThat(rebuilt).isGreaterThan(80);
  }

  /// Cut between characters, the text is rebuilt as characters; where words are cut, their tokens
  /// are others.
  @Test
  void theTextOfASampleCanBeRebuiltButForItsEnd() {
    List<int[]> texts = texts(300);
    List<int[]> reordered = reordered(texts, Level.CONTEXT);
    int rebuilt = 0;
    int otherTokens = 0;
    for (int i = 0; i < texts.size(); i++) {
      Optional<Parts> parts = parts(reordered.get(i));
      if (parts.isEmpty()) {
        continue;
      }
      rebuilt++;
      int[] own = Arrays.copyOf(texts.get(i), texts.get(i).length - 3);
      if (!Arrays.equals(parts.get().inOwnOrder(), own)) {
        otherTokens++;
        Parts p = parts.get();
        String again =
            tokenizer.decode(p.prefix())
                + tokenizer.decode(p.middle())
                + tokenizer.decode(p.suffix());
        String text = tokenizer.decode(texts.get(i));
        assertThat(text).startsWith(again.replaceFirst("\ufffd+$", ""));
        int shortest = tokenizer.decode(Arrays.copyOf(own, own.length - 8)).length();
        assertThat(again.length()).isGreaterThan(shortest);
      }
    }
    assertThat(rebuilt).isGreaterThan(80);
    assertThat(otherTokens).isGreaterThan(40); // most cuts go through a word
  }

  @Test
  void theSameSeedAndNumberGiveTheSameOrder() {
    List<int[]> texts = texts(50);
    int[][] first = reordered(texts, Level.CONTEXT).toArray(int[][]::new);
    assertThat(first).isDeepEqualTo(reordered(texts, Level.CONTEXT).toArray(int[][]::new));
    FillInTheMiddle other =
        new FillInTheMiddle(config(RATE, Level.CONTEXT), tokenizer, "HFTokenizer", 1235);
    List<int[]> others = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      int[] tokens = texts.get(i).clone();
      other.reorder(tokens, new int[] {tokens.length}, i);
      others.add(tokens);
    }
    assertThat(Arrays.deepEquals(others.toArray(int[][]::new), first)).isFalse();
  }

  @Test
  void documentsKeepTheirPlacesAndTheTokensThatEndThem() {
    int eod = tokenizer.eod().orElseThrow();
    Random random = new Random(9);
    FillInTheMiddle fim = fim(1, Level.CONTEXT);
    for (int sample = 0; sample < 50; sample++) {
      int[] first = text(random);
      int[] second = text(random);
      int[] third = text(random);
      int[] tokens = new int[first.length + 1 + second.length + third.length + 5]; // and padding
      System.arraycopy(first, 0, tokens, 0, first.length);
      tokens[first.length] = eod;
      System.arraycopy(second, 0, tokens, first.length + 1, second.length);
      int begin = first.length + 1 + second.length;
      System.arraycopy(third, 0, tokens, begin, third.length);
      fim.reorder(tokens, new int[] {begin, third.length}, sample);
      assertThat(tokens[first.length]).isEqualTo(eod);
      assertThat(tokens[0]).isEqualTo(prefix);
      assertThat(tokens[first.length + 1]).isEqualTo(prefix);
      assertThat(tokens[begin]).isEqualTo(prefix);
      assertThat(Arrays.copyOfRange(tokens, begin + third.length, tokens.length)).containsOnly(0);
      assertThat(Arrays.stream(tokens).filter(token -> token == middle).count()).isEqualTo(3);
    }
  }

  /// Whatever part of a document is read, it is that part of the reordered document.
  @Test
  void aDocumentIsReadInPieces() {
    Random random = new Random(11);
    int eod = tokenizer.eod().orElseThrow();
    List<int[]> texts = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      int[] text = Arrays.copyOf(text(random), 20 + random.nextInt(10));
      text[text.length - 1] = i % 2 == 0 ? eod : text[text.length - 1];
      texts.add(text);
    }
    FillInTheMiddle.Reader read =
        fim(0.7, Level.DOCUMENT).ofDocuments(reader(texts), d -> texts.get((int) d).length);
    for (int d = 0; d < texts.size(); d++) {
      int size = texts.get(d).length;
      int[] whole = new int[size];
      read.read(d, 0, size, whole, 0);
      assertThat(whole[size - 1] == eod).isEqualTo(d % 2 == 0);
      for (int from = 0; from < size; from++) {
        for (int length = 0; length <= size - from; length++) {
          int[] part = new int[length + 2];
          read.read(d, from, length, part, 1);
          assertThat(Arrays.copyOfRange(part, 1, 1 + length))
              .isEqualTo(Arrays.copyOfRange(whole, from, from + length));
        }
      }
    }
  }

  @Test
  void textsThatAreTooShortStayAsTheyAre() {
    FillInTheMiddle fim = fim(1, Level.CONTEXT);
    int[] three = {5, 6, 7};
    fim.reorder(three, new int[] {3}, 0);
    assertThat(three).containsExactly(5, 6, 7);
    int[] four = {5, 6, 7, 8};
    fim.reorder(four, new int[] {4}, 0);
    assertThat(four).contains(prefix, middle, suffix);
  }

  /// A text that begins or ends within a character has no characters there to cut between.
  @Test
  void aTextThatIsCutWithinACharacterIsCutBetweenTokens() {
    int[] whole = tokenizer.encode("世界世界世界世界世界");
    int[] cut = Arrays.copyOfRange(whole, 1, whole.length);
    assertThat(TextCut.of(cut, cut.length - 3, tokenizer)).isEmpty();
    int[] tokens = cut.clone();
    fim(1, Level.CONTEXT).reorder(tokens, new int[] {tokens.length}, 3);
    Parts parts = parts(tokens).orElseThrow();
    int[] own = Arrays.copyOf(cut, cut.length - 3);
    assertThat(parts.suffix().length + parts.prefix().length + parts.middle().length)
        .isEqualTo(own.length);
    assertThat(parts.inOwnOrder()).isEqualTo(own);
  }

  @Test
  void namesTheTokenThatTheVocabularyLacks() {
    FimConfig config =
        new FimConfig(0.5, 0.5, Level.CONTEXT, "<fim_prefix>", "<|fim_middle|>", "<fim_suffix>");
    assertThatThrownBy(() -> new FillInTheMiddle(config, tokenizer, "HFTokenizer", 1))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "fim_middle_token: the vocabulary of the HFTokenizer has no token \"<|fim_middle|>\";"
                + " add it to the tokenizer's file, name another token, or set fim_rate to 0");
  }
}
