package neox.datasets;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.base.json.Json;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;
import org.jspecify.annotations.Nullable;

/// The rows of a file in Arrow's interprocess format, stream or file
/// (<https://arrow.apache.org/docs/format/Columnar.html>), as the `datasets` library keeps them:
/// messages, each of a length, metadata in flatbuffers, and a body of buffers.
final class ArrowRows {
  private static final byte[] FILE_MAGIC = {'A', 'R', 'R', 'O', 'W', '1', 0, 0};
  private static final int CONTINUATION = 0xffffffff;

  private final Path file;
  private final DataInputStream in;
  private long left;
  private final List<Row> rows = new ArrayList<>();

  private ArrowRows(Path file, DataInputStream in, long left) {
    this.file = file;
    this.in = in;
    this.left = left;
  }

  /// Reads all rows in order; [UserException] when the file cannot be read as Arrow's.
  static List<Row> read(Path file) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(NamedFiles.newInputStream(file)))) {
      ArrowRows reader = new ArrowRows(file, in, Files.size(file));
      reader.read();
      return reader.rows;
    } catch (EOFException e) {
      throw new UserException(file + ": damaged: it ends inside a message", e);
    } catch (UserException e) {
      throw e;
    } catch (RuntimeException e) {
      // Whatever offsets lead out of their buffers.
      throw new UserException(file + ": damaged, or not in Arrow's format: " + e, e);
    }
  }

  private void read() throws IOException {
    skipMagic();
    @Nullable Schema schema = null;
    for (ByteBuffer next = metadata(); next.hasRemaining(); next = metadata()) {
      Message message = Message.getRootAsMessage(next);
      ByteBuffer body = bytes(message.bodyLength());
      switch (message.headerType()) {
        case MessageHeader.Schema -> schema = (Schema) required(message.header(new Schema()));
        case MessageHeader.RecordBatch -> {
          if (schema == null) {
            throw new IllegalStateException("rows before their schema");
          }
          add(schema, (RecordBatch) required(message.header(new RecordBatch())), body);
        }
        default ->
            throw UserException.of(
                "%s: holds columns with dictionaries, which are not read; write it as Parquet",
                file);
      }
    }
    if (schema == null) {
      throw new IllegalStateException("no schema");
    }
  }

  private static <T> T required(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("a message without its header");
    }
    return value;
  }

  private void skipMagic() throws IOException {
    in.mark(FILE_MAGIC.length);
    byte[] start = in.readNBytes(FILE_MAGIC.length);
    if (Arrays.equals(start, FILE_MAGIC)) {
      left -= FILE_MAGIC.length;
    } else {
      in.reset();
    }
  }

  /// The metadata of the next message; empty behind the last.
  private ByteBuffer metadata() throws IOException {
    if (left < Integer.BYTES) {
      return ByteBuffer.allocate(0);
    }
    int length = bytes(Integer.BYTES).getInt();
    if (length == CONTINUATION) {
      length = bytes(Integer.BYTES).getInt();
    }
    return bytes(length);
  }

  private ByteBuffer bytes(long length) throws IOException {
    if (length < 0 || length > left) {
      throw new EOFException();
    }
    byte[] bytes = new byte[Math.toIntExact(length)];
    in.readFully(bytes);
    left -= length;
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private void add(Schema schema, RecordBatch batch, ByteBuffer body) {
    ArrowColumns columns = new ArrowColumns(file, batch, body);
    Map<String, ArrowColumns.Column> byName = new LinkedHashMap<>();
    for (int i = 0; i < schema.fieldsLength(); i++) {
      byName.put(schema.fields(i).name(), columns.next(schema.fields(i)));
    }
    int length = Math.toIntExact(batch.length());
    for (int i = 0; i < length; i++) {
      ObjectNode row = Json.mapper().createObjectNode();
      for (Map.Entry<String, ArrowColumns.Column> column : byName.entrySet()) {
        row.set(column.getKey(), column.getValue().at(i));
      }
      rows.add(new Row(row, file + ", row " + (rows.size() + 1)));
    }
  }
}
