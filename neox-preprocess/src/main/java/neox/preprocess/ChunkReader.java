package neox.preprocess;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/// Reads the files of a corpus one after the other and cuts them into chunks.
///
/// Holds one chunk at a time. Used by one thread; [#consumed] may be read by others.
final class ChunkReader implements AutoCloseable {
  private final Deque<InputFile> waiting;
  private final InputStream stdin;
  private Optional<ChunkSource> current = Optional.empty();
  private Optional<RawInput> raw = Optional.empty();
  private final AtomicLong consumed = new AtomicLong();

  ChunkReader(List<InputFile> files, InputStream stdin) {
    this.waiting = new ArrayDeque<>(files);
    this.stdin = stdin;
  }

  /// The next chunk in the order of the input; empty at the end.
  Optional<Chunk> next() throws IOException {
    while (true) {
      if (current.isEmpty()) {
        InputFile file = waiting.poll();
        if (file == null) {
          return Optional.empty();
        }
        Optional<Chunk> lost = begin(file);
        if (lost.isPresent()) {
          return lost;
        }
      }
      Optional<Chunk> chunk = read(current.orElseThrow());
      if (chunk.isPresent()) {
        return chunk;
      }
      finish();
      close();
    }
  }

  /// The file's last document has been read, unless the file turned out to be damaged.
  private void finish() throws IOException {
    if (raw.isPresent()) {
      raw.get().finished();
    }
  }

  /// Opens a file; returns what is wrong with its head.
  private Optional<Chunk> begin(InputFile file) throws IOException {
    try {
      raw = bytes(file).map(bytes -> new RawInput(file.name(), bytes, consumed));
      current = Optional.of(raw.isPresent() ? file.format().open(raw.get()) : openStdin());
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(lost(file.name() + ": damaged, or not what its name says", e));
    }
  }

  private static Optional<RawInput.Bytes> bytes(InputFile file) {
    return file.path()
        .<RawInput.Bytes>map(RawInput.Bytes.OnDisk::new)
        .or(() -> file.remote().map(RawInput.Bytes.Remote::new));
  }

  private ChunkSource openStdin() throws IOException {
    return new LineChunks(Decompression.detect(stdin), "stdin", Chunk.LineForm.JSON);
  }

  private Optional<Chunk> read(ChunkSource source) throws IOException {
    try {
      return source.next();
    } catch (IOException e) {
      ChunkSource.Position position = source.position();
      String where = position.place() + ": damaged or cut short after " + position.done();
      Chunk lost = lost(where, e);
      close();
      return Optional.of(lost);
    }
  }

  /// A failing disk is the environment's fault and ends the run; the rest is the file's.
  private static Chunk lost(String where, IOException e) throws IOException {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof RawInput.Unreadable unreadable) {
        throw unreadable;
      }
    }
    String reason = Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
    return new Chunk.Lost(where + ": " + reason.lines().findFirst().orElse(reason));
  }

  /// Bytes taken from files so far, before decompression.
  long consumed() {
    return consumed.get();
  }

  @Override
  public void close() throws IOException {
    if (current.isPresent()) {
      current.get().close();
    }
    current = Optional.empty();
  }
}
