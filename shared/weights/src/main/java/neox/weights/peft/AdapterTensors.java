package neox.weights.peft;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import neox.base.UserException;
import neox.weights.DType;
import neox.weights.TensorStore;
import neox.weights.TensorView;
import neox.weights.hf.HfFamily;
import neox.weights.pickle.TorchStore;
import neox.weights.safetensors.SafetensorsDirectory;

/// The matrices in a file of PEFT by the module that they adapt, and what is wrong with them.
final class AdapterTensors implements AutoCloseable {
  private static final String PICKLED = "adapter_model.bin";
  private static final int MOST_NAMED = 3;

  /// Some versions write the adapter's own name before `weight`.
  private static final Pattern NAME =
      Pattern.compile(
          "(?:base_model\\.model\\.)?(.{1,300})\\.lora_([AB])(?:\\.\\w{1,100})?\\.weight");

  /// The two matrices of a module's adapter.
  ///
  /// @param a `[r, in]`
  /// @param b `[out, r]`
  record Pair(TensorView a, TensorView b) {
    long rank() {
      return a.shape().size(0);
    }
  }

  private final Path file;
  private final TensorStore store;
  private final Map<String, Map<String, String>> modules = new LinkedHashMap<>();
  private final Map<Double, String> scales = new TreeMap<>();
  private final Set<DType> types = new LinkedHashSet<>();
  private final List<String> foreign = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();

  private AdapterTensors(Path file, TensorStore store) {
    this.file = file;
    this.store = store;
    for (String name : store.names()) {
      Matcher matcher = NAME.matcher(name);
      if (matcher.matches()) {
        modules
            .computeIfAbsent(matcher.group(1), _ -> new LinkedHashMap<>())
            .put(matcher.group(2), name);
      } else {
        foreign.add(name);
      }
    }
  }

  static AdapterTensors open(Path directory) throws IOException {
    Path file = directory.resolve(PeftWriter.WEIGHTS);
    if (Files.exists(file)) {
      return new AdapterTensors(file, SafetensorsDirectory.openFile(file));
    }
    Path pickled = directory.resolve(PICKLED);
    if (Files.exists(pickled)) {
      return new AdapterTensors(pickled, TorchStore.openFile(pickled));
    }
    throw UserException.of(
        "%s: no adapters; expected %s or %s", directory, PeftWriter.WEIGHTS, PICKLED);
  }

  /// Takes the adapter of a module; empty where it has none, or a wrong one, which is noted.
  ///
  /// @param names by which the module may go
  /// @param columns of its weight
  Optional<Pair> take(List<String> names, long rows, long columns) {
    for (String name : names) {
      Map<String, String> stored = modules.remove(name);
      if (stored != null) {
        return pair(name, stored, rows, columns);
      }
    }
    return Optional.empty();
  }

  private Optional<Pair> pair(String module, Map<String, String> stored, long rows, long columns) {
    String nameA = stored.get("A");
    String nameB = stored.get("B");
    if (nameA == null || nameB == null) {
      problem(
          "%s has lora_%s without lora_%s",
          module, nameA == null ? "B" : "A", nameA == null ? "A" : "B");
      return Optional.empty();
    }
    TensorView a = store.view(nameA);
    TensorView b = store.view(nameB);
    boolean matrices = a.shape().rank() == 2 && b.shape().rank() == 2;
    if (!matrices
        || a.shape().size(1) != columns
        || b.shape().size(0) != rows
        || a.shape().size(0) != b.shape().size(1)
        || a.shape().size(0) < 1) {
      problem(
          "%s: A is %s and B is %s; expected [r, %d] and [%d, r]",
          module, a.shape(), b.shape(), columns, rows);
      return Optional.empty();
    }
    if (!a.dtype().isFloatingPoint() || !b.dtype().isFloatingPoint()) {
      problem(
          "%s: A is %s and B is %s; expected floating-point types", module, a.dtype(), b.dtype());
      return Optional.empty();
    }
    types.add(a.dtype());
    types.add(b.dtype());
    return Optional.of(new Pair(a, b));
  }

  /// Notes what a module's adapter is multiplied by.
  void addScale(String module, double scale) {
    scales.putIfAbsent(scale, module);
  }

  /// What all adapters are multiplied by.
  double scale() {
    return scales.keySet().iterator().next();
  }

  /// The type of all matrices; where there are several, the one that holds them all.
  DType dtype() {
    return types.size() == 1 ? types.iterator().next() : DType.FLOAT32;
  }

  /// [UserException] with everything that is wrong, once all modules have been taken.
  void finish(HfFamily family) {
    foreign.addAll(modules.keySet());
    if (!foreign.isEmpty()) {
      int more = foreign.size() - MOST_NAMED;
      problem(
          "NeoX adapts the projections of attention and MLP of a %s, not %s%s",
          family.label(),
          String.join(", ", foreign.subList(0, Math.min(MOST_NAMED, foreign.size()))),
          more > 0 ? " (and " + more + " more)" : "");
    }
    if (scales.size() > 1) {
      List<String> each = new ArrayList<>();
      scales.forEach((scale, module) -> each.add(module + " by " + scale));
      int more = each.size() - MOST_NAMED;
      problem(
          "NeoX multiplies all adapters by one number, these are multiplied by several: %s%s",
          String.join(", ", each.subList(0, Math.min(MOST_NAMED, each.size()))),
          more > 0 ? " (and " + more + " more)" : "");
    }
    if (problems.isEmpty() && scales.isEmpty()) {
      problem("no adapters of a %s in it", family.label());
    }
    if (!problems.isEmpty()) {
      throw UserException.ofAll(problems);
    }
  }

  private void problem(String format, Object... arguments) {
    problems.add(file + ": " + String.format(Locale.ROOT, format, arguments));
  }

  @Override
  public void close() throws IOException {
    store.close();
  }
}
