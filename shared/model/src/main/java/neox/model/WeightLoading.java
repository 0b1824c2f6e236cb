package neox.model;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import neox.base.UserException;
import neox.tensor.Device;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.weights.TensorStore;
import neox.weights.TensorView;
import neox.weights.spec.ParameterSpec;
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
        StoredTensor stored = StoredTensor.of(from);
        var _ = Scope.open()) {
      to.copy_(stored.tensor());
    }
  }

  /// The numbers as a network computes with them: where they are stored, if they are that already.
  static Tensor memory(TensorView piece, Placement placement) {
    MemorySegment bytes = piece.bytes();
    boolean asItIs =
        placement.device() instanceof Device.Cpu
            && placement.type() == StoredTypes.toTorch(piece.dtype())
            && bytes.isNative()
            && bytes.address() % piece.dtype().bytes() == 0;
    if (asItIs) {
      return StoredTensor.over(piece, bytes);
    }
    Tensor own = placement.zeros(piece.shape().sizes());
    copy(piece, own);
    return own;
  }

  private WeightLoading() {}
}
