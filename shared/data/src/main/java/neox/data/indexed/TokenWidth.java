package neox.data.indexed;

import java.util.Arrays;
import java.util.Optional;

/// How one value is stored in a `.bin` file; the codes are those of the `.idx` header.
public enum TokenWidth {
  UINT8(1, 1),
  INT8(2, 1),
  INT16(3, 2),
  INT32(4, 4),
  INT64(5, 8),
  FLOAT32(6, 4),
  FLOAT64(7, 8),
  UINT16(8, 2);

  private static final int UINT16_VOCABULARY = 65500; // NeoX compat: not 65536

  private final int code;
  private final int bytes;

  TokenWidth(int code, int bytes) {
    this.code = code;
    this.bytes = bytes;
  }

  /// The narrowest width that NeoX gives to a vocabulary (its size before padding).
  public static TokenWidth forVocabulary(int vocabSize) {
    return vocabSize < UINT16_VOCABULARY ? UINT16 : INT32;
  }

  static Optional<TokenWidth> ofCode(int code) {
    return Arrays.stream(values()).filter(width -> width.code == code).findFirst();
  }

  /// The number in the `.idx` header.
  public int code() {
    return code;
  }

  /// Bytes per value.
  public int bytes() {
    return bytes;
  }

  boolean holdsIntegers() {
    return this != FLOAT32 && this != FLOAT64;
  }

  /// Whether a token id can be written without loss.
  boolean holds(int token) {
    return switch (this) {
      case UINT8 -> token >= 0 && token <= 0xff;
      case INT8 -> token == (byte) token;
      case INT16 -> token == (short) token;
      case UINT16 -> token >= 0 && token <= 0xffff;
      case INT32, INT64 -> true;
      case FLOAT32, FLOAT64 -> false;
    };
  }
}
