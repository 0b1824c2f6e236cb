package neox.weights.gguf;

/// Element types of ggml: elements in a block, and the block's bytes.
enum GgmlType {
  F32(0, 1, Float.BYTES),
  F16(1, 1, Short.BYTES),
  /// A scale in half precision and 32 bytes: element i is scale · byte i.
  Q8_0(8, 32, Short.BYTES + 32),
  BF16(30, 1, Short.BYTES);

  private final int id;
  private final int blockElements;
  private final int blockBytes;

  GgmlType(int id, int blockElements, int blockBytes) {
    this.id = id;
    this.blockElements = blockElements;
    this.blockBytes = blockBytes;
  }

  /// ggml's number for it.
  int id() {
    return id;
  }

  int blockElements() {
    return blockElements;
  }

  /// Whether rows of that many elements can be stored.
  boolean fits(long columns) {
    return columns % blockElements == 0;
  }

  /// Bytes of that many elements, which fill whole blocks.
  long bytes(long elements) {
    return Math.multiplyExact(elements / blockElements, blockBytes);
  }
}
