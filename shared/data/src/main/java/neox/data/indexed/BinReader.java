package neox.data.indexed;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import neox.base.NamedFiles;

/// Reads the tokens of `.bin` files one after the other; a token may lie across two pieces.
final class BinReader implements AutoCloseable {
  private final Deque<FileChannel> files = new ArrayDeque<>();
  private final TokenWidth width;
  private final ByteBuffer buffer =
      ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN).limit(0);

  BinReader(List<Path> bins, TokenWidth width) throws IOException {
    this.width = width;
    try {
      for (Path bin : bins) {
        files.add(NamedFiles.open(bin, StandardOpenOption.READ));
      }
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /// The next token, which must be there and fit an int.
  int next() throws IOException {
    if (buffer.remaining() < width.bytes()) {
      fill();
    }
    return switch (width) {
      case UINT8 -> Byte.toUnsignedInt(buffer.get());
      case INT8 -> buffer.get();
      case INT16 -> buffer.getShort();
      case UINT16 -> Short.toUnsignedInt(buffer.getShort());
      case INT32 -> buffer.getInt();
      case INT64, FLOAT32, FLOAT64 -> throw new IllegalStateException(width.toString());
    };
  }

  private void fill() throws IOException {
    buffer.compact();
    while (buffer.position() < width.bytes()) {
      FileChannel file = files.peek();
      if (file == null) {
        throw new EOFException("a .bin file became shorter while it was read");
      }
      if (file.read(buffer) < 0) {
        files.remove().close();
      }
    }
    buffer.flip();
  }

  @Override
  public void close() throws IOException {
    while (!files.isEmpty()) {
      files.remove().close();
    }
  }
}
