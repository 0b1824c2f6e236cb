package neox.train.optimizer;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import neox.base.UserException;
import neox.parallel.comm.Communicator;
import neox.tensor.MappedTensors;
import neox.weights.DType;
import neox.weights.TensorView;
import neox.weights.neox.OptimizerStateFile;
import neox.weights.spec.Shards;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Takes this rank's share of the state from a checkpoint's file of whole parameters, which any
/// number of ranks may have written.
record StateReader(Path directory, Holdings holdings, List<SlicedState> states) {
  private static final String START_FRESH = "set no_load_optim to start with a fresh optimizer";

  /// Fills the states and returns the number of steps taken; [UserException] when the file holds
  /// the state of something else.
  long read(UpdateRule rule) throws IOException {
    try (OptimizerStateFile file = OptimizerStateFile.open(directory)) {
      List<StateEntry> expected = StateEntry.all(rule, holdings);
      requireSameRule(file.header().rule(), rule.name());
      requireSameTensors(file.names(), expected);
      for (StateEntry entry : expected) {
        for (SlicedState state : states) {
          restore(entry, state, file);
        }
      }
      return file.header().step();
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
      throw UserException.of(
          "%s: holds the optimizer state of training in another precision; use that precision,"
              + " or: %s",
          directory, START_FRESH);
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

  private void restore(StateEntry entry, SlicedState state, OptimizerStateFile file) {
    for (Slice slice : state.slices()) {
      if (slice.key().equals(entry.key())) {
        Tensor target = state.find(entry.key(), entry.slot()).orElseThrow();
        MemorySegment bytes =
            piece(entry, file)
                .bytes()
                .asSlice(slice.from() * Float.BYTES, target.numel() * Float.BYTES);
        target.copy_(MappedTensors.of(bytes, ScalarType.Float, target.numel()));
      }
    }
  }

  /// What this rank's place on the tensor axis holds of the parameter.
  private TensorView piece(StateEntry entry, OptimizerStateFile file) {
    TensorView whole = file.view(entry.name());
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
