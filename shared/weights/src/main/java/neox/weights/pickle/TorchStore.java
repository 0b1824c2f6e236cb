package neox.weights.pickle;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import neox.base.UserException;
import neox.weights.TensorStore;
import neox.weights.TensorView;

/// Torch files that each hold one flat dict of tensors, as one store.
public final class TorchStore implements TensorStore {
  private final List<TorchFile> files = new ArrayList<>();
  private final Map<String, TensorView> views = new LinkedHashMap<>();

  private TorchStore() {}

  /// Opens all of `paths`; a name must occur once.
  public static TorchStore open(List<Path> paths) throws IOException {
    TorchStore store = new TorchStore();
    boolean read = false;
    try {
      for (Path path : paths) {
        store.add(path);
      }
      read = true;
      return store;
    } finally {
      if (!read) {
        store.close();
      }
    }
  }

  private void add(Path path) throws IOException {
    TorchFile file = TorchFile.open(path);
    files.add(file);
    if (!(file.root() instanceof Map<?, ?> dict)) {
      throw new UserException(path + ": does not hold a dict of tensors");
    }
    for (Map.Entry<?, ?> entry : dict.entrySet()) {
      if (!(entry.getValue() instanceof TensorView view)) {
        throw new UserException(path + ": " + entry.getKey() + " is not a tensor");
      }
      if (views.put(String.valueOf(entry.getKey()), view) != null) {
        throw new UserException(path + ": " + entry.getKey() + " is in another file too");
      }
    }
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(views.keySet());
  }

  @Override
  public TensorView view(String name) {
    TensorView view = views.get(name);
    if (view == null) {
      throw new IllegalArgumentException("no tensor " + name);
    }
    return view;
  }

  @Override
  public void close() {
    files.forEach(TorchFile::close);
  }
}
