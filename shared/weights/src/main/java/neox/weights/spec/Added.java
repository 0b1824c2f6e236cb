package neox.weights.spec;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import neox.weights.ByteSource;
import neox.weights.LazyTensor;
import neox.weights.Scratch;
import neox.weights.Summed;

/// What the ranks' pieces add up to. Where the first rank holds the whole, that itself: a sum would
/// lose the sign of its zeros.
///
/// @param pieces of every rank
record Added(List<LazyTensor> pieces) implements ByteSource {
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
    try (Scratch.Lease lease = scratch.borrow(target.byteSize());
        Scratch.Lease zeros = scratch.borrow(target.byteSize())) {
      zeros.bytes().fill((byte) 0);
      for (LazyTensor other : pieces.subList(1, pieces.size())) {
        other.bytes().read(offset, lease.bytes(), scratch);
        if (lease.bytes().mismatch(zeros.bytes()) >= 0) {
          Summed.of(pieces, 1).read(offset, target, scratch);
          return;
        }
      }
    }
    pieces.getFirst().bytes().read(offset, target, scratch);
  }
}
