package neox.tokenizer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// The complete vocabulary, added tokens included: names to ids, ids to names and bytes.
final class TokenIds {
  private static final byte[] NOTHING = {};

  private final Map<String, Integer> ids;
  private final List<@Nullable String> tokens = new ArrayList<>();
  private final byte[][] bytes;

  TokenIds(Map<String, Integer> vocabulary, List<AddedToken> added) {
    ids = new HashMap<>(vocabulary);
    added.forEach(token -> ids.put(token.content(), token.id()));
    vocabulary.forEach(this::name);
    added.forEach(token -> name(token.content(), token.id()));
    bytes = new byte[tokens.size()][];
    for (int id = 0; id < bytes.length; id++) {
      String token = tokens.get(id);
      bytes[id] = token == null ? NOTHING : ByteAlphabet.bytesOf(token);
    }
  }

  private void name(String token, int id) {
    while (tokens.size() <= id) {
      tokens.add(null);
    }
    tokens.set(id, token);
  }

  int size() {
    return ids.size();
  }

  OptionalInt id(String token) {
    Integer id = ids.get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  Optional<String> token(int id) {
    return id >= 0 && id < tokens.size() ? Optional.ofNullable(tokens.get(id)) : Optional.empty();
  }

  /// What the id stands for; nothing when it is outside the vocabulary.
  byte[] bytes(int id) {
    return id >= 0 && id < bytes.length ? bytes[id] : NOTHING;
  }
}
