package neox.train.optimizer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import neox.parallel.comm.Communicator;
import neox.tensor.TensorSource;
import neox.weights.DType;
import neox.weights.NamedTensor;
import neox.weights.Shape;
import neox.weights.TensorView;
import neox.weights.neox.EmaFile;
import neox.weights.neox.OptimizerStateFile;
import neox.weights.neox.OptimizerStateFile.Header;
import neox.weights.spec.Shards;
import org.bytedeco.pytorch.Tensor;

/// Writes the state of all ranks as one file of whole parameters, which does not tell how ranks and
/// slices had shared it, and the average of the weights, where one is kept, as another.
///
/// @param source whence the numbers of the states' tensors are read
record StateWriter(Holdings holdings, List<SlicedState> states, TensorSource source) {

  /// The first rank writes what the others send it, one tensor after the other.
  void write(Path directory, UpdateRule rule, long step) throws IOException {
    List<StateEntry> state = new ArrayList<>();
    List<StateEntry> averages = new ArrayList<>();
    StateEntry.all(rule, holdings)
        .forEach(entry -> (entry.isAverage() ? averages : state).add(entry));
    List<StateEntry> all = Stream.concat(state.stream(), averages.stream()).toList();
    if (!holdings.ranks().isFirstOfAll()) {
      all.forEach(this::gather);
      return;
    }
    Iterator<StateEntry> ungathered = all.iterator();
    try {
      OptimizerStateFile.write(
          directory, header(rule, step, state), announced(state, StateEntry::name, ungathered));
      if (!averages.isEmpty()) {
        EmaFile.write(directory, announced(averages, StateEntry::key, ungathered));
      }
    } catch (IOException e) {
      ungathered.forEachRemaining(this::gather); // the others send them all the same
      throw e;
    }
  }

  private List<NamedTensor> announced(
      List<StateEntry> entries,
      Function<StateEntry, String> name,
      Iterator<StateEntry> ungathered) {
    List<NamedTensor> tensors = new ArrayList<>();
    for (StateEntry entry : entries) {
      tensors.add(
          new NamedTensor(
              name.apply(entry),
              DType.FLOAT32,
              entry.spec().shape(),
              () -> gather(ungathered.next()).orElseThrow()));
    }
    return tensors;
  }

  private static Header header(UpdateRule rule, long step, List<StateEntry> entries) {
    Map<String, Long> counts = new LinkedHashMap<>();
    for (StateEntry entry : entries) {
      counts.merge(entry.slot(), 1L, Long::sum);
    }
    counts.remove(OptimizerStateFile.MASTER);
    long parameters = entries.stream().map(StateEntry::key).distinct().count();
    Map<Boolean, List<String>> slots =
        counts.keySet().stream()
            .collect(
                Collectors.partitioningBy(slot -> Objects.equals(counts.get(slot), parameters)));
    return new Header(
        rule.name(),
        Objects.requireNonNull(slots.get(true)),
        Objects.requireNonNull(slots.get(false)),
        step);
  }

  private Optional<TensorView> gather(StateEntry entry) {
    Optional<TensorView> piece = Optional.empty();
    if (holdings.isFirstHolder(entry.spec())) {
      piece = piece(entry);
    }
    return new Gathering(holdings).whole(entry.spec(), DType.FLOAT32, piece);
  }

  /// The slices of the data axis as one, on its first rank: this rank's piece of the parameter.
  private Optional<TensorView> piece(StateEntry entry) {
    SlicedState state =
        states.stream().filter(s -> s.bucket().holds(entry.key())).findFirst().orElseThrow();
    Communicator data = holdings.ranks().data();
    Optional<Tensor> mine = state.find(entry.key(), entry.slot()).map(source::of);
    if (!state.isPart() && !data.isFirst()) {
      return Optional.empty();
    }
    Shape shape = Shards.local(entry.spec(), holdings.ranks().tensor().size());
    return new SliceGathering(data, state.bucket().layout())
        .whole(entry.key(), new SliceGathering.Form(DType.FLOAT32, shape), mine);
  }
}
