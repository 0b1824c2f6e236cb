package neox.tokenizer.training;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import neox.base.AtomicFile;
import neox.base.UserException;
import neox.base.json.Json;
import neox.tokenizer.added.AddedToken;
import neox.tokenizer.text.ByteAlphabet;
import neox.tokenizer.text.Nfc;
import neox.tokenizer.text.Utf8;
import neox.tokenizer.text.WordSplitter;
import org.jspecify.annotations.Nullable;

/// Trains a byte-level BPE tokenizer and writes it as HuggingFace's `tokenizer.json`.
///
/// The result depends on the texts and the options alone, not on the order of the texts. Memory
/// grows with the number of different words, not with the corpus. Not thread-safe.
///
/// NeoX's own trainer normalizes to NFKC, puts a space before every text and leaves out bytes that
/// its corpus lacks. Here it is as the 20B tokenizer has it: NFC, no prefix space; and every byte
/// has a token, so that any text can be encoded.
public final class BpeTrainer {
  private final Options options;
  private final WordCounts words = new WordCounts();

  /// What becomes of a text before it is cut into words.
  public enum Normalization {
    NFC,
    NONE
  }

  /// What to train.
  ///
  /// @param vocabSize how many tokens to end with; fewer when no pair is left to merge
  /// @param minFrequency pairs seen less often are not merged
  /// @param specialTokens the first ids, in this order
  public record Options(
      int vocabSize, long minFrequency, List<String> specialTokens, Normalization normalization) {

    public Options {
      specialTokens = List.copyOf(specialTokens);
      int least = ByteAlphabet.SIZE + specialTokens.size();
      if (vocabSize < least) {
        throw UserException.of(
            "vocabulary size %d is too small: %d bytes and %d special tokens need %d",
            vocabSize, ByteAlphabet.SIZE, specialTokens.size(), least);
      }
      if (specialTokens.stream().distinct().count() < specialTokens.size()
          || specialTokens.stream().anyMatch(token -> token.length() < 2)) {
        throw UserException.of(
            "special tokens %s: each must be different and longer than one character",
            specialTokens);
      }
    }

    /// NeoX's special tokens: `<|endoftext|>` is 0, `<|padding|>` is 1; NFC; every pair counts.
    public static Options of(int vocabSize) {
      return new Options(
          vocabSize, 1, List.of(AddedToken.END_OF_TEXT, "<|padding|>"), Normalization.NFC);
    }
  }

  public BpeTrainer(Options options) {
    this.options = options;
  }

  /// Counts the words of one text.
  public void add(String text) {
    byte[] utf8 = Utf8.encode(text);
    add(utf8, 0, utf8.length);
  }

  /// Counts the words of the text `utf8[from, to)`.
  public void add(byte[] utf8, int from, int to) {
    if (options.normalization() == Normalization.NFC && Nfc.firstSuspect(utf8, from, to) < to) {
      byte[] normal = Nfc.normalize(utf8, from, to);
      count(normal, 0, normal.length);
      return;
    }
    count(utf8, from, to);
  }

  private void count(byte[] text, int from, int to) {
    for (int at = from; at < to; ) {
      int end = WordSplitter.next(text, at, to);
      words.add(text, at, end);
      at = end;
    }
  }

  /// Learns the merges, writes `tokenizer.json` (all of it or nothing) and returns the number of
  /// tokens.
  public int write(Path tokenizerJson) throws IOException {
    try (AtomicFile file = AtomicFile.create(tokenizerJson)) {
      return write(file);
    }
  }

  /// The same into a file that was opened before; commits it.
  public int write(AtomicFile tokenizerJson) throws IOException {
    List<String> initial = new ArrayList<>(options.specialTokens());
    IntStream.range(0, ByteAlphabet.SIZE)
        .map(ByteAlphabet::character)
        .sorted()
        .forEach(c -> initial.add(Character.toString(c)));
    MergeLearner learner = new MergeLearner(words, initial, options.minFrequency());
    learner.learn(options.vocabSize());
    tokenizerJson.stream().write(Json.pretty(json(learner)).getBytes(StandardCharsets.UTF_8));
    tokenizerJson.commit();
    return learner.tokens().size();
  }

  private Map<String, @Nullable Object> json(MergeLearner learner) {
    Map<String, @Nullable Object> root = new LinkedHashMap<>();
    root.put("version", "1.0");
    root.put("truncation", null);
    root.put("padding", null);
    root.put("added_tokens", addedTokens());
    root.put(
        "normalizer", options.normalization() == Normalization.NFC ? Map.of("type", "NFC") : null);
    root.put("pre_tokenizer", byteLevel());
    root.put("post_processor", byteLevel());
    root.put("decoder", byteLevel());
    root.put("model", model(learner));
    return root;
  }

  private List<Map<String, Object>> addedTokens() {
    List<Map<String, Object>> added = new ArrayList<>();
    for (String token : options.specialTokens()) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("id", added.size());
      entry.put("content", token);
      for (String trait : List.of("single_word", "lstrip", "rstrip", "normalized")) {
        entry.put(trait, false);
      }
      entry.put("special", true);
      added.add(entry);
    }
    return added;
  }

  private static Map<String, Object> byteLevel() {
    Map<String, Object> stage = new LinkedHashMap<>();
    stage.put("type", "ByteLevel");
    stage.put("add_prefix_space", false);
    stage.put("trim_offsets", true);
    stage.put("use_regex", true);
    return stage;
  }

  private static Map<String, @Nullable Object> model(MergeLearner learner) {
    Map<String, Integer> vocabulary = new LinkedHashMap<>();
    learner.tokens().forEach(token -> vocabulary.put(token, vocabulary.size()));
    Map<String, @Nullable Object> model = new LinkedHashMap<>();
    model.put("type", "BPE");
    for (String name :
        List.of("dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix")) {
      model.put(name, null);
    }
    for (String name : List.of("fuse_unk", "byte_fallback", "ignore_merges")) {
      model.put(name, false);
    }
    model.put("vocab", vocabulary);
    model.put("merges", learner.merges());
    return model;
  }
}
