package neox.train.optimizer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import neox.parallel.comm.Communicator;
import neox.tensor.FusedOps;
import neox.tensor.Scope;
import neox.weights.neox.OptimizerStateFile;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// What the optimizer of this rank keeps of one bucket: the slices that it updates, their slots,
/// and float32 masters where the weights are narrower. The i-th tensors of all vectors belong
/// together.
final class SlicedState implements AutoCloseable {
  private final Bucket bucket;
  private final List<Slice> slices;
  private final boolean part;
  private final TensorVector working = Scope.keep(new TensorVector());
  private final TensorVector masters = Scope.keep(new TensorVector());
  private final TensorVector gradients = Scope.keep(new TensorVector());
  private final Map<String, TensorVector> slots = new HashMap<>();
  private final UpdateRule.Operands operands;

  /// The state of all of a bucket.
  static SlicedState whole(Bucket bucket, UpdateRule rule) {
    return new SlicedState(bucket, bucket.layout().whole(), false, rule);
  }

  /// The state of what a data-parallel rank updates of a bucket.
  static SlicedState part(Bucket bucket, int rank, UpdateRule rule) {
    return new SlicedState(bucket, bucket.layout().part(rank), true, rule);
  }

  /// Zero slots; masters are the weights of this moment.
  private SlicedState(Bucket bucket, List<Slice> slices, boolean part, UpdateRule rule) {
    this.bucket = bucket;
    this.slices = List.copyOf(slices);
    this.part = part;
    List<TensorVector> inOrder = new ArrayList<>();
    for (String slot : rule.slots()) {
      TensorVector vector = Scope.keep(new TensorVector());
      slots.put(slot, vector);
      inOrder.add(vector);
    }
    for (Slice slice : slices) {
      Tensor weights = bucket.weights(slice);
      Tensor master = weights.to(ScalarType.Float); // the same memory when it is float32 already
      working.push_back(weights);
      masters.push_back(master);
      gradients.push_back(bucket.view(bucket.sums(), slice));
      inOrder.forEach(vector -> vector.push_back(torch.zeros_like(master)));
    }
    operands = new UpdateRule.Operands(masters, gradients, inOrder);
  }

  Bucket bucket() {
    return bucket;
  }

  /// Applies the rule to all slices.
  void update(UpdateRule rule, double rate, double weightDecay, long step) {
    if (slices.isEmpty()) {
      return;
    }
    double decay = bucket.kind().group().decays() ? weightDecay : 0;
    rule.update(operands, rate * bucket.kind().group().rateFactor(), decay, step);
    if (bucket.kind().isNarrow()) {
      FusedOps.copy(working, masters);
    }
  }

  /// Gives the updated weights to the other data-parallel ranks and takes theirs: the memory of the
  /// gradients, which are used up, carries them.
  void exchange(Communicator data) {
    Tensor all = bucket.arriving();
    FusedOps.copy(views(slices), working);
    long length = bucket.layout().partLength();
    data.allGather(all, all.narrow(0, data.rank() * length, length));
    List<Slice> whole = bucket.layout().whole();
    TensorVector weights = new TensorVector();
    whole.forEach(slice -> weights.push_back(bucket.weights(slice)));
    FusedOps.copy(weights, views(whole));
  }

  private TensorVector views(List<Slice> of) {
    TensorVector views = new TensorVector();
    of.forEach(slice -> views.push_back(bucket.view(bucket.arriving(), slice)));
    return views;
  }

  /// Whether other data-parallel ranks have the rest.
  boolean isPart() {
    return part;
  }

  List<Slice> slices() {
    return slices;
  }

  /// This rank's elements of a slot (or of the master), if it has any of that parameter: a view.
  Optional<Tensor> find(String key, String slot) {
    for (int i = 0; i < slices.size(); i++) {
      if (slices.get(i).key().equals(key)) {
        return Optional.of(tensor(i, slot));
      }
    }
    return Optional.empty();
  }

  /// The tensors of all slices that a checkpoint holds.
  List<Tensor> saved() {
    List<Tensor> tensors = new ArrayList<>();
    for (int i = 0; i < slices.size(); i++) {
      for (TensorVector slot : slots.values()) {
        tensors.add(slot.get(i));
      }
      if (bucket.kind().isNarrow()) {
        tensors.add(masters.get(i));
      }
    }
    return tensors;
  }

  /// The i-th slice's elements of a slot.
  Tensor tensor(int slice, String slot) {
    if (slot.equals(OptimizerStateFile.MASTER)) {
      return masters.get(slice);
    }
    return Objects.requireNonNull(slots.get(slot), slot).get(slice);
  }

  @Override
  public void close() {
    slots.values().forEach(Scope::release);
    List.of(working, masters, gradients).forEach(Scope::release);
  }
}
