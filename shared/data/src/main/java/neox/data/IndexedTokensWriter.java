package neox.data;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import neox.base.AtomicFile;

/// Writes a dataset: tokens stream to `prefix.bin`, and the index is finished by [#commit].
///
/// Neither name exists before commit, and `.idx` comes last; closing without commit leaves nothing.
/// Sizes and document ends are kept on disk, so memory does not grow with the corpus. Not
/// thread-safe.
public final class IndexedTokensWriter implements AutoCloseable {
  private final Path prefix;
  private final TokenWidth width;
  private final AtomicFile bin;
  private final AtomicFile idx;
  private final IndexLayout layout;
  private final FileChannel sizes;
  private final FileChannel documentEnds;
  private final LittleEndianSink tokenSink;
  private final LittleEndianSink sizeSink;
  private final LittleEndianSink documentSink;
  private long items;
  private long documents;
  private long tokens;

  private IndexedTokensWriter(
      Path prefix, TokenWidth width, IndexLayout layout, AtomicFile bin, AtomicFile idx)
      throws IOException {
    this.prefix = prefix;
    this.width = width;
    this.layout = layout;
    this.bin = bin;
    this.idx = idx;
    this.sizes = openSpill(prefix, "sizes");
    this.documentEnds = openSpill(prefix, "ends");
    this.tokenSink = new LittleEndianSink(bin.channel());
    this.sizeSink = new LittleEndianSink(sizes);
    this.documentSink = new LittleEndianSink(documentEnds);
    documentSink.putLong(0);
  }

  /// Opens hidden siblings of the two files; an existing dataset stays until [#commit].
  public static IndexedTokensWriter create(Path prefix, TokenWidth width) throws IOException {
    return create(prefix, width, IndexLayout.MMAP);
  }

  /// The same with a layout of the index other than the usual one.
  public static IndexedTokensWriter create(Path prefix, TokenWidth width, IndexLayout layout)
      throws IOException {
    if (!width.holdsIntegers()) {
      throw new IllegalArgumentException("tokens cannot be stored as " + width);
    }
    AtomicFile bin = AtomicFile.create(IndexFormat.bin(prefix));
    try {
      AtomicFile idx = AtomicFile.create(IndexFormat.idx(prefix));
      try {
        return new IndexedTokensWriter(prefix, width, layout, bin, idx);
      } catch (IOException | RuntimeException e) {
        idx.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      bin.close();
      throw e;
    }
  }

  private static FileChannel openSpill(Path prefix, String content) throws IOException {
    String name =
        "." + prefix.getFileName() + "." + ProcessHandle.current().pid() + "." + content + ".tmp";
    return FileChannel.open(
        prefix.resolveSibling(name),
        StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE,
        StandardOpenOption.DELETE_ON_CLOSE);
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
    for (int i = from; i < to; i++) {
      int token = source[i];
      if (!width.holds(token)) {
        throw new IllegalArgumentException("token " + token + " does not fit " + width);
      }
      switch (width.bytes()) {
        case 1 -> tokenSink.putByte(token);
        case 2 -> tokenSink.putShort(token);
        case 4 -> tokenSink.putInt(token);
        default -> tokenSink.putLong(token);
      }
    }
    sizeSink.putInt(to - from);
    items++;
    tokens += to - from;
  }

  /// Marks the end of a document after the items added so far.
  public void endDocument() throws IOException {
    documentSink.putLong(items);
    documents++;
  }

  /// Finishes the index, forces everything to disk and gives both files their names.
  public void commit() throws IOException {
    tokenSink.flush();
    sizeSink.flush();
    documentSink.flush();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment lengths =
          items == 0
              ? MemorySegment.NULL
              : sizes.map(FileChannel.MapMode.READ_ONLY, 0, 4 * items, arena);
      IndexLayout.Content content = new IndexLayout.Content(items, documents + 1, width, lengths);
      layout.write(content, new LittleEndianSink(idx.channel()));
    }
    appendDocumentEnds();
    // A crash between the renames must not leave an old index beside new tokens.
    Files.deleteIfExists(IndexFormat.idx(prefix));
    bin.commit();
    idx.commit();
  }

  private void appendDocumentEnds() throws IOException {
    long length = documentEnds.size();
    for (long at = 0; at < length; ) {
      at += documentEnds.transferTo(at, length - at, idx.channel());
    }
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
    try (bin;
        idx;
        sizes;
        documentEnds) {
      return; // closing is all there is to do, and every one of them must be closed
    }
  }
}
