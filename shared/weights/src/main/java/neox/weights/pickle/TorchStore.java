package neox.weights.pickle;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import neox.base.UserException;
import neox.weights.LazyTensor;
import neox.weights.ShardIndex;
import neox.weights.TensorStore;
import neox.weights.TensorView;

/// Torch files that each hold one flat dict of tensors, as one store.
public final class TorchStore implements TensorStore {
  private final List<TorchFile> files = new ArrayList<>();
  private final Map<String, TensorView> views = new LinkedHashMap<>();
  private final Map<String, TorchFile> owners = new HashMap<>();

  private TorchStore() {}

  /// Opens one file as the whole model.
  public static TorchStore openFile(Path file) throws IOException {
    return open(List.of(file), (path, names) -> {});
  }

  /// Opens the files that an index lists.
  public static TorchStore openIndex(Path file) throws IOException {
    ShardIndex index = ShardIndex.read(file);
    return open(index.files(), index::requireAgreement);
  }

  private static TorchStore open(List<Path> paths, BiConsumer<Path, Set<String>> check)
      throws IOException {
    TorchStore store = new TorchStore();
    boolean read = false;
    try {
      for (Path path : paths) {
        check.accept(path, store.add(path));
      }
      read = true;
      return store;
    } finally {
      if (!read) {
        store.close();
      }
    }
  }

  private Set<String> add(Path path) throws IOException {
    TorchFile file = TorchFile.open(path);
    files.add(file);
    if (!(file.root() instanceof Map<?, ?> dict)) {
      throw UserException.of(
          "%s: holds %s; expected a dict of tensors", path, ValueText.of(file.root()));
    }
    Set<String> names = new LinkedHashSet<>();
    for (Map.Entry<?, ?> entry : dict.entrySet()) {
      if (!(entry.getKey() instanceof String name)
          || !(entry.getValue() instanceof TensorView view)) {
        throw UserException.of(
            "%s: %s holds %s; expected names and tensors alone",
            path, ValueText.of(entry.getKey()), ValueText.of(entry.getValue()));
      }
      if (views.put(name, view) != null) {
        throw UserException.of("%s: %s is in another file too", path, ValueText.shorten(name));
      }
      owners.put(name, file);
      names.add(name);
    }
    return names;
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(views.keySet());
  }

  @Override
  public TensorView view(String name) {
    return tensor(name).view();
  }

  @Override
  public LazyTensor tensor(String name) {
    TensorView view = views.get(name);
    TorchFile owner = owners.get(name);
    if (view == null || owner == null) {
      throw new IllegalArgumentException("no tensor " + name);
    }
    return owner.tensor(name, view);
  }

  @Override
  public void close() {
    files.forEach(TorchFile::close);
  }
}
