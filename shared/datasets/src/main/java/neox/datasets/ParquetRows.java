package neox.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import dev.hardwood.row.PqList;
import dev.hardwood.row.PqMap;
import dev.hardwood.row.PqStruct;
import dev.hardwood.row.StructAccessor;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.temporal.Temporal;
import java.util.UUID;
import java.util.logging.Level;
import java.util.logging.Logger;
import neox.base.UserException;
import neox.base.json.Json;
import org.jspecify.annotations.Nullable;

/// The rows of a Parquet file as JSON: every column, in the order of the schema, nested as it is
/// there. Columns of raw bytes, such as pictures, have no place in JSON and are refused.
final class ParquetRows {
  /// Tells on standard error which decompressor it has found.
  private static final Logger LIBRARY = Logger.getLogger("dev.hardwood");

  static {
    LIBRARY.setLevel(Level.WARNING);
  }

  private static final JsonNodeFactory JSON = Json.mapper().getNodeFactory();

  /// Takes a row.
  interface Sink {
    void row(ObjectNode row) throws IOException;
  }

  /// Reads all rows in order; [UserException] when the file cannot be read as Parquet.
  static void read(Path file, Sink sink) throws IOException {
    try (ParquetFileReader parquet = ParquetFileReader.open(new ParquetBytes(file))) {
      // The library cannot read a row group without rows.
      if (parquet.getFileMetaData().numRows() > 0) {
        read(parquet, sink);
      }
    } catch (SinkFailed e) {
      throw e.cause;
    } catch (UserException e) {
      throw new UserException(file + ": " + e.getMessage(), e);
    } catch (IOException | RuntimeException e) {
      // The library throws both for whatever is wrong with a file.
      throw new UserException(file + ": damaged, or not a Parquet file: " + e.getMessage(), e);
    }
  }

  private static void read(ParquetFileReader parquet, Sink sink) {
    try (RowReader rows = parquet.rowReader()) {
      while (rows.hasNext()) {
        rows.next();
        give(object(rows), sink);
      }
    }
  }

  /// Keeps the errors of a full disk apart from those of the file that is read.
  private static final class SinkFailed extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final IOException cause;

    SinkFailed(IOException cause) {
      super(cause);
      this.cause = cause;
    }
  }

  private static void give(ObjectNode row, Sink sink) {
    try {
      sink.row(row);
    } catch (IOException e) {
      throw new SinkFailed(e);
    }
  }

  private static ObjectNode object(StructAccessor fields) {
    ObjectNode object = JSON.objectNode();
    for (int i = 0; i < fields.getFieldCount(); i++) {
      String name = fields.getFieldName(i);
      object.set(name, fields.isNull(i) ? JSON.nullNode() : value(fields.getValue(i), name));
    }
    return object;
  }

  private static JsonNode value(@Nullable Object value, String column) {
    return switch (value) {
      case null -> JSON.nullNode();
      case String text -> JSON.textNode(text);
      case Boolean truth -> JSON.booleanNode(truth);
      case Integer number -> JSON.numberNode(number);
      case Long number -> JSON.numberNode(number);
      case Float number -> JSON.numberNode(number);
      case Double number -> JSON.numberNode(number);
      case BigDecimal number -> JSON.numberNode(number);
      case Temporal time -> JSON.textNode(time.toString());
      case UUID id -> JSON.textNode(id.toString());
      case PqStruct struct -> object(struct);
      case PqList list -> array(list, column);
      case PqMap map -> map(map, column);
      default ->
          throw UserException.of("the column '%s' holds raw bytes, which JSON cannot say", column);
    };
  }

  private static ArrayNode array(PqList list, String column) {
    ArrayNode array = JSON.arrayNode();
    for (int i = 0; i < list.size(); i++) {
      array.add(list.isNull(i) ? JSON.nullNode() : value(list.get(i), column));
    }
    return array;
  }

  private static ObjectNode map(PqMap map, String column) {
    ObjectNode object = JSON.objectNode();
    for (PqMap.Entry entry : map.getEntries()) {
      object.set(String.valueOf(entry.getKey()), value(entry.getValue(), column));
    }
    return object;
  }

  private ParquetRows() {}
}
