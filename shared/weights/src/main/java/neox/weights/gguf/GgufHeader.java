package neox.weights.gguf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/// All of a file that stands before the tensors' bytes: metadata, then what each tensor is and
/// where. Integers are little-endian; texts are their length in 8 bytes and UTF-8.
final class GgufHeader {
  private static final int VERSION = 3;

  /// The format's numbers for types of values.
  private static final int UINT32 = 4;

  private static final int INT32 = 5;
  private static final int FLOAT32 = 6;
  private static final int BOOL = 7;
  private static final int STRING = 8;
  private static final int ARRAY = 9;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private GgufHeader() {}

  /// The bytes, padded so that the tensors' begin at a multiple of the alignment.
  static byte[] of(GgufMetadata metadata, List<GgufTensor> tensors) {
    GgufHeader header = new GgufHeader();
    header.out.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
    header.int32(VERSION);
    header.int64(tensors.size());
    header.int64(metadata.values().size());
    for (Map.Entry<String, GgufValue> entry : metadata.values().entrySet()) {
      header.text(entry.getKey());
      header.value(entry.getValue());
    }
    long offset = 0;
    for (GgufTensor tensor : tensors) {
      header.describe(tensor, offset);
      offset = GgufWriter.aligned(Math.addExact(offset, tensor.byteSize()));
    }
    while (header.out.size() != GgufWriter.aligned(header.out.size())) {
      header.out.write(0);
    }
    return header.out.toByteArray();
  }

  /// Sizes stand innermost first.
  private void describe(GgufTensor tensor, long offset) {
    text(tensor.name());
    int rank = tensor.shape().rank();
    int32(rank);
    for (int dim = rank - 1; dim >= 0; dim--) {
      int64(tensor.shape().size(dim));
    }
    int32(tensor.type().id());
    int64(offset);
  }

  private void value(GgufValue value) {
    switch (value) {
      case GgufValue.Whole(long number) -> {
        int32(UINT32);
        int32((int) number);
      }
      case GgufValue.Real(float number) -> {
        int32(FLOAT32);
        real(number);
      }
      case GgufValue.Flag(boolean flag) -> {
        int32(BOOL);
        out.write(flag ? 1 : 0);
      }
      case GgufValue.Text(String text) -> {
        int32(STRING);
        text(text);
      }
      case GgufValue.Texts(List<String> texts) -> {
        array(STRING, texts.size());
        texts.forEach(this::text);
      }
      case GgufValue.Integers(List<Integer> numbers) -> {
        array(INT32, numbers.size());
        numbers.forEach(this::int32);
      }
      case GgufValue.Reals(List<Float> numbers) -> {
        array(FLOAT32, numbers.size());
        numbers.forEach(this::real);
      }
    }
  }

  private void array(int type, int size) {
    int32(ARRAY);
    int32(type);
    int64(size);
  }

  private void text(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    int64(utf8.length);
    out.writeBytes(utf8);
  }

  private void real(float value) {
    int32(Float.floatToRawIntBits(value));
  }

  private void int32(int value) {
    out.writeBytes(little(Integer.BYTES).putInt(value).array());
  }

  private void int64(long value) {
    out.writeBytes(little(Long.BYTES).putLong(value).array());
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
