package neox.preprocess;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Supplier;
import neox.base.UserException;
import neox.data.indexed.IndexLayout;
import neox.data.indexed.TokenWidth;
import neox.preprocess.encode.DocumentEncoder;
import neox.preprocess.encode.FixingEncoder;
import neox.preprocess.encode.TextEncoder;
import neox.preprocess.ftfy.TextFixer;
import neox.tokenizer.Tokenizer;

/// How rows become documents of the datasets that a plan's keys name.
///
/// @param settings what the documents depend on beside the plan, by name
/// @param width how a token is stored
/// @param encoder makes the encoder of one worker
public record Recipe(
    Map<String, String> settings, TokenWidth width, Supplier<DocumentEncoder> encoder) {

  /// One dataset for each key, of the tokens of its text.
  public static Recipe ofTexts(PreprocessPlan plan, Tokenizer tokenizer) throws IOException {
    OptionalInt eod = endOfDocument(plan, tokenizer);
    Supplier<Tokenizer.Encoder> encoder = encoder(plan, tokenizer);
    return new Recipe(
        settings(plan, tokenizer, eod),
        width(plan, tokenizer),
        () -> new TextEncoder(plan.keys(), encoder.get(), eod));
  }

  /// What the tokens of a text depend on.
  public static Map<String, String> settings(
      PreprocessPlan plan, Tokenizer tokenizer, OptionalInt eod) throws IOException {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("--append-eod", eod.isPresent() ? "token " + eod.getAsInt() : "off");
    settings.put("--ftfy", plan.mending() == PreprocessPlan.Mending.FTFY ? "on" : "off");
    settings.put("tokenizer", CorpusFingerprint.digest(tokenizer));
    return settings;
  }

  /// Makes the encoder of texts that the plan asks for.
  public static Supplier<Tokenizer.Encoder> encoder(PreprocessPlan plan, Tokenizer tokenizer) {
    return switch (plan.mending()) {
      case NONE -> tokenizer::encoder;
      case FTFY -> {
        TextFixer fixer = new TextFixer();
        yield () -> new FixingEncoder(fixer, tokenizer.encoder());
      }
    };
  }

  /// NeoX compat: the older layout always holds 32 bits.
  private static TokenWidth width(PreprocessPlan plan, Tokenizer tokenizer) {
    return plan.layout() == IndexLayout.CACHED
        ? TokenWidth.INT32
        : TokenWidth.forVocabulary(tokenizer.vocabSize());
  }

  /// The token that ends every document, if the plan asks for one.
  public static OptionalInt endOfDocument(PreprocessPlan plan, Tokenizer tokenizer) {
    if (plan.ending() == PreprocessPlan.Ending.PLAIN) {
      return OptionalInt.empty();
    }
    if (tokenizer.eod().isEmpty()) {
      throw new UserException(
          "--append-eod: this tokenizer has no end-of-document token <|endoftext|>; add one or"
              + " leave the option out");
    }
    return tokenizer.eod();
  }
}
