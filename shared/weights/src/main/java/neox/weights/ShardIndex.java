package neox.weights;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import neox.base.UserException;
import neox.base.json.Json;

/// The `*.index.json` of a model in several files: which tensor is in which of them.
///
/// @param file the index itself
/// @param shards tensor → its file, which is there
public record ShardIndex(Path file, Map<String, Path> shards) {
  private static final Pattern NAME = Pattern.compile("[^/\\\\\\p{Cntrl}]+");

  /// Reads an index; its files must lie beside it.
  public static ShardIndex read(Path index) throws IOException {
    MappedFile.check(index);
    JsonNode weightMap = Json.read(index).path("weight_map");
    if (!weightMap.isObject() || weightMap.isEmpty()) {
      throw new UserException(index + ": no weight_map; expected tensor names and their files");
    }
    Map<String, Path> shards = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : weightMap.properties()) {
      shards.put(field.getKey(), shard(index, field.getKey(), field.getValue()));
    }
    Set<Path> distinct = new LinkedHashSet<>(shards.values());
    List<Path> missing = distinct.stream().filter(shard -> !Files.exists(shard)).toList();
    if (!missing.isEmpty()) {
      throw UserException.of(
          "%s: %s, which it names, is not there%s; copy or download it too",
          index,
          missing.getFirst().getFileName(),
          missing.size() == 1 ? "" : ", nor are %d others".formatted(missing.size() - 1));
    }
    return new ShardIndex(index, shards);
  }

  private static Path shard(Path index, String tensor, JsonNode name) {
    String text = name.asText();
    if (!name.isTextual() || !NAME.matcher(text).matches() || text.matches("\\.{1,2}")) {
      throw UserException.of(
          "%s: the file of %s is %s; expected the name of a file in this directory",
          index, tensor, name);
    }
    return index.resolveSibling(text);
  }

  /// The files, each once.
  public List<Path> files() {
    return List.copyOf(new LinkedHashSet<>(shards.values()));
  }

  /// [UserException] unless the tensors in `file` are those that the index says are in it.
  public void requireAgreement(Path file, Set<String> tensors) {
    shards.forEach((tensor, shard) -> {
      if (shard.equals(file) && !tensors.contains(tensor)) {
        throw UserException.of("%s: %s has no tensor %s", this.file, file.getFileName(), tensor);
      }
    });
    for (String tensor : tensors) {
      if (!file.equals(shards.get(tensor))) {
        throw UserException.of("%s: tensor %s of %s is not listed", this.file, tensor, file);
      }
    }
  }
}
