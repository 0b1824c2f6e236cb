package neox.generate.rows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import neox.base.ReadableFile;
import neox.inference.RequestSource.Patience;
import org.jspecify.annotations.Nullable;

/// The lines of a stream, read by a thread of its own, so that who takes them need not wait for
/// more than there are. Blank lines are left out.
final class LineSource implements AutoCloseable {
  private final InputStream in;
  private final BlockingQueue<Item> items;
  private final Thread reader;
  private boolean ended;

  /// What the reader hands over.
  private sealed interface Item {
    record Of(Line line) implements Item {}

    record Failed(IOException reason) implements Item {}

    record End() implements Item {}
  }

  /// @param number from 1
  @SuppressWarnings("ArrayRecordComponent") // a plain carrier, never compared
  record Line(long number, byte[] utf8) {
    /// [neox.base.UserException] when it is not UTF-8.
    String text(String where) {
      return ReadableFile.text(number == 1 ? ReadableFile.unmarked(utf8) : utf8, where);
    }
  }

  private LineSource(InputStream in, int ahead) {
    this.in = in;
    this.items = new ArrayBlockingQueue<>(ahead);
    this.reader = Thread.ofPlatform().daemon().name("read-rows").unstarted(this::read);
  }

  /// @param ahead how many lines may wait
  static LineSource of(InputStream in, int ahead) {
    LineSource source = new LineSource(in, ahead);
    source.reader.start();
    return source;
  }

  /// The next line; empty when there is none now, and for good where it waits. What cannot be read
  /// is reported behind the lines before it.
  Optional<Line> next(Patience patience) throws IOException {
    if (ended) {
      return Optional.empty();
    }
    @Nullable Item item =
        switch (patience) {
          case NONE -> items.poll();
          case WAIT -> take();
        };
    return switch (item) {
      case null -> Optional.empty();
      case Item.Of(Line line) -> Optional.of(line);
      case Item.Failed(IOException reason) -> throw reason;
      case Item.End _ -> {
        ended = true;
        yield Optional.empty();
      }
    };
  }

  private Item take() throws IOException {
    try {
      return items.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private void read() {
    try {
      items.put(readAll());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody takes lines any more
    }
  }

  private Item readAll() throws InterruptedException {
    try {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      long number = 1;
      byte[] bytes = new byte[1 << 16];
      for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
        int from = 0;
        for (int i = 0; i < count; i++) {
          if (bytes[i] == '\n') {
            line.write(bytes, from, i - from);
            put(number++, line);
            from = i + 1;
          }
        }
        line.write(bytes, from, count - from);
      }
      put(number, line);
      return new Item.End();
    } catch (IOException e) {
      return new Item.Failed(e);
    }
  }

  private void put(long number, ByteArrayOutputStream line) throws InterruptedException {
    byte[] utf8 = line.toByteArray();
    line.reset();
    if (!isBlank(utf8)) {
      items.put(new Item.Of(new Line(number, utf8)));
    }
  }

  private static boolean isBlank(byte[] utf8) {
    for (byte b : utf8) {
      if (b != ' ' && b != '\t' && b != '\r') {
        return false;
      }
    }
    return true;
  }

  /// The reader may be waiting for input that never comes; it ends with the process.
  @Override
  public void close() {
    reader.interrupt();
  }
}
