package neox.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/// Tensors as they were at one moment, in main memory that is reserved once and filled again and
/// again, so that the tensors may change while someone still reads what they were.
///
/// Not thread-safe, but for [#taking]: until it is done nobody changes the tensors or reads the
/// copies.
public final class Snapshot implements TensorSource, AutoCloseable {
  private static final int ALIGNMENT = 64;

  private final Arena arena = Arena.ofShared();
  private final Map<Long, Copy> copies = new LinkedHashMap<>();
  private final List<Tensor> kept = new ArrayList<>();

  private record Copy(Tensor live, Tensor copy) {
    void take() {
      if (live.is_cpu() && live.is_contiguous()) {
        MappedTensors.bytes(copy).copyFrom(MappedTensors.bytes(live));
      } else {
        try (var _ = Scope.open();
            var _ = new NoGradGuard()) {
          copy.copy_(live.reshape(-1));
        }
      }
    }
  }

  /// Reserves memory for copies of these tensors, which stay where they are and live at least as
  /// long; of tensors in the same place there is one copy.
  public static Snapshot of(List<Tensor> tensors) {
    Snapshot snapshot = new Snapshot();
    try (var _ = Scope.open()) {
      tensors.forEach(snapshot::reserve);
    }
    return snapshot;
  }

  private Snapshot() {}

  private void reserve(Tensor tensor) {
    if (tensor.numel() > 0 && !copies.containsKey(place(tensor))) {
      Tensor live = keep(tensor.detach());
      MemorySegment memory = arena.allocate(tensor.nbytes(), ALIGNMENT);
      Tensor copy = keep(MappedTensors.of(memory, ElementType.of(tensor), tensor.numel()));
      copies.put(place(tensor), new Copy(live, copy));
    }
  }

  private Tensor keep(Tensor tensor) {
    kept.add(tensor);
    return Scope.keep(tensor);
  }

  private static long place(Tensor tensor) {
    return tensor.data_ptr().address();
  }

  /// How much memory the copies take.
  public long byteSize() {
    return copies.values().stream().mapToLong(copy -> copy.copy.nbytes()).sum();
  }

  /// A copy of all tensors, to be made by whoever runs it. Several threads may at once; each
  /// returns when nothing is left to begin, so that the copy is complete when all have.
  public Runnable taking() {
    Queue<Copy> left = new ConcurrentLinkedQueue<>(copies.values());
    return () -> {
      for (Copy next = left.poll(); next != null; next = left.poll()) {
        next.take();
      }
    };
  }

  /// The tensor as it was when the snapshot was taken.
  @Override
  public Tensor of(Tensor tensor) {
    if (tensor.numel() == 0) {
      return tensor;
    }
    Copy entry = copies.get(place(tensor));
    if (entry == null
        || entry.live.numel() != tensor.numel()
        || ElementType.of(entry.live) != ElementType.of(tensor)) {
      throw new IllegalStateException("the snapshot was not made of this tensor");
    }
    return entry.copy.view_as(tensor);
  }

  @Override
  public void close() {
    copies.clear();
    kept.forEach(Scope::release);
    kept.clear();
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
