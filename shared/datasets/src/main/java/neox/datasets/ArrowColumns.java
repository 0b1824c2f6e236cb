package neox.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import neox.base.UserException;
import neox.base.json.Json;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.Date;
import org.apache.arrow.flatbuf.DateUnit;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.FixedSizeList;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.Precision;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.TimeUnit;
import org.apache.arrow.flatbuf.Timestamp;
import org.apache.arrow.flatbuf.Type;

/// The columns of one batch of Arrow's format, which follow each other depth first: each takes its
/// node and its buffers, then come its children.
final class ArrowColumns {
  private static final int MOST_LEVELS = 64;
  private static final JsonNodeFactory JSON = Json.mapper().getNodeFactory();

  /// Values by row.
  @FunctionalInterface
  interface Column {
    JsonNode at(int row);
  }

  private final Path file;
  private final RecordBatch batch;
  private final ByteBuffer body;
  private int nodes;
  private int buffers;

  ArrowColumns(Path file, RecordBatch batch, ByteBuffer body) {
    if (batch.compression() != null) {
      throw UserException.of(
          "%s: its columns are compressed, which is not read; write it as Parquet", file);
    }
    this.file = file;
    this.batch = batch;
    this.body = body;
  }

  /// The next column.
  Column next(Field field) {
    return next(field, 0);
  }

  private Column next(Field field, int level) {
    if (field.dictionary() != null || level > MOST_LEVELS) {
      throw unknown(field, level > MOST_LEVELS ? "of too many levels" : "of a dictionary");
    }
    FieldNode node = batch.nodes(nodes++);
    long missing = node.nullCount();
    if (field.typeType() == Type.Null) {
      long length = node.length();
      return row -> nothing(row, length);
    }
    ByteBuffer present = buffer();
    Column values = values(field, level);
    return missing == 0 ? values : row -> isSet(present, row) ? values.at(row) : JSON.nullNode();
  }

  private static JsonNode nothing(int row, long length) {
    Objects.checkIndex(row, length);
    return JSON.nullNode();
  }

  private Column values(Field field, int level) {
    return switch (field.typeType()) {
      case Type.Bool -> {
        ByteBuffer bits = buffer();
        yield row -> JSON.booleanNode(isSet(bits, row));
      }
      case Type.Int -> integers((Int) field.type(new Int()));
      case Type.FloatingPoint ->
          reals(((FloatingPoint) field.type(new FloatingPoint())).precision());
      case Type.Utf8 -> texts(Integer.BYTES);
      case Type.LargeUtf8 -> texts(Long.BYTES);
      case Type.List -> lists(field, Integer.BYTES, level);
      case Type.LargeList -> lists(field, Long.BYTES, level);
      case Type.FixedSizeList -> {
        int size = ((FixedSizeList) field.type(new FixedSizeList())).listSize();
        Column items = next(field.children(0), level + 1);
        yield row -> array(items, row * size, (row + 1) * size);
      }
      case Type.Struct_ -> structs(field, level);
      case Type.Date -> days((Date) field.type(new Date()), field);
      case Type.Timestamp -> times((Timestamp) field.type(new Timestamp()));
      default -> throw unknown(field, Type.name(field.typeType()));
    };
  }

  private UserException unknown(Field field, String type) {
    return UserException.of(
        "%s: the column '%s' has the type %s, which is not read; write it as Parquet",
        file, field.name(), type);
  }

  private Column integers(Int type) {
    ByteBuffer data = buffer();
    boolean signed = type.isSigned();
    return switch (type.bitWidth()) {
      case Byte.SIZE ->
          row -> JSON.numberNode(signed ? data.get(row) : Byte.toUnsignedInt(data.get(row)));
      case Short.SIZE ->
          row -> {
            short value = data.getShort(row * Short.BYTES);
            return JSON.numberNode(signed ? value : Short.toUnsignedInt(value));
          };
      case Integer.SIZE ->
          row -> {
            int value = data.getInt(row * Integer.BYTES);
            return signed ? JSON.numberNode(value) : JSON.numberNode(Integer.toUnsignedLong(value));
          };
      default ->
          row -> {
            long value = data.getLong(row * Long.BYTES);
            return signed || value >= 0
                ? JSON.numberNode(value)
                : JSON.numberNode(new BigInteger(Long.toUnsignedString(value)));
          };
    };
  }

  private Column reals(int precision) {
    ByteBuffer data = buffer();
    return switch (precision) {
      case Precision.HALF ->
          row -> JSON.numberNode(Float.float16ToFloat(data.getShort(row * Short.BYTES)));
      case Precision.SINGLE -> row -> JSON.numberNode(data.getFloat(row * Float.BYTES));
      default -> row -> JSON.numberNode(data.getDouble(row * Double.BYTES));
    };
  }

  private Column days(Date type, Field field) {
    if (type.unit() != DateUnit.DAY) {
      throw unknown(field, Type.name(field.typeType()));
    }
    ByteBuffer data = buffer();
    return row -> JSON.textNode(LocalDate.ofEpochDay(data.getInt(row * Integer.BYTES)).toString());
  }

  /// A moment, or without a time zone what a clock on the wall shows.
  private Column times(Timestamp type) {
    ByteBuffer data = buffer();
    long perSecond =
        switch (type.unit()) {
          case TimeUnit.SECOND -> 1;
          case TimeUnit.MILLISECOND -> 1_000;
          case TimeUnit.MICROSECOND -> 1_000_000;
          default -> 1_000_000_000;
        };
    boolean isMoment = type.timezone() != null;
    return row -> {
      long count = data.getLong(row * Long.BYTES);
      long nanos = Math.floorMod(count, perSecond) * (1_000_000_000 / perSecond);
      Instant moment = Instant.ofEpochSecond(Math.floorDiv(count, perSecond), nanos);
      return JSON.textNode(
          isMoment
              ? moment.toString()
              : LocalDateTime.ofInstant(moment, ZoneOffset.UTC).toString());
    };
  }

  private Column texts(int offsetBytes) {
    ByteBuffer offsets = buffer();
    ByteBuffer data = buffer();
    return row -> {
      int from = offset(offsets, row, offsetBytes);
      byte[] text = new byte[offset(offsets, row + 1, offsetBytes) - from];
      data.get(from, text);
      return JSON.textNode(new String(text, StandardCharsets.UTF_8));
    };
  }

  private Column lists(Field field, int offsetBytes, int level) {
    ByteBuffer offsets = buffer();
    Column items = next(field.children(0), level + 1);
    return row ->
        array(items, offset(offsets, row, offsetBytes), offset(offsets, row + 1, offsetBytes));
  }

  private Column structs(Field field, int level) {
    Map<String, Column> children = new LinkedHashMap<>();
    for (int i = 0; i < field.childrenLength(); i++) {
      children.put(field.children(i).name(), next(field.children(i), level + 1));
    }
    return row -> {
      ObjectNode object = JSON.objectNode();
      children.forEach((name, child) -> object.set(name, child.at(row)));
      return object;
    };
  }

  private static ArrayNode array(Column items, int from, int to) {
    ArrayNode array = JSON.arrayNode();
    for (int i = from; i < to; i++) {
      array.add(items.at(i));
    }
    return array;
  }

  private static int offset(ByteBuffer offsets, int index, int bytes) {
    return bytes == Integer.BYTES
        ? offsets.getInt(index * Integer.BYTES)
        : Math.toIntExact(offsets.getLong(index * Long.BYTES));
  }

  private static boolean isSet(ByteBuffer bits, int index) {
    return (bits.get(index / Byte.SIZE) >> index % Byte.SIZE & 1) != 0;
  }

  private ByteBuffer buffer() {
    Buffer place = batch.buffers(buffers++);
    int offset = Math.toIntExact(place.offset());
    return body.slice(offset, Math.toIntExact(place.length())).order(ByteOrder.LITTLE_ENDIAN);
  }
}
