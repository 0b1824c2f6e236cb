import dev.hardwood.InputFile;
import dev.hardwood.reader.ColumnReader;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.row.PqList;
import dev.hardwood.schema.ColumnProjection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import neox.preprocess.parquet.Cell;
import neox.preprocess.parquet.ParquetFile;

/// Reads text columns of a Parquet file by our reader or by hardwood's, and says how long it took
/// and what the text hashes to (docs/decisions/0005).
///
/// hardwood is no dependency of ours: put hardwood-core 1.0.1.Final, snappy-java and lz4-java into
/// a folder LIB first, and `make dist`. Then
///
///     java -Xmx2g -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED -cp 'dist/lib/*:LIB/*' \
///       benchmarks/parquet/ReadParquet.java ours|rows|columns FILE COLUMN…
class ReadParquet {
  private static final int BATCH_ROWS = 512;

  private long rows;
  private long bytes;
  private long hash;

  public static void main(String[] args) throws IOException {
    Path file = Path.of(args[1]);
    String[] columns = List.of(args).subList(2, args.length).toArray(String[]::new);
    ReadParquet run = new ReadParquet();
    long startedAtNanos = System.nanoTime();
    switch (args[0]) {
      case "ours" -> run.ours(file, columns);
      case "rows" -> run.rows(file, columns);
      case "columns" -> run.columns(file, columns);
      default -> throw new IllegalArgumentException(args[0]);
    }
    System.out.printf(
        "%s: %,d rows, %,d bytes, hash %x, %.2f s%n",
        args[0], run.rows, run.bytes, run.hash, (System.nanoTime() - startedAtNanos) / 1e9);
  }

  private void ours(Path path, String[] columns) throws IOException {
    try (ParquetFile file = ParquetFile.open(path, path.toString(), List.of(columns))) {
      for (List<Cell> row = file.next(); !row.isEmpty(); row = file.next()) {
        rows++;
        row.forEach(this::add);
      }
    }
  }

  private void add(Cell cell) {
    switch (cell) {
      case Cell.Null none -> mark(77);
      case Cell.Text text -> add(text.bytes(), text.from(), text.to());
      case Cell.Texts texts -> {
        mark(5);
        texts.elements().forEach(this::add);
      }
    }
  }

  private void rows(Path path, String[] columns) throws IOException {
    var projection = ColumnProjection.columns(columns);
    try (var file = ParquetFileReader.open(InputFile.of(path));
        var reader = file.buildRowReader().projection(projection).build()) {
      while (reader.hasNext()) {
        reader.next();
        rows++;
        for (String column : columns) {
          add(reader.isNull(column) ? null : reader.getRawValue(column));
        }
      }
    }
  }

  private void add(Object value) {
    switch (value) {
      case null -> mark(77);
      case byte[] text -> add(text, 0, text.length);
      case PqList list -> {
        mark(5);
        for (int i = 0; i < list.size(); i++) {
          add(list.isNull(i) ? null : list.getRaw(i));
        }
      }
      default -> throw new IllegalStateException(value.getClass().getName());
    }
  }

  /// Strings only, not lists of them.
  private void columns(Path path, String[] columns) throws IOException {
    var projection = ColumnProjection.columns(columns);
    try (var file = ParquetFileReader.open(InputFile.of(path));
        var readers = file.buildColumnReaders(projection).batchSize(BATCH_ROWS).build()) {
      while (readers.nextBatch()) {
        for (int row = 0; row < readers.getRecordCount(); row++) {
          rows++;
          for (int column = 0; column < columns.length; column++) {
            ColumnReader reader = readers.getColumnReader(column);
            int[] offsets = reader.getBinaryOffsets();
            if (reader.getLeafValidity().hasNulls() && reader.getLeafValidity().isNull(row)) {
              mark(77);
            } else {
              add(reader.getBinaryValues(), offsets[row], offsets[row + 1]);
            }
          }
        }
      }
    }
  }

  private void add(byte[] text, int from, int to) {
    long sum = 1;
    for (int i = from; i < to; i++) {
      sum = sum * 31 + text[i];
    }
    mark(sum);
    bytes += to - from;
  }

  private void mark(long value) {
    hash = hash * 1000003 + value;
  }
}
