package neox.inference;

import java.util.ArrayList;
import java.util.List;
import neox.config.ModelConfig;
import neox.model.AttentionHistory;
import neox.tensor.ElementType;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The keys and values of one text, in memory allocated once: `[1, kvHeads, capacity, d]` for each
/// block. Mutable; belongs to one text, so nothing of another can leak in.
final class KeyValueCache implements AttentionHistory, AutoCloseable {
  private final List<Tensor> keys = new ArrayList<>();
  private final List<Tensor> values = new ArrayList<>();
  private final int capacity;
  private int length;

  KeyValueCache(ModelConfig config, ScalarType dtype, int capacity) {
    this.capacity = capacity;
    long[] sizes = {1, config.kvHeads(), capacity, config.headDim()};
    for (int block = 0; block < config.layers(); block++) {
      keys.add(Scope.keep(torch.zeros(sizes, ElementType.options(dtype))));
      values.add(Scope.keep(torch.zeros(sizes, ElementType.options(dtype))));
    }
  }

  int capacity() {
    return capacity;
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public KeysAndValues append(int block, Tensor newKeys, Tensor newValues) {
    return new KeysAndValues(
        append(keys.get(block), newKeys), append(values.get(block), newValues));
  }

  private Tensor append(Tensor store, Tensor addition) {
    long added = addition.size(2);
    store.narrow(2, length, added).copy_(addition);
    return store.narrow(2, 0, length + added);
  }

  /// Counts tokens that have now passed through all blocks.
  void advance(int tokens) {
    length += tokens;
  }

  @Override
  public void close() {
    keys.forEach(Scope::release);
    values.forEach(Scope::release);
    keys.clear();
    values.clear();
  }
}
