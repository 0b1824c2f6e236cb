package neox.data.indexed;

import java.io.IOException;
import java.nio.file.Path;

/// Writes a dataset of numbers (float32), one item for each document, as [IndexedTokensWriter]
/// writes tokens: `prefix.bin` and `prefix.idx` appear with [#commit], the index last. Not
/// thread-safe.
public final class IndexedFloatsWriter implements AutoCloseable {
  private final WorkDirectory work;
  private final Path prefix;
  private final TokenFiles files;
  private long items;
  private long values;

  private IndexedFloatsWriter(WorkDirectory work, Path prefix) throws IOException {
    this.work = work;
    this.prefix = prefix;
    DatasetTarget target = new DatasetTarget(prefix, TokenWidth.FLOAT32, IndexLayout.MMAP);
    this.files = TokenFiles.open(work, target, Extent.NOTHING);
    files.documentEnds().putLong(0);
  }

  /// Begins a dataset in the directory `prefix.writing`, which [#close] deletes. An existing
  /// dataset stays until [#commit].
  public static IndexedFloatsWriter create(Path prefix) throws IOException {
    WorkDirectory work =
        WorkDirectory.open(prefix.resolveSibling(prefix.getFileName() + ".writing"));
    try {
      work.clear();
      return new IndexedFloatsWriter(work, prefix);
    } catch (IOException | RuntimeException e) {
      work.close();
      throw e;
    }
  }

  /// Appends one document, which may be empty.
  public void addDocument(float[] numbers) throws IOException {
    for (float number : numbers) {
      files.tokens().putInt(Float.floatToRawIntBits(number));
    }
    files.sizes().putInt(numbers.length);
    items++;
    values += numbers.length;
    files.documentEnds().putLong(items);
  }

  /// Finishes the index, forces everything to disk and gives both files their names.
  public void commit() throws IOException {
    files.writeIndex(new Extent(items, items, values));
    IndexedTokensWriter.publish(work, prefix);
  }

  @Override
  public void close() throws IOException {
    files.close();
    try (work) {
      work.delete();
    }
  }
}
