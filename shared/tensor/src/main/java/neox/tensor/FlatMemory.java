package neox.tensor;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.DataPtr;
import org.bytedeco.pytorch.Storage;
import org.bytedeco.pytorch.Tensor;

/// Flat memory of a fixed length that is given back while nobody needs its numbers, and taken again
/// under the same tensors: views of it, and what autograd has saved of them, stay what they are and
/// find whatever is written there next. What DeepSpeed and FSDP do to a parameter's storage.
///
/// Whoever reads or writes a view while the memory is not there reads or writes nowhere: the
/// process dies. Not thread-safe.
public final class FlatMemory implements AutoCloseable {
  private final Tensor flat;
  private final long bytes;
  private boolean there = true;

  /// Memory that is there, and holds anything.
  ///
  /// @param length in elements
  public static FlatMemory of(Placement placement, long length) {
    try (var _ = Scope.open()) {
      return new FlatMemory(Scope.keep(placement.empty(length)));
    }
  }

  /// A tensor of these sizes that has no memory: whoever reads or writes it must have put some
  /// under it (see [Gradients#move]).
  public static Tensor none(Placement placement, long... sizes) {
    return Scope.run(() -> {
      long length = 1;
      for (long size : sizes) {
        length = Math.multiplyExact(length, size);
      }
      try (FlatMemory memory = of(placement, length)) {
        memory.giveBack();
        return memory.flat.view(sizes);
      }
    });
  }

  private FlatMemory(Tensor flat) {
    this.flat = flat;
    this.bytes = flat.nbytes();
  }

  /// All of it, `[length]`; its views are this memory's too.
  public Tensor tensor() {
    return flat;
  }

  public boolean isThere() {
    return there;
  }

  /// Has the memory there, holding anything if it was not.
  public void take() {
    if (!there) {
      try (var _ = Scope.open()) {
        Storage fresh = Placement.of(flat).empty(flat.numel()).storage();
        put(fresh.set_data_ptr(new DataPtr()), bytes);
      }
      there = true;
    }
  }

  /// Gives it back.
  public void giveBack() {
    if (there) {
      try (var _ = Scope.open()) {
        put(new DataPtr(new Pointer(), flat.storage().device()), 0);
      }
      there = false;
    }
  }

  /// Puts other memory under the tensors and frees what was there.
  private void put(DataPtr data, long size) {
    Storage storage = flat.storage();
    storage.set_data_ptr_noswap(data);
    storage.set_nbytes(size);
  }

  @Override
  public void close() {
    Scope.release(flat);
  }
}
