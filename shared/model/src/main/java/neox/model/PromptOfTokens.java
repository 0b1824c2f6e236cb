package neox.model;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashSet;
import java.util.Set;
import neox.weights.DType;
import neox.weights.Floats;
import neox.weights.Shape;
import neox.weights.TensorStore;
import neox.weights.TensorView;
import neox.weights.spec.NetworkSpec;

/// Weights with a soft prompt of the vectors that the embedding has for some tokens, again from the
/// first where they are fewer than its rows. Closing the other store is its owner's business.
@SuppressWarnings("ArrayRecordComponent") // a plain carrier of ids, never compared
record PromptOfTokens(TensorStore store, int rows, int[] tokens) implements TensorStore {
  private static final String TABLE = NetworkSpec.EMBEDDING + ".word_embeddings.weight";

  @Override
  public Set<String> names() {
    Set<String> names = new LinkedHashSet<>(store.names());
    names.add(NetworkSpec.PROMPT_KEY);
    return names;
  }

  @Override
  public TensorView view(String name) {
    return name.equals(NetworkSpec.PROMPT_KEY) ? prompt(store.view(TABLE)) : store.view(name);
  }

  private TensorView prompt(TensorView table) {
    long rowBytes = table.bytes().byteSize() / table.shape().size(0);
    MemorySegment bytes = Floats.allocate(DType.UINT8, rows * rowBytes);
    for (int row = 0; row < rows; row++) {
      long from = tokens[row % tokens.length] * rowBytes;
      MemorySegment.copy(table.bytes(), from, bytes, row * rowBytes, rowBytes);
    }
    return new TensorView(table.dtype(), Shape.of(rows, table.shape().size(1)), bytes);
  }

  @Override
  public void close() throws IOException {}
}
