package neox.data.indexed;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import neox.base.AtomicDirectory;

/// The files of a dataset in the making: tokens, the length of each item (int32), and the end of
/// each document (int64, in items). Not thread-safe.
final class TokenFiles implements AutoCloseable {
  private final WorkDirectory work;
  private final DatasetTarget target;
  private final WorkFile tokens;
  private final WorkFile sizes;
  private final WorkFile documentEnds;

  private TokenFiles(
      WorkDirectory work,
      DatasetTarget target,
      WorkFile tokens,
      WorkFile sizes,
      WorkFile documentEnds) {
    this.work = work;
    this.target = target;
    this.tokens = tokens;
    this.sizes = sizes;
    this.documentEnds = documentEnds;
  }

  /// Opens the three files to go on behind `written`.
  static TokenFiles open(WorkDirectory work, DatasetTarget target, Extent written)
      throws IOException {
    String name = target.name();
    long tokenBytes = Math.multiplyExact(written.tokens(), (long) target.width().bytes());
    WorkFile tokens = WorkFile.open(work.file(name + ".bin"), tokenBytes);
    try {
      WorkFile sizes = WorkFile.open(work.file(name + ".sizes"), Integer.BYTES * written.items());
      try {
        // The list of ends begins with a 0, which is written with the first document.
        long ends = written.documents() == 0 ? 0 : Long.BYTES * (written.documents() + 1);
        WorkFile documentEnds = WorkFile.open(work.file(name + ".ends"), ends);
        return new TokenFiles(work, target, tokens, sizes, documentEnds);
      } catch (IOException | RuntimeException e) {
        sizes.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      tokens.close();
      throw e;
    }
  }

  LittleEndianSink tokens() {
    return tokens.sink();
  }

  LittleEndianSink sizes() {
    return sizes.sink();
  }

  LittleEndianSink documentEnds() {
    return documentEnds.sink();
  }

  /// Forces everything put so far to the disk.
  void sync() throws IOException {
    tokens.sync();
    sizes.sync();
    documentEnds.sync();
  }

  /// Writes the index beside them.
  void writeIndex(Extent written) throws IOException {
    sync();
    try (WorkFile index = WorkFile.open(work.file(target.name() + ".idx"), 0);
        Arena arena = Arena.ofConfined()) {
      long items = written.items();
      MemorySegment lengths =
          items == 0
              ? MemorySegment.NULL
              : sizes.channel().map(FileChannel.MapMode.READ_ONLY, 0, Integer.BYTES * items, arena);
      IndexLayout.Content content =
          new IndexLayout.Content(items, written.documents() + 1, target.width(), lengths);
      target.layout().write(content, index.sink());
      long ends = Long.BYTES * (written.documents() + 1);
      MemorySegment documents =
          documentEnds.channel().map(FileChannel.MapMode.READ_ONLY, 0, ends, arena);
      for (long at = 0; at < ends; at += Long.BYTES) {
        index.sink().putLong(documents.get(IndexFormat.LONG, at));
      }
      index.sync();
    }
  }

  /// Gives the tokens and then the index their final names. What a killed process has moved already
  /// stays where it is.
  static void publish(WorkDirectory work, Path prefix) throws IOException {
    String name = prefix.getFileName().toString();
    Path directory = AtomicDirectory.parentOf(prefix);
    Path tokens = work.file(name + ".bin");
    if (Files.exists(tokens)) {
      // A crash between the renames must not leave an old index beside new tokens.
      Files.deleteIfExists(IndexFormat.idx(prefix));
      AtomicDirectory.syncDirectory(directory);
      move(tokens, IndexFormat.bin(prefix));
      AtomicDirectory.syncDirectory(directory);
    }
    Path index = work.file(name + ".idx");
    if (Files.exists(index)) {
      move(index, IndexFormat.idx(prefix));
      AtomicDirectory.syncDirectory(directory);
    }
  }

  private static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void close() throws IOException {
    try (tokens;
        sizes;
        documentEnds) {
      return; // closing is all there is to do, and every one of them must be closed
    }
  }
}
