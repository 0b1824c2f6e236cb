package neox.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import neox.base.UserException;
import neox.tokenizer.added.AddedToken;
import neox.tokenizer.model.ModelReader;
import neox.tokenizer.model.WordModel;
import neox.tokenizer.parts.Decoder;
import neox.tokenizer.parts.DecoderReader;
import neox.tokenizer.parts.Frame;
import neox.tokenizer.parts.FrameReader;
import neox.tokenizer.parts.Normalizer;
import neox.tokenizer.parts.NormalizerReader;
import neox.tokenizer.parts.Part;
import neox.tokenizer.parts.PreTokenizer;
import neox.tokenizer.parts.PreTokenizerReader;
import neox.tokenizer.text.UnicodeForm;
import neox.tokenizer.vocabulary.Merges;
import neox.tokenizer.vocabulary.Vocabulary;

/// Reads HuggingFace's `tokenizer.json`. Each of its parts acts as it does in HuggingFace
/// tokenizers, or is refused by name.
///
/// Byte-level BPE in GPT-2's manner has an engine of its own; all else goes part by part.
final class TokenizerJson {
  private final Path file;
  private final TokenizerParts parts;
  private final JsonNode root;

  private TokenizerJson(Path file, TokenizerParts parts) {
    this.file = file;
    this.parts = parts;
    this.root = parts.rest();
  }

  static Tokenizer open(Path file) {
    return new TokenizerJson(file, TokenizerParts.read(file)).tokenizer();
  }

  private Tokenizer tokenizer() {
    check();
    Optional<Normalizer> normalizer = part("normalizer").map(NormalizerReader::read);
    Optional<PreTokenizer> splitter = part("pre_tokenizer").map(PreTokenizerReader::read);
    Optional<Decoder> decoder = part("decoder").map(DecoderReader::read);
    Frame frame = FrameReader.read(part("post_processor"), part("truncation"), part("padding"));
    Vocabulary vocabulary = vocabulary();
    List<AddedToken> added = AddedTokenReader.read(root.path("added_tokens"), vocabulary, file);
    ModelReader model = new ModelReader(Part.of(root.path("model"), file + ": model"), vocabulary);
    Optional<Set<ByteLevelBpe.Option>> options = byteLevel(normalizer, splitter, decoder);
    if (options.isPresent() && model.isPlainBpe(parts.merges().isPresent())) {
      BpeModel bpe = new BpeModel(vocabulary, merges(), file.toString());
      return FramedTokenizer.of(new ByteLevelBpe(bpe, added, options.get(), List.of(file)), frame);
    }
    WordModel words = model.read(parts.merges());
    return FramedTokenizer.of(
        new PipelineTokenizer(
            new PipelineTokenizer.Stages(normalizer, splitter, words, decoder),
            added,
            new TokenIds(vocabulary, added),
            file),
        frame);
  }

  private void check() {
    if (root.isObject() && !root.isEmpty() && root.elements().next().isInt()) {
      throw UserException.of(
          "%s: is a vocab.json, not a tokenizer.json: set tokenizer_type to GPT2BPETokenizer, and"
              + " merge_file to its merges.txt",
          file);
    }
    if (!root.path("model").isObject()) {
      throw UserException.of(
          "%s: not a tokenizer.json of HuggingFace tokenizers: expected an object \"model\","
              + " found %s",
          file, TokenizerFile.describe(root.path("model")));
    }
    String version = root.path("version").asText("1.0");
    if (!version.equals("1.0")) {
      throw UserException.of("%s: version: expected \"1.0\", found \"%s\"", file, version);
    }
    Part.of(root, file.toString())
        .ignoring(
            "version",
            "truncation",
            "padding",
            "added_tokens",
            "normalizer",
            "pre_tokenizer",
            "post_processor",
            "decoder",
            "model")
        .done();
  }

  private Optional<Part> part(String name) {
    return root.hasNonNull(name)
        ? Optional.of(Part.of(root.path(name), file + ": " + name))
        : Optional.empty();
  }

  /// What our own engine must do, when it can do all that the file asks for.
  private static Optional<Set<ByteLevelBpe.Option>> byteLevel(
      Optional<Normalizer> normalizer, Optional<PreTokenizer> splitter, Optional<Decoder> decoder) {
    if (!(splitter.orElse(null) instanceof PreTokenizer.ByteLevel words)
        || !(decoder.orElse(null) instanceof Decoder.ByteLevel)) {
      return Optional.empty();
    }
    Set<ByteLevelBpe.Option> options = EnumSet.noneOf(ByteLevelBpe.Option.class);
    if (words.prefixSpace()) {
      options.add(ByteLevelBpe.Option.PREFIX_SPACE);
    }
    if (!words.splits()) {
      options.add(ByteLevelBpe.Option.NO_WORDS);
    }
    if (normalizer.isPresent()) {
      if (!(normalizer.get() instanceof Normalizer.Form form) || form.form() != UnicodeForm.NFC) {
        return Optional.empty();
      }
      options.add(ByteLevelBpe.Option.NFC);
    }
    return Optional.of(options);
  }

  /// The model's vocabulary: an object of ids or, for Unigram, an array of tokens with scores.
  private Vocabulary vocabulary() {
    Vocabulary vocabulary = parts.vocabulary().orElseGet(this::listed);
    if (!vocabulary.hasDistinctIds()) {
      throw UserException.of(
          "%s: model.vocab: two tokens have the same id, so that no text can be told from it",
          file);
    }
    return vocabulary;
  }

  private Vocabulary listed() {
    JsonNode list = root.path("model").path("vocab");
    if (!list.isArray()) {
      throw TokenizerFile.noVocabulary(file + ": model.vocab", list);
    }
    return ModelReader.listed(Part.of(root.path("model"), file + ": model"));
  }

  private Merges merges() {
    return parts
        .merges()
        .orElseThrow(() ->
            UserException.of(
                "%s: model.merges: expected an array, found %s",
                file, TokenizerFile.describe(root.path("model").path("merges"))));
  }
}
