package neox.tokenizer;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import neox.tokenizer.added.AddedToken;
import neox.tokenizer.text.ByteAlphabet;
import neox.tokenizer.vocabulary.Vocabulary;

/// The complete vocabulary, added tokens included: names to ids, ids to names and bytes.
final class TokenIds {
  private static final byte[] NOTHING = {};
  private static final int NONE = -1;

  private final Vocabulary vocabulary;
  private final List<AddedToken> added;
  private final Map<String, Integer> names = new HashMap<>();

  /// Which token of the vocabulary has an id or, counted on after those, which added token.
  private final int[] indices;

  private final int size;

  TokenIds(Vocabulary vocabulary, List<AddedToken> added) {
    this.vocabulary = vocabulary;
    this.added = List.copyOf(added);
    int highest = added.stream().mapToInt(AddedToken::id).max().orElse(NONE);
    for (int index = 0; index < vocabulary.size(); index++) {
      highest = Math.max(highest, vocabulary.idAt(index));
    }
    indices = new int[highest + 1];
    Arrays.fill(indices, NONE);
    for (int index = 0; index < vocabulary.size(); index++) {
      indices[vocabulary.idAt(index)] = index;
    }
    for (int index = 0; index < added.size(); index++) {
      AddedToken token = added.get(index);
      indices[token.id()] = vocabulary.size() + index;
      names.put(token.content(), token.id());
    }
    size = vocabulary.size() + (int) names.keySet().stream().filter(this::isNew).count();
  }

  int size() {
    return size;
  }

  /// Whether it is the id of an added token, though the vocabulary may have it, too.
  boolean isAdded(int id) {
    return id >= 0 && id < indices.length && indices[id] >= vocabulary.size();
  }

  private boolean isNew(String token) {
    return vocabulary.id(token) == Vocabulary.MISSING;
  }

  OptionalInt id(String token) {
    int id = names.getOrDefault(token, vocabulary.id(token));
    return id == Vocabulary.MISSING ? OptionalInt.empty() : OptionalInt.of(id);
  }

  Optional<String> token(int id) {
    int index = id >= 0 && id < indices.length ? indices[id] : NONE;
    return index == NONE ? Optional.empty() : Optional.of(name(index));
  }

  private String name(int index) {
    return index < vocabulary.size()
        ? vocabulary.tokenAt(index)
        : added.get(index - vocabulary.size()).content();
  }

  /// What the id stands for; nothing when it is outside the vocabulary.
  byte[] bytes(int id) {
    return token(id).map(ByteAlphabet::bytesOf).orElse(NOTHING);
  }
}
