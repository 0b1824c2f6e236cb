package neox.weights.neox;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.base.UserException;
import neox.weights.TensorView;
import neox.weights.pickle.None;
import neox.weights.pickle.OrderedDict;
import neox.weights.pickle.TorchFile;
import neox.weights.pickle.TorchFileWriter;
import neox.weights.pickle.Tuple;

/// The states of ranks without what an optimizer remembers: DeepSpeed keeps that in them where
/// there is no ZeRO.
public final class SlimState {
  private static final String OPTIMIZER = "optimizer";
  private static final String MODULE = "module";

  /// The files in a checkpoint's directory that hold an optimizer's state among other things.
  public static List<Path> fat(Path directory) throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path file : CheckpointDirectory.rankFiles(directory)) {
      try (TorchFile source = TorchFile.open(file)) {
        Object optimizer = state(source).get(OPTIMIZER);
        if (optimizer != null && optimizer != None.NONE) {
          files.add(file);
        }
      }
    }
    return files;
  }

  /// Writes one of them without it; returns the entries that were left out, too, because they hold
  /// objects of Python that are read, but not written.
  public static List<String> write(Path from, Path to) throws IOException {
    List<String> leftOut = new ArrayList<>();
    try (TorchFile source = TorchFile.open(from)) {
      Map<String, Object> slim = new LinkedHashMap<>();
      for (Map.Entry<String, Object> entry : state(source).entrySet()) {
        String key = entry.getKey();
        if (key.equals(OPTIMIZER)) {
          slim.put(key, None.NONE);
          continue;
        }
        Optional<Object> value = writable(source, key, entry.getValue());
        if (value.isEmpty()) {
          leftOut.add(key);
          continue;
        }
        boolean isModule = key.equals(MODULE) && value.get() instanceof Map;
        slim.put(key, isModule ? new OrderedDict(named(value.get())) : value.get());
      }
      TorchFileWriter.write(to, slim);
    }
    return leftOut;
  }

  private static Map<String, Object> state(TorchFile source) {
    if (source.root() instanceof Map<?, ?> map) {
      return named(map);
    }
    throw UserException.of("%s: does not hold a dict", source.path());
  }

  private static Map<String, Object> named(Object map) {
    Map<String, Object> named = new LinkedHashMap<>();
    ((Map<?, ?>) map).forEach((key, value) -> named.put(String.valueOf(key), value));
    return named;
  }

  /// The value with its tensors compared with their checksums; empty when it cannot be written.
  private static Optional<Object> writable(TorchFile source, String name, Object value) {
    return switch (value) {
      case TensorView view -> Optional.of(source.intact(name, view));
      case Map<?, ?> map -> {
        Map<Object, Object> kept = new LinkedHashMap<>();
        map.forEach((key, each) ->
            writable(source, name + "." + key, each).ifPresent(some -> kept.put(key, some)));
        yield kept.size() == map.size() ? Optional.of(kept) : Optional.empty();
      }
      case List<?> list -> writableAll(source, name, list).map(List::copyOf);
      case Tuple tuple -> writableAll(source, name, tuple.items()).map(Tuple::new);
      case None none -> Optional.of(none);
      case Boolean flag -> Optional.of(flag);
      case Long number -> Optional.of(number);
      case Integer number -> Optional.of(number);
      case BigInteger number -> Optional.of(number);
      case Double number -> Optional.of(number);
      case String text -> Optional.of(text);
      case byte[] bytes -> Optional.of(bytes);
      default -> Optional.empty();
    };
  }

  private static Optional<List<Object>> writableAll(TorchFile source, String name, List<?> values) {
    List<Object> kept = new ArrayList<>();
    values.forEach(each -> writable(source, name, each).ifPresent(kept::add));
    return kept.size() == values.size() ? Optional.of(kept) : Optional.empty();
  }

  private SlimState() {}
}
