package neox.tokenizer;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Text to token ids and back. Implementations are immutable and safe to share between threads;
/// speed-critical callers take a private [Encoder] per thread.
public interface Tokenizer {
  /// The ids of a text, special tokens written in the text recognized; with the tokens that the
  /// post-processor of a `tokenizer.json` puts around it. [neox.base.UserException] when the text
  /// holds half a surrogate pair.
  int[] encode(String text);

  /// The text of the ids; ids outside the vocabulary are left out.
  String decode(int... ids);

  /// Number of ids, before padding to a multiple of `make_vocab_size_divisible_by`.
  int vocabSize();

  /// The end-of-document token; empty when the vocabulary has none.
  OptionalInt eod();

  /// An encoder with buffers and caches of its own, for one thread.
  Encoder encoder();

  /// The same tokenizer without the tokens that a post-processor puts around a text, for texts that
  /// are parts of one or have such tokens written in them: transformers'
  /// `add_special_tokens=False`.
  default Tokenizer withoutSpecialTokens() {
    return this;
  }

  /// The same tokenizer without limits of length: neither does it cut long texts nor pad short
  /// ones. transformers forgets the `truncation` and `padding` of a `tokenizer.json` with every
  /// call that does not ask for them; HuggingFace tokenizers themselves, and GPT-NeoX with them,
  /// obey.
  default Tokenizer withoutLimits() {
    return this;
  }

  /// The id of a token as the vocabulary spells it (`Ġthe`, `<|padding|>`); empty when absent.
  default OptionalInt id(String token) {
    return OptionalInt.empty();
  }

  /// How the vocabulary spells an id; empty when the id is outside the vocabulary.
  default Optional<String> token(int id) {
    return Optional.empty();
  }

  /// Whether an id stands for a token: not beyond the vocabulary, and in no gap of it.
  boolean has(int id);

  /// Whether an id is that of a token that was added to the vocabulary, and is cut out of texts
  /// before anything else looks at them.
  default boolean isAdded(int id) {
    return false;
  }

  /// The files this tokenizer was read from, so that they can be copied beside a converted model.
  default List<Path> files() {
    return List.of();
  }

  /// Encodes UTF-8 bytes into a growing array without creating strings. Not thread-safe.
  interface Encoder {
    /// Appends the ids of `utf8[from, to)` to `out`. The bytes must be valid UTF-8.
    void encode(byte[] utf8, int from, int to, TokenBuffer out);
  }
}
