package neox.train.optimizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import neox.parallel.comm.Communicator;
import neox.tensor.FusedOps;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.weights.Shape;
import neox.weights.spec.Group;
import neox.weights.spec.ParameterSpec;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// What the optimizer of this rank keeps of one bucket: the slices that it updates, their slots,
/// and float32 masters where the weights are narrower. The i-th tensors of all vectors belong
/// together.
final class SlicedState implements AutoCloseable {
  private static final int WHOLE = -1;

  private final BucketGradients gradients;
  private final Bucket bucket;
  private final List<Slice> slices;
  private final int part;
  private final StateMemory memory;
  private final TensorVector arrived = Scope.keep(new TensorVector()); // gradients that are apart
  private final TensorVector arriving = Scope.keep(new TensorVector());
  private final TensorVector working = Scope.keep(new TensorVector());
  private final TensorVector masters = Scope.keep(new TensorVector());
  private final List<RuleState> states = new ArrayList<>();

  /// The state of all of a bucket.
  static SlicedState whole(BucketGradients gradients, UpdateRule rule, StateMemory memory) {
    SlicedState state =
        new SlicedState(gradients, gradients.bucket().layout().whole(), WHOLE, memory);
    state.fill(rule);
    return state;
  }

  /// The state of what a data-parallel rank updates of a bucket.
  static SlicedState part(
      BucketGradients gradients, int rank, UpdateRule rule, StateMemory memory) {
    SlicedState state =
        new SlicedState(gradients, gradients.bucket().layout().part(rank), rank, memory);
    state.fill(rule);
    return state;
  }

  private SlicedState(BucketGradients gradients, List<Slice> slices, int part, StateMemory memory) {
    this.gradients = gradients;
    this.bucket = gradients.bucket();
    this.slices = List.copyOf(slices);
    this.part = part;
    this.memory = memory;
  }

  /// Zero slots; masters are the weights of this moment.
  private void fill(UpdateRule rule) {
    for (Slice slice : slices) {
      Tensor weights = bucket.weights(slice, part);
      Tensor master = master(weights);
      working.push_back(weights);
      masters.push_back(master);
      Tensor gradient = gradient(gradients.view(gradients.sums(), slice));
      Shape shape = bucket.shape(slice);
      state(rule.of(slice.spec()), shape.rank()).add(slice, shape, master, gradient);
    }
  }

  private Tensor master(Tensor weights) {
    return switch (memory) {
      case WITH_THE_WEIGHTS -> weights.to(ScalarType.Float); // the same memory if it is float32
      case APART -> {
        Tensor master = Placement.cpu(ScalarType.Float).zeros(weights.numel());
        yield master.copy_(weights);
      }
    };
  }

  private Tensor gradient(Tensor sum) {
    return switch (memory) {
      case WITH_THE_WEIGHTS -> sum;
      case APART -> {
        Tensor there = Placement.cpu(ScalarType.Float).zeros(sum.numel());
        arrived.push_back(sum);
        arriving.push_back(there);
        yield there;
      }
    };
  }

  private RuleState state(UpdateRule rule, int dims) {
    List<Slot> slots = rule.slots(dims);
    for (RuleState state : states) {
      if (state.isOf(rule, slots)) {
        return state;
      }
    }
    states.add(new RuleState(rule, slots));
    return states.getLast();
  }

  Bucket bucket() {
    return bucket;
  }

  /// Changes all slices by their rules.
  void update(double rate, double weightDecay, long step) {
    Group group = bucket.kind().group();
    double decay = weightDecay * group.decayFactor();
    FusedOps.copy(arriving, arrived);
    states.forEach(state -> state.update(rate * group.rateFactor(), decay, step));
    if (bucket.kind().isNarrow() || memory == StateMemory.APART) {
      FusedOps.copy(working, masters);
    }
  }

  /// Gives the updated weights to the other data-parallel ranks and takes theirs: the memory of the
  /// gradients, which are used up, carries them. Weights that ranks share are gathered when they
  /// are needed.
  void exchange(Communicator data) {
    if (bucket.sharesWeights()) {
      return;
    }
    Tensor all = gradients.carrier();
    FusedOps.copy(views(all, slices), working);
    long length = bucket.layout().partLength();
    data.allGather(all, all.narrow(0, data.rank() * length, length));
    List<Slice> whole = bucket.layout().whole();
    TensorVector weights = new TensorVector();
    whole.forEach(slice -> weights.push_back(bucket.weights(slice, part)));
    FusedOps.copy(weights, views(all, whole));
    gradients.carried();
  }

  private TensorVector views(Tensor flat, List<Slice> of) {
    TensorVector views = new TensorVector();
    of.forEach(slice -> views.push_back(bucket.view(flat, slice)));
    return views;
  }

  /// Whether other data-parallel ranks have the rest.
  boolean isPart() {
    return part != WHOLE;
  }

  /// What this rank has of one slice, as views: `[count]`.
  ///
  /// @param index among [#slices]
  record Held(SlicedState state, int index) {
    private Slice slice() {
      return state.slices.get(index);
    }

    ParameterSpec spec() {
      return slice().spec();
    }

    Optional<Tensor> ofWeights() {
      return Optional.of(state.working.get(index));
    }

    Optional<Tensor> ofGradient() {
      return Optional.of(state.gradients.view(state.gradients.sums(), slice()));
    }

    /// Something that is remembered of each element.
    Optional<Tensor> slot(String name) {
      return state.find(slice().key(), name);
    }
  }

  /// All of it.
  List<Held> held() {
    return IntStream.range(0, slices.size()).mapToObj(i -> new Held(this, i)).toList();
  }

  List<Slice> slices() {
    return slices;
  }

  /// What this rank has of a slot (or of the master), if it has any of that parameter: a view.
  Optional<Tensor> find(String key, String slot) {
    return states.stream().flatMap(state -> state.find(key, slot).stream()).findFirst();
  }

  /// The tensors of all slices that a checkpoint holds.
  List<Tensor> saved() {
    List<Tensor> tensors = new ArrayList<>();
    states.forEach(state -> tensors.addAll(state.slots()));
    if (bucket.kind().isNarrow()) {
      for (int i = 0; i < slices.size(); i++) {
        tensors.add(masters.get(i));
      }
    }
    return tensors;
  }

  @Override
  public void close() {
    states.forEach(RuleState::close);
    List.of(arrived, arriving, working, masters).forEach(Scope::release);
  }
}
