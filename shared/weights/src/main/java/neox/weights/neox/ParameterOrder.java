package neox.weights.neox;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.base.UserException;
import neox.weights.Shape;
import neox.weights.pickle.TorchFile;
import neox.weights.pickle.Tuple;

/// The parameters of one model-parallel rank in the order in which DeepSpeed's optimizer knows
/// them: by group (those that decay, then those that do not), in each by layer.
record ParameterOrder(List<List<Entry>> groups) {
  private static final String TIED = "tied_modules.embed.";

  /// @param key as a checkpoint stores it, see [neox.weights.spec.Home#key]
  /// @param shape of the rank's piece
  record Entry(String key, Shape shape) {}

  ParameterOrder {
    groups = groups.stream().map(List::copyOf).toList();
  }

  /// What a file with DeepSpeed's `param_shapes` says: a dict of name and shape for each group.
  static ParameterOrder ofShapes(TorchFile file, List<?> shapes) {
    List<List<Entry>> groups = new ArrayList<>();
    for (Object group : shapes) {
      List<Entry> entries = new ArrayList<>();
      if (!(group instanceof Map<?, ?> map)) {
        throw UserException.of("%s: param_shapes holds something else than dicts", file.path());
      }
      map.forEach((name, shape) -> entries.add(entry(file, String.valueOf(name), shape)));
      groups.add(entries);
    }
    return new ParameterOrder(groups);
  }

  private static Entry entry(TorchFile file, String name, Object shape) {
    if (!(shape instanceof Tuple sizes)
        || !sizes.items().stream().allMatch(size -> size instanceof Long n && n >= 0)) {
      throw UserException.of("%s: param_shapes: %s has no shape", file.path(), name);
    }
    return new Entry(
        key(name), Shape.of(sizes.items().stream().mapToLong(Long.class::cast).toArray()));
  }

  /// A parameter's key by what DeepSpeed's module calls it.
  static String key(String name) {
    String key =
        name.startsWith(RankTensors.PREFIX) ? name.substring(RankTensors.PREFIX.length()) : name;
    return RankTensors.current(key.startsWith(TIED) ? "0." + key.substring(TIED.length()) : key);
  }

  /// The group of each parameter.
  Map<String, Integer> groupOf() {
    Map<String, Integer> found = new LinkedHashMap<>();
    for (int group = 0; group < groups.size(); group++) {
      for (Entry entry : groups.get(group)) {
        found.put(entry.key(), group);
      }
    }
    return found;
  }

  /// Numbers in one group's parameters.
  long count(int group) {
    return groups.get(group).stream().mapToLong(entry -> entry.shape().count()).sum();
  }
}
