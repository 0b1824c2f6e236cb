package neox.converthf.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import neox.base.json.Json;
import neox.config.model.Architecture;
import neox.config.model.ModelConfig;
import neox.config.table.YamlWriter;

/// In which keys the configurations of two checkpoints differ: those of the architecture, by NeoX's
/// keys, or those of two `config.json`.
final class ConfigDifferences {
  private static final String HF_CONFIG = "config.json";
  private static final String NOTHING = "-";

  /// A key with another value.
  record Key(String name, String a, String b) {}

  static List<Key> of(OpenedCheckpoint a, OpenedCheckpoint b) throws IOException {
    Optional<Map<String, String>> left = values(a, b);
    Optional<Map<String, String>> right = values(b, a);
    if (left.isEmpty() || right.isEmpty()) {
      return List.of();
    }
    Set<String> keys = new LinkedHashSet<>(left.get().keySet());
    keys.addAll(right.get().keySet());
    return keys.stream()
        .map(key -> key(key, left.get(), right.get()))
        .filter(key -> !key.a().equals(key.b()))
        .toList();
  }

  private static Key key(String name, Map<String, String> a, Map<String, String> b) {
    return new Key(name, a.getOrDefault(name, NOTHING), b.getOrDefault(name, NOTHING));
  }

  /// What one of them says, in the words in which the other can answer.
  private static Optional<Map<String, String>> values(OpenedCheckpoint of, OpenedCheckpoint other)
      throws IOException {
    if (of.model().isPresent() && other.model().isPresent()) {
      return Optional.of(facts(of.model().get()));
    }
    Path file = of.path().resolve(HF_CONFIG);
    return Files.exists(file) ? Optional.of(json(file)) : Optional.empty();
  }

  private static Map<String, String> facts(ModelConfig model) {
    Map<String, String> facts = new LinkedHashMap<>();
    Architecture.of(model)
        .facts()
        .forEach((key, value) ->
            facts.put(key, value instanceof String text ? text : YamlWriter.inline(value)));
    return facts;
  }

  private static Map<String, String> json(Path file) throws IOException {
    Map<String, String> values = new LinkedHashMap<>();
    try (Stream<Map.Entry<String, JsonNode>> entries = Json.read(file).properties().stream()) {
      entries.forEach(entry -> values.put(entry.getKey(), entry.getValue().toString()));
    }
    return values;
  }

  private ConfigDifferences() {}
}
