package neox.tokenizer.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import neox.tokenizer.parts.Part;
import neox.tokenizer.vocabulary.MergeTable;
import neox.tokenizer.vocabulary.Merges;
import neox.tokenizer.vocabulary.Vocabulary;

/// Reads the model of a `tokenizer.json`.
public final class ModelReader {
  private static final String SUPPORTED = "BPE, WordPiece, WordLevel, Unigram";

  /// Longer words would take ever longer to look up.
  private static final int MAX_CHARACTERS = 1000;

  /// The same for the tokens of a Unigram model, in bytes.
  private static final int MAX_BYTES = 1000;

  private final Part part;
  private final Vocabulary vocabulary;

  /// @param part all but the vocabulary and the merges
  public ModelReader(Part part, Vocabulary vocabulary) {
    this.part = part;
    this.vocabulary = vocabulary;
  }

  /// Of files that do not say, as HuggingFace guesses.
  private String type(boolean hasMerges) {
    return part.optionalString("type")
        .orElse(
            hasMerges
                ? "BPE"
                : part.has("max_input_chars_per_word")
                    ? "WordPiece"
                    : part.has("unk_token") ? "WordLevel" : "Unigram");
  }

  /// Whether it is BPE that needs nothing but the vocabulary and the merges, given the bytes of a
  /// text as characters.
  public boolean isPlainBpe(boolean hasMerges) {
    if (!type(hasMerges).equals("BPE")) {
      return false;
    }
    Bpe.Options options = options();
    part.done();
    return options.prefix().isEmpty()
        && options.suffix().isEmpty()
        && !options.wholeWords()
        && (vocabulary.hasAllBytes()
            || (options.unknown().token().isEmpty() && !options.byteFallback()));
  }

  public WordModel read(Optional<Merges> merges) {
    WordModel words =
        switch (type(merges.isPresent())) {
          case "BPE" -> bpe(merges);
          case "WordPiece" -> wordPiece();
          case "WordLevel" -> new WordLevel(vocabulary, unknown());
          case "Unigram" -> unigram();
          default -> throw part.unknownType(SUPPORTED);
        };
    part.done();
    return words;
  }

  private Unknown unknown() {
    return Unknown.of(Optional.of(part.string("unk_token")), vocabulary, part.where());
  }

  private WordModel bpe(Optional<Merges> merges) {
    Merges all =
        merges.orElseThrow(() ->
            part.refusal(
                "merges: expected an array, found " + Part.shortened(part.required("merges"))));
    return new Bpe(vocabulary, all, options(), part.where());
  }

  private Bpe.Options options() {
    if (part.has("dropout") && part.required("dropout").asDouble(1) != 0) {
      throw part.refusal(
          "\"dropout\" cuts the same word now so, now otherwise; it is for training only: set it to"
              + " null");
    }
    part.ignoring("dropout");
    return new Bpe.Options(
        Unknown.of(part.optionalString("unk_token"), vocabulary, part.where()),
        part.flag("fuse_unk", false),
        part.flag("byte_fallback", false),
        part.flag("ignore_merges", false),
        part.optionalString("continuing_subword_prefix").orElse(""),
        part.optionalString("end_of_word_suffix").orElse(""));
  }

  private WordModel wordPiece() {
    return new WordPiece(
        vocabulary,
        unknown(),
        part.string("continuing_subword_prefix"),
        part.integer("max_input_chars_per_word", 0, MAX_CHARACTERS));
  }

  private WordModel unigram() {
    List<JsonNode> list = part.items("vocab", MergeTable.TOKENS);
    double[] scores = new double[list.size()];
    for (int id = 0; id < scores.length; id++) {
      scores[id] = list.get(id).path(1).doubleValue();
    }
    int unknown =
        part.has("unk_id") ? part.integer("unk_id", 0, scores.length - 1) : Vocabulary.MISSING;
    part.ignoring("unk_id");
    Optional<String> name =
        unknown == Vocabulary.MISSING ? Optional.empty() : Optional.of(vocabulary.tokenAt(unknown));
    return new Unigram(
        vocabulary,
        scores,
        new Unknown(name, unknown, part.where()),
        part.flag("byte_fallback", false));
  }

  /// The vocabulary of a Unigram model: a list of tokens with their scores.
  public static Vocabulary listed(Part model) {
    Vocabulary vocabulary = new Vocabulary();
    List<JsonNode> list = model.items("vocab", MergeTable.TOKENS);
    for (int id = 0; id < list.size(); id++) {
      JsonNode entry = list.get(id);
      if (entry.size() != 2 || !entry.path(0).isTextual() || !isScore(entry.path(1))) {
        throw model.refusal(
            "vocab[" + id + "]: expected a token and its score, found " + Part.shortened(entry));
      }
      String token = entry.path(0).textValue();
      if (3L * token.length() > MAX_BYTES && token.getBytes(UTF_8).length > MAX_BYTES) {
        throw model.refusal("vocab[" + id + "]: a token of more than " + MAX_BYTES + " bytes");
      }
      if (vocabulary.id(token) != Vocabulary.MISSING) {
        throw model.refusal(
            "vocab[" + id + "]: the token " + Part.shortened(entry.path(0)) + " is there twice");
      }
      vocabulary.put(token, id);
    }
    return vocabulary;
  }

  private static boolean isScore(JsonNode value) {
    return value.isNumber() && Double.isFinite(value.doubleValue());
  }
}
