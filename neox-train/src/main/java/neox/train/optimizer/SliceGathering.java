package neox.train.optimizer;

import java.util.Optional;
import neox.model.StoredTypes;
import neox.parallel.comm.Communicator;
import neox.tensor.MappedTensors;
import neox.tensor.Scope;
import neox.weights.DType;
import neox.weights.Floats;
import neox.weights.Shape;
import neox.weights.TensorView;
import org.bytedeco.pytorch.Tensor;

/// Puts the slices that data-parallel ranks have of a parameter together on the first of them.
record SliceGathering(Communicator data, FlatLayout layout) {
  /// What the whole looks like.
  record Form(DType type, Shape shape) {}

  /// All of them call this together.
  ///
  /// @param form of this rank's piece of the parameter
  /// @param mine this rank's slice, if it has one
  /// @return empty on all ranks but the first
  Optional<TensorView> whole(String key, Form form, Optional<Tensor> mine) {
    if (!data.isFirst()) {
      mine.ifPresent(slice -> data.send(slice, 0));
      return Optional.empty();
    }
    long elements = form.shape.count();
    if (mine.isPresent() && mine.get().numel() == elements) {
      return Optional.of(new TensorView(form.type, form.shape, MappedTensors.bytes(mine.get())));
    }
    TensorView whole = new TensorView(form.type, form.shape, Floats.allocate(form.type, elements));
    try (var _ = Scope.open()) {
      Tensor target = MappedTensors.of(whole.bytes(), StoredTypes.toTorch(form.type), elements);
      for (int rank = 0; rank < data.size(); rank++) {
        for (Slice slice : layout.part(rank)) {
          if (slice.key().equals(key)) {
            long count = Math.min(slice.count(), elements); // of a slot with fewer elements
            collect(target.narrow(0, slice.from(), count), mine, rank);
          }
        }
      }
    }
    return Optional.of(whole);
  }

  private void collect(Tensor into, Optional<Tensor> mine, int owner) {
    if (owner == data.rank()) {
      into.copy_(mine.orElseThrow());
    } else {
      data.receive(into, owner);
    }
  }
}
