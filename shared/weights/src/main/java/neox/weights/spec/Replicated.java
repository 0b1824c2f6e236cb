package neox.weights.spec;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import neox.weights.ByteSource;
import neox.weights.LazyTensor;
import neox.weights.Scratch;
import neox.weights.Summed;

/// What all ranks hold alike. Ranks that compute the same can still drift apart by rounding; NeoX
/// compat: then their mean.
///
/// @param pieces of every rank
record Replicated(List<LazyTensor> pieces) implements ByteSource {
  @Override
  public long byteSize() {
    return pieces.getFirst().byteSize();
  }

  @Override
  public List<ByteSource> parts() {
    return pieces.stream().map(LazyTensor::bytes).toList();
  }

  @Override
  public void read(long offset, MemorySegment target, Scratch scratch) throws IOException {
    pieces.getFirst().bytes().read(offset, target, scratch);
    try (Scratch.Lease lease = scratch.borrow(target.byteSize())) {
      for (LazyTensor other : pieces.subList(1, pieces.size())) {
        other.bytes().read(offset, lease.bytes(), scratch);
        if (target.mismatch(lease.bytes()) >= 0) {
          Summed.of(pieces, 1.0 / pieces.size()).read(offset, target, scratch);
          return;
        }
      }
    }
  }
}
