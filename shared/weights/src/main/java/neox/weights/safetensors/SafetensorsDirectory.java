package neox.weights.safetensors;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import neox.base.UserException;
import neox.weights.LazyTensor;
import neox.weights.ShardIndex;
import neox.weights.TensorStore;
import neox.weights.TensorView;

/// The safetensors files of a model directory: `model.safetensors`, or the shards that
/// `model.safetensors.index.json` lists. As in transformers, a whole file counts before an index.
public final class SafetensorsDirectory implements TensorStore {
  static final String SINGLE = "model.safetensors";
  static final String INDEX = SINGLE + ".index.json";

  private final List<SafetensorsFile> files = new ArrayList<>();
  private final Map<String, SafetensorsFile> owners = new LinkedHashMap<>();

  private SafetensorsDirectory() {}

  /// True when `directory` holds safetensors weights.
  public static boolean isIn(Path directory) {
    return Files.exists(directory.resolve(INDEX)) || Files.exists(directory.resolve(SINGLE));
  }

  /// Opens all files; [UserException] when there is none, or index and files disagree.
  public static SafetensorsDirectory open(Path directory) throws IOException {
    Path single = directory.resolve(SINGLE);
    if (Files.exists(single)) {
      return openFile(single);
    }
    Path index = directory.resolve(INDEX);
    if (Files.exists(index)) {
      return openIndex(index);
    }
    throw new UserException(directory + ": neither " + SINGLE + " nor " + INDEX + " is there");
  }

  /// Opens one file as the whole model.
  public static SafetensorsDirectory openFile(Path file) throws IOException {
    SafetensorsDirectory store = new SafetensorsDirectory();
    SafetensorsFile whole = SafetensorsFile.open(file);
    store.files.add(whole);
    whole.names().forEach(name -> store.owners.put(name, whole));
    return store;
  }

  /// Opens the files that an index lists.
  public static SafetensorsDirectory openIndex(Path index) throws IOException {
    SafetensorsDirectory store = new SafetensorsDirectory();
    boolean read = false;
    try {
      store.read(ShardIndex.read(index));
      read = true;
      return store;
    } finally {
      if (!read) {
        store.close();
      }
    }
  }

  private void read(ShardIndex index) throws IOException {
    Map<Path, SafetensorsFile> opened = new LinkedHashMap<>();
    for (Path path : index.files()) {
      SafetensorsFile file = SafetensorsFile.open(path);
      files.add(file);
      opened.put(path, file);
      index.requireAgreement(path, file.names());
    }
    index
        .shards()
        .forEach((name, path) -> {
          SafetensorsFile owner = opened.get(path);
          if (owner != null) {
            owners.put(name, owner);
          }
        });
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(owners.keySet());
  }

  @Override
  public TensorView view(String name) {
    return tensor(name).view();
  }

  @Override
  public LazyTensor tensor(String name) {
    SafetensorsFile file = owners.get(name);
    if (file == null) {
      throw new IllegalArgumentException("no tensor " + name);
    }
    return file.tensor(name);
  }

  @Override
  public void close() {
    files.forEach(SafetensorsFile::close);
  }
}
