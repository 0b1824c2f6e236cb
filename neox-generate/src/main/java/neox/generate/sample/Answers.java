package neox.generate.sample;

import java.util.OptionalInt;
import neox.base.UserException;
import neox.inference.Decoding;
import neox.inference.GenerationRequest;
import neox.inference.LanguageModel;
import neox.inference.load.LoadedModel;
import neox.inference.sampling.RandomStream;
import neox.inference.text.Detokenizer;
import neox.inference.text.StopTokens;
import neox.inference.text.TextStream;
import neox.tokenizer.Tokenizer;

/// A loaded model that continues prompts by the settings of a run.
public final class Answers {
  private final LoadedModel model;
  private final Writing writing;

  /// @param model stays its owner's
  public Answers(LoadedModel model, Writing writing) {
    this.model = model;
    this.writing = writing;
  }

  /// A prompt as the model reads it.
  ///
  /// @param tokens what the text is, or what stands before a text where it is empty
  @SuppressWarnings("ArrayRecordComponent") // a plain carrier of ids, never compared
  public record Prompt(String text, int[] tokens) {}

  /// Reads a text; [UserException] when it is empty and the tokenizer has nothing to start from.
  public Prompt prompt(String text) {
    int[] tokens = tokenizer().encode(text);
    return new Prompt(text, tokens.length == 0 ? start() : tokens);
  }

  private int[] start() {
    OptionalInt before = model.bounds().prefix();
    if (before.isEmpty()) {
      throw new UserException(
          "the tokenizer has no end-of-document token to start from; give prompts with -i FILE");
    }
    return new int[] {before.getAsInt()};
  }

  /// The same prompt, which must leave the model something to read it with, and hold nothing that
  /// it does not know: a tokenizer may have added tokens that no model was trained with.
  ///
  /// @param where `source: prompt n`, or `file:line`
  public Prompt requireFits(Prompt prompt, String where) {
    if (prompt.tokens().length > longest()) {
      throw UserException.of(
          "%s has %d tokens, the model takes %d; shorten it",
          where, prompt.tokens().length, longest());
    }
    for (int token : prompt.tokens()) {
      if (token >= model.model().vocabSize()) {
        throw UserException.of(
            "%s has the token %d (%s), for which the model's embedding of %d rows has none",
            where, token, tokenizer().token(token).orElse("?"), model.model().vocabSize());
      }
    }
    return prompt;
  }

  /// Tokens of the longest text.
  public int longest() {
    return model.config().seqLength();
  }

  public LanguageModel model() {
    return model.model();
  }

  public Writing writing() {
    return writing;
  }

  private Tokenizer tokenizer() {
    return model.tokenizer();
  }

  public Decoding decoding() {
    Decoding decoding =
        Decoding.upTo(longest()).withEligible(tokenizer()::has).withBatchSize(writing.batchSize());
    return writing.recompute() ? decoding.withMemory(Decoding.Memory.NOTHING) : decoding;
  }

  /// What the model is asked for a prompt.
  ///
  /// @param number of the prompt in the run, which its draws depend on
  public GenerationRequest request(Prompt prompt, long number) {
    return new GenerationRequest(
        prompt.tokens(),
        writing.maximumTokens() == 0 ? longest() : writing.maximumTokens(),
        writing.samples(),
        writing.sampler(),
        RandomStream.key(writing.seed(), number),
        stopTokens(),
        writing.details());
  }

  private StopTokens stopTokens() {
    return StopTokens.at(writing.ends().isEmpty() ? model.bounds().stops() : writing.ends());
  }

  /// The text of one sample as it comes.
  TextStream stream(Prompt prompt) {
    return new TextStream(Detokenizer.after(prompt.tokens(), tokenizer()), writing.stops());
  }

  /// What one token reads as.
  String token(int id) {
    return tokenizer().decode(id);
  }
}
