package neox.preprocess.parquet;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import neox.base.NamedFiles;

/// Reads columns of text from a Parquet file, row by row in the file's order.
///
/// Only these columns are read. Memory holds the footer and, for each column, one page and one
/// dictionary; writers keep both to about a megabyte. Strings and lists of strings, plain,
/// dictionary and delta encodings, data pages of both versions, and the codecs of [Codec] are read.
/// Used by one thread.
public final class ParquetFile implements Closeable {
  private final FileChannel channel;
  private final FileLayout layout;
  private final List<TextField> fields;
  private final int most;
  private List<ColumnReader> columns = List.of();
  private int nextGroup;
  private long rowsLeft;
  private long rowsRead;

  private ParquetFile(FileChannel channel, FileLayout layout, List<TextField> fields, int most) {
    this.most = most;
    this.channel = channel;
    this.layout = layout;
    this.fields = List.copyOf(fields);
  }

  /// Opens a file; [neox.base.UserException] when a column is missing or holds no text,
  /// [ParquetException] when the file cannot be understood.
  ///
  /// @param name of the file in messages
  /// @param most bytes of a page that may be in memory at once
  public static ParquetFile open(Path path, String name, List<String> columns, int most)
      throws IOException {
    FileChannel channel = NamedFiles.open(path, StandardOpenOption.READ);
    try {
      FileLayout layout = FileLayout.read(channel, most);
      List<TextField> fields =
          columns.stream().map(column -> TextField.of(name, column, layout)).toList();
      return new ParquetFile(channel, layout, fields, most);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /// Rows of the whole file.
  public long rows() {
    return layout.rowGroups().stream().mapToLong(FileLayout.RowGroup::rows).sum();
  }

  /// Rows returned so far.
  public long rowsRead() {
    return rowsRead;
  }

  /// The cells of the next row, one for each column; empty after the last.
  public List<Cell> next() throws IOException {
    while (rowsLeft == 0) {
      if (nextGroup == layout.rowGroups().size()) {
        return List.of();
      }
      begin(layout.rowGroups().get(nextGroup++));
    }
    List<Cell> row = new ArrayList<>();
    for (ColumnReader column : columns) {
      row.add(column.next());
    }
    rowsLeft--;
    rowsRead++;
    return row;
  }

  private void begin(FileLayout.RowGroup group) throws IOException {
    List<ColumnReader> readers = new ArrayList<>();
    for (TextField field : fields) {
      if (field.leaf() >= group.columns().size()) {
        throw new ParquetException("damaged: a row group without a column of the schema");
      }
      FileLayout.ColumnChunk chunk = group.columns().get(field.leaf());
      readers.add(new ColumnReader(new PageReader(channel, chunk, field, most), field, most));
    }
    columns = readers;
    rowsLeft = group.rows();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
