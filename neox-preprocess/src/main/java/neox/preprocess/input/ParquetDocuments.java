package neox.preprocess.input;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import neox.base.ByteBuilder;
import neox.preprocess.parquet.Cell;
import neox.preprocess.parquet.ParquetException;
import neox.preprocess.parquet.ParquetFile;

/// The rows of a Parquet file, each as the JSON row that it stands for: the wanted columns with
/// their strings, lists of strings and nulls.
final class ParquetDocuments implements DocumentSource {
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private final RawInput input;
  private final ParquetFile file;
  private final byte[][] names;
  private final ByteBuilder json = new ByteBuilder();
  private final long fileBytes;
  private long counted;

  private ParquetDocuments(RawInput input, ParquetFile file, long fileBytes) {
    this.input = input;
    this.file = file;
    this.fileBytes = fileBytes;
    this.names = input.keys().stream().map(ParquetDocuments::utf8).toArray(byte[][]::new);
  }

  static ParquetDocuments open(RawInput input) throws IOException {
    Path path = input.path();
    int pageBytes = input.limit().pageBytes();
    try {
      ParquetFile file = ParquetFile.open(path, input.name(), input.keys(), pageBytes);
      return new ParquetDocuments(input, file, Files.size(path));
    } catch (ParquetException e) {
      throw readable(e);
    }
  }

  private static IOException readable(ParquetException e) {
    return e.isDamage() ? e : new Unsupported(String.valueOf(e.getMessage()));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public Optional<Document> next() throws IOException {
    List<Cell> row = readRow();
    count();
    if (row.isEmpty()) {
      return Optional.empty();
    }
    String source = input.name() + ": row " + file.rowsRead();
    long bytes = row.stream().mapToLong(ParquetDocuments::bytes).sum();
    if (!input.limit().allows(bytes)) {
      return Optional.of(Document.tooLong(source, bytes));
    }
    json.clear();
    for (int key = 0; key < names.length; key++) {
      json.add(key == 0 ? '{' : ',');
      addString(names[key], 0, names[key].length);
      json.add(':');
      add(row.get(key));
    }
    json.add('}');
    return Optional.of(new Document.Json(source, Arrays.copyOf(json.array(), json.size())));
  }

  private List<Cell> readRow() throws IOException {
    try {
      return file.next();
    } catch (ParquetException e) {
      throw readable(e);
    } catch (IOException e) {
      throw new RawInput.Unreadable(input.name(), e);
    }
  }

  /// Counts the whole file as read by the time of its last row, although other columns are left
  /// out.
  private void count() {
    long rows = file.rows();
    long read =
        rows == file.rowsRead() ? fileBytes : (long) ((double) file.rowsRead() / rows * fileBytes);
    input.consumed().addAndGet(read - counted);
    counted = read;
  }

  private static long bytes(Cell cell) {
    return switch (cell) {
      case Cell.Null none -> NULL.length;
      case Cell.Text text -> text.to() - text.from() + 2L;
      case Cell.TooLong text -> text.pageBytes(); // more than a row may have
      case Cell.Texts texts ->
          texts.elements().stream().mapToLong(element -> bytes(element) + 1).sum();
    };
  }

  private void add(Cell cell) {
    switch (cell) {
      case Cell.TooLong text -> throw new IllegalStateException("a row that is left out");
      case Cell.Null none -> json.add(NULL, 0, NULL.length);
      case Cell.Text text -> addString(text.bytes(), text.from(), text.to());
      case Cell.Texts texts -> {
        json.add('[');
        for (int i = 0; i < texts.elements().size(); i++) {
          if (i > 0) {
            json.add(',');
          }
          add(texts.elements().get(i));
        }
        json.add(']');
      }
    }
  }

  private static final byte[] NULL = utf8("null");

  private void addString(byte[] bytes, int from, int to) {
    json.add('"');
    int clean = from;
    for (int i = from; i < to; i++) {
      byte b = bytes[i];
      if ((b >= 0 && b < ' ') || b == '"' || b == '\\') {
        json.add(bytes, clean, i);
        escape(b);
        clean = i + 1;
      }
    }
    json.add(bytes, clean, to);
    json.add('"');
  }

  private void escape(byte b) {
    json.add('\\');
    switch (b) {
      case '"', '\\' -> json.add(b);
      case '\n' -> json.add('n');
      default -> {
        json.add('u');
        json.add('0');
        json.add('0');
        json.add(HEX[b >>> 4]);
        json.add(HEX[b & 15]);
      }
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
