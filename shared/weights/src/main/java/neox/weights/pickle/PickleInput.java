package neox.weights.pickle;

import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/// The bytes of a pickle, taken one value after the other; [BufferUnderflowException] at the end.
final class PickleInput {
  private static final int LONGEST_INTEGER = 1024;

  private final ByteBuffer in;

  PickleInput(byte[] bytes) {
    this.in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  int position() {
    return in.position();
  }

  int unsignedByte() {
    return Byte.toUnsignedInt(in.get());
  }

  short int16() {
    return in.getShort();
  }

  int int32() {
    return in.getInt();
  }

  long int64() {
    return in.getLong();
  }

  /// The only value that is big-endian.
  double real() {
    return Double.longBitsToDouble(Long.reverseBytes(in.getLong()));
  }

  String text(long length, Charset charset) {
    return new String(bytes(length), charset);
  }

  byte[] bytes(long length) {
    if (length < 0 || length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[(int) length];
    in.get(bytes);
    return bytes;
  }

  /// The text up to a line feed.
  String line() {
    int start = in.position();
    int end = start;
    while (end < in.limit() && in.get(end) != '\n') {
      end++;
    }
    String line = text(end - start, StandardCharsets.UTF_8);
    in.get();
    return line;
  }

  /// Two's complement, little-endian, of that many bytes.
  Object integer(int length) {
    byte[] littleEndian = bytes(length);
    if (length > LONGEST_INTEGER) {
      throw new IllegalArgumentException("an integer of %d bytes".formatted(length));
    }
    byte[] bigEndian = new byte[length + 1];
    for (int i = 0; i < length; i++) {
      bigEndian[length - i] = littleEndian[i];
    }
    boolean negative = length > 0 && littleEndian[length - 1] < 0;
    bigEndian[0] = (byte) (negative ? -1 : 0);
    BigInteger value = new BigInteger(bigEndian);
    return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
  }
}
