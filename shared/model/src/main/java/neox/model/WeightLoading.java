package neox.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import neox.base.UserException;
import neox.parallel.TensorParallel;
import neox.tensor.MappedTensors;
import neox.tensor.Scope;
import neox.weights.TensorStore;
import neox.weights.TensorView;
import neox.weights.spec.ParameterSpec;
import neox.weights.spec.Shards;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/// Copies stored weights into a network's parameters, all or nothing: every parameter of the
/// network must be there with its shape, and nothing else.
final class WeightLoading {
  private static final int NAMES_SHOWN = 3;

  /// @param specs of the whole network
  /// @param counts which of the store's names must be a parameter's
  static void check(List<ParameterSpec> specs, TensorStore store, Predicate<String> counts) {
    Set<String> left = new LinkedHashSet<>(store.names());
    left.removeIf(counts.negate());
    List<String> missing = new ArrayList<>();
    List<String> misfits = new ArrayList<>();
    for (ParameterSpec spec : specs) {
      String key = spec.key();
      if (!left.remove(key)) {
        missing.add(key);
        continue;
      }
      TensorView view = store.view(key);
      if (!view.shape().equals(spec.shape())) {
        misfits.add("%s is %s, expected %s".formatted(key, view.shape(), spec.shape()));
      } else if (!view.dtype().isFloatingPoint()) {
        misfits.add("%s holds %s, expected floating point".formatted(key, view.dtype()));
      }
    }
    List<String> problems = new ArrayList<>();
    add(problems, "missing ", missing);
    add(problems, "", misfits);
    add(problems, "unexpected ", List.copyOf(left));
    if (!problems.isEmpty()) {
      throw new UserException(
          "the weights do not fit the configuration: "
              + String.join("; ", problems)
              + "; use the configuration that the checkpoint was made with");
    }
  }

  /// This rank's piece of one parameter.
  static void load(Parameter parameter, TensorStore store, TensorParallel tp) {
    TensorView whole = store.view(parameter.spec().key());
    copy(Shards.split(parameter.spec(), whole, tp.rank(), tp.size()), parameter.value());
  }

  private static void add(List<String> problems, String kind, List<String> names) {
    if (names.isEmpty()) {
      return;
    }
    String shown = String.join(", ", names.subList(0, Math.min(NAMES_SHOWN, names.size())));
    int more = names.size() - NAMES_SHOWN;
    problems.add(kind + shown + (more > 0 ? " and %d more".formatted(more) : ""));
  }

  static void copy(TensorView from, Tensor to) {
    try (NoGradGuard _ = new NoGradGuard();
        Arena arena = Arena.ofConfined();
        var _ = Scope.open()) {
      MemorySegment bytes = from.bytes();
      if (!bytes.isNative()) {
        bytes = arena.allocate(bytes.byteSize(), 64).copyFrom(bytes);
      }
      to.copy_(MappedTensors.of(bytes, StoredTypes.toTorch(from.dtype()), from.shape().sizes()));
    }
  }

  private WeightLoading() {}
}
