package neox.weights.pickle;

import static neox.weights.pickle.Opcode.*;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Writes pickles that torch would not, opcode by opcode, into archives that are otherwise sound.
final class Pickles {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  Pickles() {
    op(PROTO, 2);
  }

  Pickles op(int... bytes) {
    for (int value : bytes) {
      out.write(value);
    }
    return this;
  }

  Pickles repeat(int times, int... bytes) {
    for (int i = 0; i < times; i++) {
      op(bytes);
    }
    return this;
  }

  Pickles number(long value) {
    op(LONG1, Long.BYTES);
    byte[] bytes =
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    out.writeBytes(bytes);
    return this;
  }

  Pickles numbers(long... values) {
    op(MARK);
    for (long value : values) {
      number(value);
    }
    return op(TUPLE);
  }

  Pickles text(String text) {
    op(SHORT_BINUNICODE, text.length());
    out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    return this;
  }

  Pickles global(String module, String name) {
    op(GLOBAL);
    out.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
    return this;
  }

  /// A float32 tensor on storage 0, as `_rebuild_tensor_v2` makes it.
  Pickles tensor(long elements, long offset, long[] sizes, long[] strides) {
    global("torch._utils", "_rebuild_tensor_v2").op(MARK, MARK).text("storage");
    global("torch", "FloatStorage").text("0").text("cpu").number(elements).op(TUPLE, BINPERSID);
    number(offset).numbers(sizes).numbers(strides).op(NEWFALSE, NONE);
    return op(TUPLE, REDUCE);
  }

  byte[] end() {
    op(STOP);
    return out.toByteArray();
  }

  /// An archive of `pickle` and one storage of 16 bytes.
  static Path archive(Path file, byte[] pickle) throws IOException {
    return archive(file, pickle, new byte[16]);
  }

  /// An archive of `pickle` and one storage.
  static Path archive(Path file, byte[] pickle, byte[] storage) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ZipWriter zip = new ZipWriter(channel);
      zip.add("archive/data.pkl", pickle);
      zip.add("archive/byteorder", "little".getBytes(StandardCharsets.US_ASCII));
      zip.add("archive/data/0", storage);
      zip.finish();
    }
    return file;
  }
}
