package neox.train.optimizer;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import neox.base.UserException;
import neox.parallel.comm.Communicator;
import neox.tensor.MappedTensors;
import neox.weights.DType;
import neox.weights.TensorView;
import neox.weights.neox.DeepSpeedOptimizer;
import neox.weights.neox.EmaFile;
import neox.weights.neox.OptimizerStateFile;
import neox.weights.neox.StoredOptimizer;
import neox.weights.spec.ParameterSpec;
import neox.weights.spec.Shards;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Takes this rank's share of the state from a checkpoint's whole parameters, which any number of
/// ranks may have written.
record StateReader(Path directory, Holdings holdings, List<SlicedState> states) {
  private static final String START_FRESH = "set no_load_optim to start with a fresh optimizer";
  private static final String ANOTHER_PRECISION =
      "%s: holds the optimizer state of training in another precision; use that precision, or: %s";

  /// Fills the states and returns the number of steps taken; [UserException] when the state is that
  /// of something else.
  ///
  /// @param gradientScale gradients from now on, as a multiple of those that were remembered
  long read(StoredOptimizer stored, UpdateRule rule, double gradientScale) {
    List<StateEntry> expected = new ArrayList<>(StateEntry.all(rule, holdings));
    expected.removeIf(StateEntry::isAverage);
    switch (stored) {
      case OptimizerStateFile file -> {
        requireSameRule(file.header().rule(), rule.name());
        requireSameTensors(file.names(), expected);
      }
      case DeepSpeedOptimizer optimizer -> requireSame(optimizer, rule, expected);
    }
    for (StateEntry entry : expected) {
      double factor = Math.pow(gradientScale, entry.degree());
      restore(entry, stored::view, factor);
    }
    return stored.step();
  }

  /// Fills the averages of the weights, where the rule keeps one; a checkpoint without any lets
  /// them begin with the weights that it holds.
  void readAverages(UpdateRule rule) throws IOException {
    List<StateEntry> averages = new ArrayList<>(StateEntry.all(rule, holdings));
    averages.removeIf(entry -> !entry.isAverage());
    if (averages.isEmpty()) {
      return;
    }
    if (!EmaFile.isIn(directory)) {
      averages.forEach(this::begin);
      return;
    }
    try (EmaFile file = EmaFile.open(directory)) {
      averages.forEach(entry -> restore(entry, (spec, slot) -> file.view(spec.key()), 1));
    }
  }

  private void begin(StateEntry entry) {
    for (SlicedState state : states) {
      for (Slice slice : state.slices()) {
        if (slice.key().equals(entry.key())) {
          Tensor weights = state.find(entry.key(), OptimizerStateFile.MASTER).orElseThrow();
          state.find(entry.key(), entry.slot()).orElseThrow().copy_(weights);
        }
      }
    }
  }

  /// Gives what a file remembers of a parameter: its whole tensor of one slot.
  private interface Source {
    TensorView view(ParameterSpec spec, String slot);
  }

  /// DeepSpeed does not name the rule; what it remembers tells.
  private void requireSame(DeepSpeedOptimizer found, UpdateRule rule, List<StateEntry> expected) {
    Set<String> slots = new TreeSet<>();
    expected.forEach(entry -> slots.add(entry.slot()));
    boolean narrow = slots.remove(OptimizerStateFile.MASTER);
    if (!found.slots().isEmpty() && !found.slots().equals(slots)) {
      throw UserException.of(
          "%s: holds optimizer state called %s, that of %s is called %s; %s",
          directory, new TreeSet<>(found.slots()), rule.name(), slots, START_FRESH);
    }
    if (found.isNarrow() != narrow) {
      throw UserException.of(ANOTHER_PRECISION, directory, START_FRESH);
    }
  }

  private void requireSameRule(String found, String expected) {
    if (!found.equals(expected)) {
      throw UserException.of(
          "%s: holds the state of %s, the configuration says %s; %s",
          directory, found, expected, START_FRESH);
    }
  }

  private void requireSameTensors(Set<String> found, List<StateEntry> expected) {
    Set<String> names = expected.stream().map(StateEntry::name).collect(Collectors.toSet());
    if (found.equals(names)) {
      return;
    }
    if (withoutMasters(found).equals(withoutMasters(names))) {
      throw UserException.of(ANOTHER_PRECISION, directory, START_FRESH);
    }
    throw UserException.of(
        "%s: holds the optimizer state of another network (%d parameters, expected %d); %s",
        directory, parameters(found), parameters(names), START_FRESH);
  }

  private static long parameters(Set<String> names) {
    return names.stream().map(OptimizerStateFile::key).distinct().count();
  }

  private static Set<String> withoutMasters(Set<String> names) {
    return names.stream()
        .filter(name -> !OptimizerStateFile.slot(name).equals(OptimizerStateFile.MASTER))
        .collect(Collectors.toSet());
  }

  private void restore(StateEntry entry, Source stored, double factor) {
    states.forEach(state -> restore(entry, state, stored, factor));
  }

  private void restore(StateEntry entry, SlicedState state, Source stored, double factor) {
    for (Slice slice : state.slices()) {
      if (slice.key().equals(entry.key())) {
        Tensor target = state.find(entry.key(), entry.slot()).orElseThrow();
        MemorySegment bytes =
            piece(entry, stored)
                .bytes()
                .asSlice(slice.from() * Float.BYTES, target.numel() * Float.BYTES);
        target.copy_(MappedTensors.of(bytes, ScalarType.Float, target.numel()));
        if (factor != 1) {
          target.mul_(new Scalar(factor));
        }
      }
    }
  }

  /// What this rank's place on the tensor axis holds of the parameter.
  private TensorView piece(StateEntry entry, Source stored) {
    TensorView whole = stored.view(entry.spec(), entry.slot());
    if (!whole.shape().equals(entry.spec().shape()) || whole.dtype() != DType.FLOAT32) {
      throw UserException.of(
          "%s: the optimizer state %s is %s %s, expected %s %s; %s",
          directory,
          entry.name(),
          whole.dtype(),
          whole.shape(),
          DType.FLOAT32,
          entry.spec().shape(),
          START_FRESH);
    }
    Communicator tensor = holdings.ranks().tensor();
    return Shards.split(entry.spec(), whole, tensor.rank(), tensor.size());
  }
}
