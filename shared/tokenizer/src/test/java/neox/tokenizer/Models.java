package neox.tokenizer;

import java.util.Collection;
import java.util.Map;
import neox.tokenizer.vocabulary.Merges;
import neox.tokenizer.vocabulary.Vocabulary;

/// Models made by tests.
final class Models {
  /// A merge of two tokens.
  record Merge(String left, String right) {}

  static BpeModel model(Map<String, Integer> ids, Collection<Merge> merges) {
    Vocabulary vocabulary = new Vocabulary();
    ids.forEach(vocabulary::put);
    Merges ranked = new Merges();
    merges.forEach(merge -> ranked.add(merge.left(), merge.right()));
    return new BpeModel(vocabulary, ranked, "test");
  }

  private Models() {}
}
