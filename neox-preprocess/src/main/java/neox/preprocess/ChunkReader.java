package neox.preprocess;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import neox.base.UserException;

/// Reads the files of a corpus one after the other and cuts them into chunks.
///
/// Holds one chunk at a time. Used by one thread; [#consumed] may be read by others.
final class ChunkReader implements AutoCloseable {
  private static final int ZSTD_WINDOW_LOG = 31; // archives made with --long=31 exist
  private static final byte[] ZSTD_MAGIC = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd};
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int MAX_TEXT_BYTES = Integer.MAX_VALUE - 16;

  private final Deque<InputFile> waiting;
  private final InputStream stdin;
  private Optional<LineChunks> current = Optional.empty();
  private Optional<CountingInputStream> raw = Optional.empty();
  private final AtomicLong consumed = new AtomicLong();

  ChunkReader(List<InputFile> files, InputStream stdin) {
    this.waiting = new ArrayDeque<>(files);
    this.stdin = stdin;
  }

  /// The next chunk in the order of the input; empty at the end.
  Optional<Chunk> next() throws IOException {
    while (true) {
      if (current.isPresent()) {
        Optional<Chunk> chunk = readLines(current.get());
        if (chunk.isPresent()) {
          return chunk;
        }
        closeCurrent();
      }
      InputFile file = waiting.poll();
      if (file == null) {
        return Optional.empty();
      }
      if (file.format() == InputFormat.TEXT) {
        return Optional.of(readText(file));
      }
      current = Optional.of(new LineChunks(open(file), file.name()));
    }
  }

  private Optional<Chunk> readLines(LineChunks lines) throws IOException {
    try {
      return lines.next();
    } catch (com.github.luben.zstd.ZstdIOException e) {
      throw damaged(lines, e);
    } catch (IOException e) {
      // zstd-jni reports a stream that ends too early as a plain IOException
      if (e.getMessage() != null && e.getMessage().contains("Truncated source")) {
        throw damaged(lines, e);
      }
      throw new IOException(lines.source() + ": cannot read: " + e.getMessage(), e);
    } finally {
      raw.ifPresent(stream -> consumed.addAndGet(stream.takeCount()));
    }
  }

  private static UserException damaged(LineChunks lines, IOException e) {
    return new UserException(
        "%s: damaged or cut short after line %d: %s"
            .formatted(lines.source(), lines.linesRead(), e.getMessage()),
        e);
  }

  private InputStream open(InputFile file) throws IOException {
    if (file.path().isPresent()) {
      CountingInputStream counting =
          new CountingInputStream(Files.newInputStream(file.path().get()));
      raw = Optional.of(counting);
      return file.format() == InputFormat.ZSTD_JSON_LINES ? zstd(counting) : counting;
    }
    BufferedInputStream buffered = new BufferedInputStream(stdin, BUFFER_BYTES);
    buffered.mark(ZSTD_MAGIC.length);
    byte[] head = buffered.readNBytes(ZSTD_MAGIC.length);
    buffered.reset();
    return Arrays.equals(head, ZSTD_MAGIC) ? zstd(buffered) : buffered;
  }

  private static InputStream zstd(InputStream in) throws IOException {
    return new ZstdInputStream(new BufferedInputStream(in, BUFFER_BYTES))
        .setLongMax(ZSTD_WINDOW_LOG);
  }

  private Chunk readText(InputFile file) throws IOException {
    if (file.size() > MAX_TEXT_BYTES) {
      throw UserException.of(
          "%s: %d bytes are too many for one document; a .txt file is one document, use .jsonl",
          file.name(), file.size());
    }
    byte[] bytes = Files.readAllBytes(file.path().orElseThrow());
    consumed.addAndGet(bytes.length);
    return new Chunk(file.name(), 1, Chunk.Kind.TEXT, bytes, bytes.length);
  }

  /// Bytes taken from files so far, before decompression.
  long consumed() {
    return consumed.get();
  }

  private void closeCurrent() throws IOException {
    if (current.isPresent()) {
      current.get().close();
    }
    current = Optional.empty();
    raw = Optional.empty();
  }

  @Override
  public void close() throws IOException {
    closeCurrent();
  }
}
