package neox.weights;

/// Element types of stored tensors, with their names in the safetensors and torch formats.
public enum DType {
  FLOAT64("F64", "DoubleStorage", 8),
  FLOAT32("F32", "FloatStorage", 4),
  FLOAT16("F16", "HalfStorage", 2),
  BFLOAT16("BF16", "BFloat16Storage", 2),
  INT64("I64", "LongStorage", 8),
  INT32("I32", "IntStorage", 4),
  INT16("I16", "ShortStorage", 2),
  INT8("I8", "CharStorage", 1),
  UINT8("U8", "ByteStorage", 1),
  BOOL("BOOL", "BoolStorage", 1);

  private final String safetensorsName;
  private final String torchStorage;
  private final int bytes;

  DType(String safetensorsName, String torchStorage, int bytes) {
    this.safetensorsName = safetensorsName;
    this.torchStorage = torchStorage;
    this.bytes = bytes;
  }

  /// Bytes per element.
  public int bytes() {
    return bytes;
  }

  public String safetensorsName() {
    return safetensorsName;
  }

  /// The class name of a typed storage in module `torch`.
  public String torchStorage() {
    return torchStorage;
  }

  public boolean isFloatingPoint() {
    return switch (this) {
      case FLOAT64, FLOAT32, FLOAT16, BFLOAT16 -> true;
      case INT64, INT32, INT16, INT8, UINT8, BOOL -> false;
    };
  }
}
