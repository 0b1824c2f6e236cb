package neox.weights.safetensors;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import neox.base.Json;
import neox.base.UserException;
import neox.weights.TensorStore;
import neox.weights.TensorView;

/// The safetensors files of a model directory: `model.safetensors`, or the shards that
/// `model.safetensors.index.json` lists.
public final class SafetensorsDirectory implements TensorStore {
  static final String SINGLE = "model.safetensors";
  static final String INDEX = SINGLE + ".index.json";

  private final Map<Path, SafetensorsFile> files = new LinkedHashMap<>();
  private final Map<String, SafetensorsFile> owners = new LinkedHashMap<>();

  private SafetensorsDirectory() {}

  /// True when `directory` holds safetensors weights.
  public static boolean isIn(Path directory) {
    return Files.exists(directory.resolve(INDEX)) || Files.exists(directory.resolve(SINGLE));
  }

  /// Opens all files; [UserException] when there is none, or index and files disagree.
  public static SafetensorsDirectory open(Path directory) throws IOException {
    SafetensorsDirectory store = new SafetensorsDirectory();
    boolean read = false;
    try {
      Path index = directory.resolve(INDEX);
      if (Files.exists(index)) {
        store.readIndex(directory, index);
      } else if (Files.exists(directory.resolve(SINGLE))) {
        SafetensorsFile file = store.file(directory.resolve(SINGLE));
        file.names().forEach(name -> store.owners.put(name, file));
      } else {
        throw new UserException(directory + ": neither " + SINGLE + " nor " + INDEX + " is there");
      }
      read = true;
      return store;
    } finally {
      if (!read) {
        store.close();
      }
    }
  }

  private void readIndex(Path directory, Path index) throws IOException {
    JsonNode weightMap = Json.read(index).path("weight_map");
    if (!weightMap.isObject() || weightMap.isEmpty()) {
      throw new UserException(index + ": no weight_map; expected tensor names and their files");
    }
    for (Map.Entry<String, JsonNode> field : weightMap.properties()) {
      Path shard = Path.of(field.getValue().asText());
      if (shard.getNameCount() != 1 || shard.isAbsolute()) {
        throw new UserException(index + ": " + shard + " is not a file of this directory");
      }
      SafetensorsFile file = file(directory.resolve(shard));
      if (!file.names().contains(field.getKey())) {
        throw new UserException(index + ": " + shard + " has no tensor " + field.getKey());
      }
      owners.put(field.getKey(), file);
    }
    files.forEach((path, file) -> checkListed(index, path, file));
  }

  private void checkListed(Path index, Path path, SafetensorsFile file) {
    for (String name : file.names()) {
      if (owners.get(name) != file) {
        throw new UserException(index + ": tensor " + name + " of " + path + " is not listed");
      }
    }
  }

  private SafetensorsFile file(Path path) throws IOException {
    SafetensorsFile file = files.get(path);
    if (file == null) {
      file = SafetensorsFile.open(path);
      files.put(path, file);
    }
    return file;
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(owners.keySet());
  }

  @Override
  public TensorView view(String name) {
    SafetensorsFile file = owners.get(name);
    if (file == null) {
      throw new IllegalArgumentException("no tensor " + name);
    }
    return file.view(name);
  }

  @Override
  public void close() {
    files.values().forEach(SafetensorsFile::close);
  }
}
