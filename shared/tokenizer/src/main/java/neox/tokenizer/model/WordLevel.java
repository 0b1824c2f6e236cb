package neox.tokenizer.model;

import java.util.function.IntConsumer;
import neox.tokenizer.vocabulary.Vocabulary;

/// Each word is a token, or unknown.
record WordLevel(Vocabulary vocabulary, Unknown unknown) implements WordModel {
  @Override
  public void tokenize(String word, IntConsumer out) {
    int id = vocabulary.id(word);
    out.accept(id == Vocabulary.MISSING ? unknown.idFor(word) : id);
  }
}
