package neox.data.indexed;

import java.io.IOException;
import java.nio.file.Path;

/// Writes a dataset: tokens stream to a file in a working directory, and [#commit] writes the index
/// and gives `prefix.bin` and `prefix.idx` their names.
///
/// Neither name exists before commit, and `.idx` comes last. Sizes and document ends are kept on
/// disk, so memory does not grow with the corpus. Not thread-safe.
public final class IndexedTokensWriter implements AutoCloseable {
  private final WorkDirectory work;
  private final Ownership ownership;
  private final DatasetTarget target;
  private final TokenFiles files;
  private long items;
  private long documents;
  private long tokens;

  /// Who deletes the working directory.
  private enum Ownership {
    OURS,
    CALLERS
  }

  private IndexedTokensWriter(
      WorkDirectory work, Ownership ownership, DatasetTarget target, Extent written)
      throws IOException {
    if (!target.width().holdsIntegers()) {
      throw new IllegalArgumentException("tokens cannot be stored as " + target.width());
    }
    this.work = work;
    this.ownership = ownership;
    this.target = target;
    this.files = TokenFiles.open(work, target, written);
    this.items = written.items();
    this.documents = written.documents();
    this.tokens = written.tokens();
    if (documents == 0) {
      files.documentEnds().putLong(0);
    }
  }

  /// Begins a dataset in the directory `prefix.writing`, which [#close] deletes. An existing
  /// dataset stays until [#commit]; what a killed process left in the directory is deleted.
  public static IndexedTokensWriter create(Path prefix, TokenWidth width) throws IOException {
    return create(new DatasetTarget(prefix, width, IndexLayout.MMAP));
  }

  /// The same with a layout of the index other than the usual one.
  public static IndexedTokensWriter create(DatasetTarget target) throws IOException {
    Path prefix = target.prefix();
    WorkDirectory work = WorkDirectory.open(prefix.resolveSibling(target.name() + ".writing"));
    try {
      work.clear();
      return new IndexedTokensWriter(work, Ownership.OURS, target, Extent.NOTHING);
    } catch (IOException | RuntimeException e) {
      work.close();
      throw e;
    }
  }

  /// Goes on behind what [#save] reported, in a working directory that is the caller's: neither
  /// commit nor close deletes it.
  public static IndexedTokensWriter resume(WorkDirectory work, DatasetTarget target, Extent written)
      throws IOException {
    return new IndexedTokensWriter(work, Ownership.CALLERS, target, written);
  }

  /// Appends `source[from, to)` as one document: one item, or none when the range is empty.
  public void addDocument(int[] source, int from, int to) throws IOException {
    if (to > from) {
      addItem(source, from, to);
    }
    endDocument();
  }

  /// Appends one item; [IllegalArgumentException] when a token does not fit the width.
  public void addItem(int[] source, int from, int to) throws IOException {
    refuseTooWide(source, from, to);
    LittleEndianSink sink = files.tokens();
    if (target.width().bytes() == Short.BYTES) {
      sink.putShorts(source, from, to);
    } else {
      put(source, from, to, sink);
    }
    files.sizes().putInt(to - from);
    items++;
    tokens += to - from;
  }

  private void refuseTooWide(int[] source, int from, int to) {
    int bits = 0;
    for (int i = from; i < to; i++) {
      bits |= source[i];
    }
    TokenWidth width = target.width();
    if (bits >= 0 && width.holds(bits)) {
      return; // so it holds each of them
    }
    for (int i = from; i < to; i++) {
      if (!width.holds(source[i])) {
        throw new IllegalArgumentException("token " + source[i] + " does not fit " + width);
      }
    }
  }

  private void put(int[] source, int from, int to, LittleEndianSink sink) throws IOException {
    for (int i = from; i < to; i++) {
      switch (target.width().bytes()) {
        case 1 -> sink.putByte(source[i]);
        case 4 -> sink.putInt(source[i]);
        default -> sink.putLong(source[i]);
      }
    }
  }

  /// Marks the end of a document after the items added so far.
  public void endDocument() throws IOException {
    files.documentEnds().putLong(items);
    documents++;
  }

  /// Forces everything added so far to disk, so that a later run can go on behind it.
  public Extent save() throws IOException {
    files.sync();
    return written();
  }

  /// Writes the index into the working directory, after the last document.
  public void finish() throws IOException {
    files.writeIndex(written());
  }

  /// Gives both files of a dataset that was finished in `work` their names; may be repeated after a
  /// crash.
  public static void publish(WorkDirectory work, Path prefix) throws IOException {
    TokenFiles.publish(work, prefix);
  }

  /// Finishes the index, forces everything to disk and gives both files their names.
  public void commit() throws IOException {
    finish();
    publish(work, target.prefix());
  }

  /// Everything added so far.
  public Extent written() {
    return new Extent(items, documents, tokens);
  }

  /// Documents added so far, empty ones counted.
  public long documents() {
    return documents;
  }

  /// Tokens added so far.
  public long tokens() {
    return tokens;
  }

  @Override
  public void close() throws IOException {
    files.close();
    if (ownership == Ownership.OURS) {
      try (work) {
        work.delete();
      }
    }
  }
}
