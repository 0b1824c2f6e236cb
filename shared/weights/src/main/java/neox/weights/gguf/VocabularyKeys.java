package neox.weights.gguf;

import java.util.ArrayList;
import java.util.List;
import neox.weights.gguf.GgufVocabulary.Special;
import neox.weights.gguf.GgufVocabulary.Token;

/// The keys `tokenizer.ggml.*`.
final class VocabularyKeys {
  private static final String PREFIX = "tokenizer.ggml.";

  /// Writes a vocabulary down for an embedding of `rows` rows. As llama.cpp's converter does, rows
  /// beyond the tokens get names and are marked as unused.
  static void put(GgufMetadata metadata, GgufVocabulary vocabulary, int rows) {
    switch (vocabulary) {
      case GgufVocabulary.None _ -> metadata.put(PREFIX + "model", "none");
      case GgufVocabulary.ByteLevelBpe bpe -> {
        metadata.put(PREFIX + "model", "gpt2").put(PREFIX + "pre", bpe.words());
        put(metadata, padded(bpe.tokens(), rows));
        metadata.put(PREFIX + "merges", new GgufValue.Texts(bpe.merges()));
        put(metadata, bpe.special());
      }
      case GgufVocabulary.SentencePiece pieces -> {
        metadata.put(PREFIX + "model", "llama").put(PREFIX + "pre", "default");
        List<Token> tokens = padded(pieces.tokens(), rows);
        put(metadata, tokens);
        List<Float> scores = tokens.stream().map(Token::score).toList();
        metadata.put(PREFIX + "scores", new GgufValue.Reals(scores));
        metadata.flag(PREFIX + "add_space_prefix", pieces.spacePrefix());
        put(metadata, pieces.special());
      }
    }
  }

  private static List<Token> padded(List<Token> tokens, int rows) {
    if (tokens.size() > rows) {
      throw new IllegalStateException(tokens.size() + " tokens for " + rows + " rows");
    }
    List<Token> padded = new ArrayList<>(tokens);
    while (padded.size() < rows) {
      padded.add(GgufVocabulary.unused(padded.size()));
    }
    return padded;
  }

  private static void put(GgufMetadata metadata, List<Token> tokens) {
    List<String> texts = tokens.stream().map(Token::text).toList();
    List<Integer> kinds = tokens.stream().map(token -> token.kind().number()).toList();
    metadata.put(PREFIX + "tokens", new GgufValue.Texts(texts));
    metadata.put(PREFIX + "token_type", new GgufValue.Integers(kinds));
  }

  private static void put(GgufMetadata metadata, Special special) {
    special.begin().ifPresent(id -> metadata.put(PREFIX + "bos_token_id", id));
    special.end().ifPresent(id -> metadata.put(PREFIX + "eos_token_id", id));
    special.unknown().ifPresent(id -> metadata.put(PREFIX + "unknown_token_id", id));
    special.padding().ifPresent(id -> metadata.put(PREFIX + "padding_token_id", id));
    metadata.flag(PREFIX + "add_bos_token", special.beginsTexts());
    metadata.flag(PREFIX + "add_eos_token", special.endsTexts());
  }

  private VocabularyKeys() {}
}
