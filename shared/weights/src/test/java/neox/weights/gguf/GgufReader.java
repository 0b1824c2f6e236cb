package neox.weights.gguf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Reads GGUF files from their specification (ggml-org/ggml, docs/gguf.md), field by field, and
/// insists on every rule there. Nothing of it is shared with what writes them.
public final class GgufReader {
  /// What a file says of a tensor, and its bytes.
  ///
  /// @param sizes innermost first, as in the file
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  public record Tensor(List<Long> sizes, int type, long offset, byte[] bytes) {}

  /// A value and the number of its type.
  public record Value(int type, Object value) {}

  /// The whole file.
  public record Content(Map<String, Value> metadata, Map<String, Tensor> tensors) {
    public Object get(String key) {
      Value value = metadata.get(key);
      return value == null ? "nothing" : value.value();
    }

    public Tensor tensor(String name) {
      return Objects.requireNonNull(tensors.get(name), name);
    }

    public List<?> list(String key) {
      return (List<?>) get(key);
    }
  }

  private final ByteBuffer in;

  private GgufReader(byte[] bytes) {
    in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  public static Content read(Path file) throws IOException {
    return new GgufReader(Files.readAllBytes(file)).content();
  }

  private Content content() {
    byte[] magic = new byte[4];
    in.get(magic);
    require(Arrays.equals(magic, "GGUF".getBytes(StandardCharsets.US_ASCII)), "magic");
    require(in.getInt() == 3, "version");
    long tensorCount = in.getLong();
    long keyCount = in.getLong();
    Map<String, Value> metadata = new LinkedHashMap<>();
    for (long i = 0; i < keyCount; i++) {
      String key = text();
      require(key.matches("[a-z0-9_]+(\\.[a-z0-9_]+)+"), "key " + key);
      int type = in.getInt();
      require(metadata.put(key, new Value(type, value(type))) == null, "a key twice: " + key);
    }
    Value set = metadata.get("general.alignment");
    long alignment = set == null ? 32 : (Long) set.value();
    Map<String, Tensor> described = new LinkedHashMap<>();
    for (long i = 0; i < tensorCount; i++) {
      String name = text();
      require(name.getBytes(StandardCharsets.UTF_8).length <= 64, "a long name: " + name);
      int rank = in.getInt();
      require(rank >= 1 && rank <= 4, "dims of " + name);
      List<Long> sizes = new ArrayList<>();
      for (int dim = 0; dim < rank; dim++) {
        sizes.add(in.getLong());
      }
      Tensor tensor = new Tensor(sizes, in.getInt(), in.getLong(), new byte[0]);
      require(tensor.offset() % alignment == 0, "alignment of " + name);
      require(described.put(name, tensor) == null, "a tensor twice: " + name);
    }
    while (in.position() % alignment != 0) {
      require(in.get() == 0, "padding");
    }
    return new Content(metadata, filled(described, in.position(), alignment));
  }

  private Map<String, Tensor> filled(Map<String, Tensor> described, int start, long alignment) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    long end = 0;
    for (Map.Entry<String, Tensor> entry : described.entrySet()) {
      Tensor tensor = entry.getValue();
      require(tensor.offset() == end, "a gap before " + entry.getKey());
      byte[] bytes = new byte[(int) bytes(tensor)];
      in.position(start + (int) tensor.offset());
      in.get(bytes);
      tensors.put(
          entry.getKey(), new Tensor(tensor.sizes(), tensor.type(), tensor.offset(), bytes));
      end = tensor.offset() + bytes.length;
      while (end % alignment != 0) {
        require(in.get() == 0, "padding after " + entry.getKey());
        end++;
      }
    }
    require(!in.hasRemaining(), "bytes after the last tensor");
    return tensors;
  }

  private static long bytes(Tensor tensor) {
    long count = tensor.sizes().stream().reduce(1L, Math::multiplyExact);
    return switch (tensor.type()) {
      case 0 -> count * 4;
      case 1, 30 -> count * 2;
      case 8 -> {
        require(tensor.sizes().getFirst() % 32 == 0, "rows of whole blocks");
        yield count / 32 * 34;
      }
      default -> throw new AssertionError("type " + tensor.type());
    };
  }

  private Object value(int type) {
    return switch (type) {
      case 4 -> Integer.toUnsignedLong(in.getInt());
      case 5 -> (long) in.getInt();
      case 6 -> in.getFloat();
      case 7 -> {
        byte flag = in.get();
        require(flag == 0 || flag == 1, "a flag of " + flag);
        yield flag == 1;
      }
      case 8 -> text();
      case 9 -> {
        int element = in.getInt();
        long size = in.getLong();
        List<Object> values = new ArrayList<>();
        for (long i = 0; i < size; i++) {
          values.add(value(element));
        }
        yield values;
      }
      default -> throw new AssertionError("value of type " + type);
    };
  }

  private String text() {
    byte[] utf8 = new byte[Math.toIntExact(in.getLong())];
    in.get(utf8);
    return new String(utf8, StandardCharsets.UTF_8);
  }

  /// The numbers of a tensor, row by row.
  public static double[] numbers(Tensor tensor) {
    ByteBuffer in = ByteBuffer.wrap(tensor.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    int count = Math.toIntExact(tensor.sizes().stream().reduce(1L, Math::multiplyExact));
    double[] numbers = new double[count];
    float scale = 0;
    for (int i = 0; i < count; i++) {
      if (tensor.type() == 8 && i % 32 == 0) {
        scale = Float.float16ToFloat(in.getShort());
      }
      numbers[i] =
          switch (tensor.type()) {
            case 0 -> in.getFloat();
            case 1 -> Float.float16ToFloat(in.getShort());
            case 30 -> Float.intBitsToFloat(in.getShort() << 16);
            default -> scale * in.get();
          };
    }
    return numbers;
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError("GGUF: " + what);
    }
  }
}
