package neox.preprocess.parquet;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.OptionalInt;

/// What stands before each page of a column (the struct PageHeader of the format's parquet.thrift).
///
/// @param values entries with nulls
/// @param definitionBytes length of the definition levels, in [Kind#DATA_V2] alone
/// @param compressed whether the values are compressed, if the column is
record PageHeader(
    Kind kind,
    int uncompressedBytes,
    int compressedBytes,
    OptionalInt checksum,
    int values,
    int encoding,
    int definitionBytes,
    int repetitionBytes,
    boolean compressed) {

  private static final int INDEX_NUMBER = 1;
  private static final List<Kind> NUMBERED =
      List.of(Kind.DATA, Kind.INDEX, Kind.DICTIONARY, Kind.DATA_V2);

  /// What a page holds.
  enum Kind {
    DATA,
    INDEX,
    DICTIONARY,
    DATA_V2
  }

  static PageHeader read(InputStream in) throws IOException {
    ThriftReader thrift = new ThriftReader(in);
    Fields fields = new Fields();
    thrift.struct(id -> {
      switch (id) {
        case 1 -> fields.kind = thrift.i32();
        case 2 -> fields.uncompressedBytes = thrift.i32();
        case 3 -> fields.compressedBytes = thrift.i32();
        case 4 -> fields.checksum = OptionalInt.of(thrift.i32());
        case 5, 7 -> thrift.struct(field -> fields.readPlain(field, thrift));
        case 8 -> thrift.struct(field -> fields.readV2(field, thrift));
        default -> thrift.skip();
      }
    });
    return fields.header();
  }

  private static final class Fields {
    private int kind = -1;
    private int uncompressedBytes = -1;
    private int compressedBytes = -1;
    private OptionalInt checksum = OptionalInt.empty();
    private int values = -1;
    private int encoding = -1;
    private int definitionBytes;
    private int repetitionBytes;
    private boolean compressed = true;

    private void readPlain(int field, ThriftReader thrift) throws IOException {
      switch (field) {
        case 1 -> values = thrift.i32();
        case 2 -> encoding = thrift.i32();
        default -> thrift.skip();
      }
    }

    private void readV2(int field, ThriftReader thrift) throws IOException {
      switch (field) {
        case 1 -> values = thrift.i32();
        case 4 -> encoding = thrift.i32();
        case 5 -> definitionBytes = thrift.i32();
        case 6 -> repetitionBytes = thrift.i32();
        case 7 -> compressed = thrift.bool();
        default -> thrift.skip();
      }
    }

    private PageHeader header() throws ParquetException {
      boolean known = kind >= 0 && kind < NUMBERED.size();
      boolean sized = uncompressedBytes >= 0 && compressedBytes >= 0;
      boolean levels = definitionBytes >= 0 && repetitionBytes >= 0;
      levels &= (long) definitionBytes + repetitionBytes <= compressedBytes;
      levels &= (long) definitionBytes + repetitionBytes <= uncompressedBytes;
      boolean counted = kind == INDEX_NUMBER || values >= 0;
      if (!known || !sized || !levels || !counted) {
        throw new ParquetException("a damaged page header");
      }
      return new PageHeader(
          NUMBERED.get(kind),
          uncompressedBytes,
          compressedBytes,
          checksum,
          values,
          encoding,
          definitionBytes,
          repetitionBytes,
          compressed);
    }
  }
}
