package neox.preprocess.parquet;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Reads Thrift's compact protocol, in which Parquet writes its metadata: structs of numbered
/// fields, of which the unknown ones can be passed over.
final class ThriftReader {
  private static final int TRUE = 1;
  private static final int FALSE = 2;
  private static final int BYTE = 3;
  private static final int I16 = 4;
  private static final int I32 = 5;
  private static final int I64 = 6;
  private static final int DOUBLE = 7;
  private static final int BINARY = 8;
  private static final int LIST = 9;
  private static final int SET = 10;
  private static final int MAP = 11;
  private static final int STRUCT = 12;
  private static final int MOST_NESTED = 64;

  private final InputStream in;
  private int type;
  private int depth;

  ThriftReader(InputStream in) {
    this.in = in;
  }

  /// Takes one field of a struct; it must read the value, or [#skip] it.
  interface Field {
    void read(int id) throws IOException;
  }

  /// Reads one element of a list.
  interface Element<T> {
    T read() throws IOException;
  }

  void struct(Field field) throws IOException {
    nest();
    int id = 0;
    for (int head = oneByte(); head != 0; head = oneByte()) {
      type = head & 15;
      int step = head >>> 4;
      id = step == 0 ? (int) zigzag() : id + step;
      field.read(id);
    }
    depth--;
  }

  private void nest() throws ParquetException {
    if (++depth > MOST_NESTED) {
      throw new ParquetException("damaged metadata: nested too deeply");
    }
  }

  int i32() throws IOException {
    require(I32);
    return (int) zigzag();
  }

  long i64() throws IOException {
    require(I64);
    return zigzag();
  }

  boolean bool() throws IOException {
    if (type != FALSE) {
      require(TRUE);
    }
    return type == TRUE;
  }

  String string() throws IOException {
    require(BINARY);
    return text();
  }

  private String text() throws IOException {
    int length = length(varint());
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw ended();
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /// Elements that are structs or numbers.
  <T> List<T> list(Element<T> element) throws IOException {
    require(LIST);
    int head = oneByte();
    int size = head >>> 4 == 15 ? length(varint()) : head >>> 4;
    List<T> elements = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      type = head & 15;
      elements.add(element.read());
    }
    return elements;
  }

  void skip() throws IOException {
    nest();
    switch (type) {
      case TRUE, FALSE -> {}
      case BYTE -> oneByte();
      case I16, I32, I64 -> varint();
      case DOUBLE -> skipBytes(8);
      case BINARY -> skipBytes(length(varint()));
      case LIST, SET -> skipList();
      case MAP -> skipMap();
      case STRUCT -> struct(id -> skip());
      default -> throw new ParquetException("damaged metadata: unknown type %d", type);
    }
    depth--;
  }

  private void skipBytes(int length) throws IOException {
    try {
      in.skipNBytes(length);
    } catch (EOFException e) {
      throw ended();
    }
  }

  private void skipList() throws IOException {
    int head = oneByte();
    int size = head >>> 4 == 15 ? length(varint()) : head >>> 4;
    for (int i = 0; i < size; i++) {
      skipElement(head & 15);
    }
  }

  private void skipMap() throws IOException {
    int size = length(varint());
    int types = size == 0 ? 0 : oneByte();
    for (int i = 0; i < size; i++) {
      skipElement(types >>> 4);
      skipElement(types & 15);
    }
  }

  /// Unlike a field's, an element's truth takes a byte.
  private void skipElement(int elementType) throws IOException {
    type = elementType == TRUE || elementType == FALSE ? BYTE : elementType;
    skip();
  }

  private void require(int expected) throws ParquetException {
    if (type != expected) {
      throw new ParquetException("damaged metadata: type %d where %d belongs", type, expected);
    }
  }

  private long zigzag() throws IOException {
    long n = varint();
    return (n >>> 1) ^ -(n & 1);
  }

  private long varint() throws IOException {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      int b = oneByte();
      value |= (long) (b & 0x7f) << shift;
      if (b < 0x80) {
        return value;
      }
    }
    throw new ParquetException("damaged metadata: a number without end");
  }

  private static int length(long value) throws ParquetException {
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw new ParquetException("damaged metadata: a length of %d", value);
    }
    return (int) value;
  }

  private int oneByte() throws IOException {
    int b = in.read();
    if (b < 0) {
      throw ended();
    }
    return b;
  }

  private static ParquetException ended() {
    return new ParquetException("damaged metadata: it ends too early");
  }
}
