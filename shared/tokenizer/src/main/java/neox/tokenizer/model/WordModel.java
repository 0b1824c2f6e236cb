package neox.tokenizer.model;

import java.util.function.IntConsumer;

/// Makes tokens of words. Immutable, safe to share between threads.
public interface WordModel {
  /// Hands over the ids of a word's tokens; [neox.base.UserException] when it has a part that the
  /// vocabulary knows no token for and the model no substitute.
  void tokenize(String word, IntConsumer out);
}
