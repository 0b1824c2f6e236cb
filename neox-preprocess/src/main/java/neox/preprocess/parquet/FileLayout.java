package neox.preprocess.parquet;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// What the footer of a Parquet file says (the struct FileMetaData of the format's parquet.thrift).
///
/// @param schema the tree of columns, flattened in depth-first order; the first is the root
record FileLayout(List<SchemaNode> schema, List<RowGroup> rowGroups) {
  private static final int TAIL_BYTES = 8;
  private static final String MAGIC = "PAR1";
  private static final String ENCRYPTED_MAGIC = "PARE";

  /// A column or a group of columns.
  ///
  /// @param type physical type, -1 for a group
  /// @param repetition 0 required, 1 optional, 2 repeated
  /// @param convertedType the older annotation, -1 for none
  /// @param logicalType field number of the newer annotation, -1 for none
  record SchemaNode(
      String name, int type, int repetition, int children, int convertedType, int logicalType) {}

  /// Some rows, column by column.
  record RowGroup(List<ColumnChunk> columns, long rows) {}

  /// One column of a row group.
  ///
  /// @param start of its first page, which may be a dictionary
  /// @param length of all its pages with their headers
  /// @param values entries with nulls
  record ColumnChunk(int codec, long values, long start, long length, boolean elsewhere) {}

  /// @param most bytes that may be in memory at once
  static FileLayout read(FileChannel channel, int most) throws IOException {
    long size = channel.size();
    byte[] tail = bytes(channel, Math.max(0, size - TAIL_BYTES), TAIL_BYTES);
    int length = ByteBuffer.wrap(tail).order(ByteOrder.LITTLE_ENDIAN).getInt();
    String magic = new String(tail, 4, 4, StandardCharsets.US_ASCII);
    if (magic.equals(ENCRYPTED_MAGIC)) {
      throw encrypted();
    }
    if (!magic.equals(MAGIC)) {
      throw new ParquetException("not a Parquet file, or cut short: it does not end in PAR1");
    }
    if (length <= 0 || length > size - TAIL_BYTES) {
      throw new ParquetException("damaged: a footer of %d bytes in a file of %d", length, size);
    }
    if (length > most) {
      throw ParquetException.notRead(
          "a footer of %.1f MB needs more than the Java heap; raise it with NEOX_JAVA_OPTS=-Xmx4g or"
              + " the like",
          length / 1e6);
    }
    byte[] footer = bytes(channel, size - TAIL_BYTES - length, length);
    return parse(new ThriftReader(new ByteArrayInputStream(footer)));
  }

  private static byte[] bytes(FileChannel channel, long from, int length) throws IOException {
    byte[] bytes = new byte[length];
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, from + buffer.position()) < 0) {
        throw new ParquetException("not a Parquet file, or cut short");
      }
    }
    return bytes;
  }

  private static ParquetException encrypted() {
    return ParquetException.notRead("encrypted Parquet files are not read; decrypt it first");
  }

  private static FileLayout parse(ThriftReader thrift) throws IOException {
    var result =
        new Object() {
          List<SchemaNode> schema = List.of();
          List<RowGroup> groups = List.of();
        };
    thrift.struct(id -> {
      switch (id) {
        case 2 -> result.schema = thrift.list(() -> schemaNode(thrift));
        case 4 -> result.groups = thrift.list(() -> rowGroup(thrift));
        case 8 -> throw encrypted();
        default -> thrift.skip();
      }
    });
    if (result.schema.isEmpty()) {
      throw new ParquetException("damaged: no schema");
    }
    return new FileLayout(result.schema, result.groups);
  }

  private static SchemaNode schemaNode(ThriftReader thrift) throws IOException {
    var node =
        new Object() {
          String name = "";
          int type = -1;
          int repetition;
          int children;
          int converted = -1;
          int logical = -1;
        };
    thrift.struct(id -> {
      switch (id) {
        case 1 -> node.type = thrift.i32();
        case 3 -> node.repetition = thrift.i32();
        case 4 -> node.name = thrift.string();
        case 5 -> node.children = thrift.i32();
        case 6 -> node.converted = thrift.i32();
        case 10 ->
            thrift.struct(kind -> {
              node.logical = kind;
              thrift.skip();
            });
        default -> thrift.skip();
      }
    });
    return new SchemaNode(
        node.name, node.type, node.repetition, node.children, node.converted, node.logical);
  }

  private static RowGroup rowGroup(ThriftReader thrift) throws IOException {
    var group =
        new Object() {
          List<ColumnChunk> columns = List.of();
          long rows;
        };
    thrift.struct(id -> {
      switch (id) {
        case 1 -> group.columns = thrift.list(() -> columnChunk(thrift));
        case 3 -> group.rows = thrift.i64();
        default -> thrift.skip();
      }
    });
    return new RowGroup(group.columns, group.rows);
  }

  private static ColumnChunk columnChunk(ThriftReader thrift) throws IOException {
    var chunk =
        new Object() {
          boolean elsewhere;
          int codec;
          long values;
          long length;
          long data = -1;
          long dictionary;
        };
    thrift.struct(id -> {
      switch (id) {
        case 1 -> chunk.elsewhere = !thrift.string().isEmpty();
        case 3 ->
            thrift.struct(field -> {
              switch (field) {
                case 4 -> chunk.codec = thrift.i32();
                case 5 -> chunk.values = thrift.i64();
                case 7 -> chunk.length = thrift.i64();
                case 9 -> chunk.data = thrift.i64();
                case 11 -> chunk.dictionary = thrift.i64();
                default -> thrift.skip();
              }
            });
        case 8 -> throw encrypted();
        default -> thrift.skip();
      }
    });
    boolean dictionaryFirst = chunk.dictionary > 0 && chunk.dictionary < chunk.data;
    long start = dictionaryFirst ? chunk.dictionary : chunk.data;
    return new ColumnChunk(chunk.codec, chunk.values, start, chunk.length, chunk.elsewhere);
  }
}
