package neox.weights.pickle;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import neox.weights.TensorStore;
import neox.weights.TensorView;

/// Every tensor of a torch file, wherever in its object it is. Names are the way there: keys,
/// places in lists and attributes, with dots between them.
public final class TorchTensors implements TensorStore {
  private static final int DEEPEST = 100;

  private final TorchFile file;
  private final Map<String, TensorView> views = new LinkedHashMap<>();
  private final IdentityHashMap<Object, Boolean> seen = new IdentityHashMap<>();

  private TorchTensors(TorchFile file) {
    this.file = file;
  }

  /// Opens a file; [neox.base.UserException] when it is no torch file.
  public static TorchTensors open(Path path) throws IOException {
    TorchTensors tensors = new TorchTensors(TorchFile.open(path));
    tensors.walk("", tensors.file.root(), 0);
    return tensors;
  }

  private void walk(String name, Object value, int depth) {
    if (value instanceof TensorView view) {
      views.putIfAbsent(name, view);
      return;
    }
    boolean holdsOthers =
        value instanceof Map
            || value instanceof List
            || value instanceof Tuple
            || value instanceof PickledObject;
    if (!holdsOthers || depth > DEEPEST || seen.put(value, true) != null) {
      return; // an object may hold itself
    }
    switch (value) {
      case Map<?, ?> map -> map.forEach((key, entry) -> walk(below(name, key), entry, depth + 1));
      case List<?> list -> walkAll(name, list, depth + 1);
      case Tuple tuple -> walkAll(name, tuple.items(), depth + 1);
      case PickledObject object -> {
        walkAll(name, object.arguments(), depth + 1);
        walk(name, object.state(), depth + 1);
      }
      default -> throw new IllegalStateException(value.getClass().getName());
    }
  }

  private void walkAll(String name, List<?> list, int depth) {
    for (int i = 0; i < list.size(); i++) {
      walk(below(name, i), list.get(i), depth);
    }
  }

  private static String below(String name, Object key) {
    String last = ValueText.shorten(String.valueOf(key));
    return name.isEmpty() ? last : name + "." + last;
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(views.keySet());
  }

  @Override
  public TensorView view(String name) {
    TensorView view = views.get(name);
    if (view == null) {
      throw new IllegalArgumentException(file.path() + ": no tensor " + name);
    }
    return file.intact(name, view);
  }

  @Override
  public void close() {
    file.close();
  }
}
