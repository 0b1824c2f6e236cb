package neox.generate.rows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import neox.base.ReadableFile;
import neox.inference.RequestSource.Patience;
import org.jspecify.annotations.Nullable;

/// The lines of a stream, read by a thread of its own, so that who takes them need not wait for
/// more than there are. Lines that were read together are there together. Blank lines are left out.
final class LineSource implements AutoCloseable {
  private static final int READ_BYTES = 1 << 16;

  private final InputStream in;
  private final BlockingQueue<Item> items;
  private final Thread reader;
  private final Deque<Line> taken = new ArrayDeque<>();
  private boolean ended;

  /// What the reader hands over.
  private sealed interface Item {
    record Of(List<Line> lines) implements Item {}

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

  /// @param ahead how many reads of 64 KiB may wait
  static LineSource of(InputStream in, int ahead) {
    LineSource source = new LineSource(in, ahead);
    source.reader.start();
    return source;
  }

  /// The next line; empty when there is none now, and for good where it waits. What cannot be read
  /// is reported behind the lines before it.
  Optional<Line> next(Patience patience) throws IOException {
    if (ended || !taken.isEmpty()) {
      return Optional.ofNullable(taken.poll());
    }
    @Nullable Item item =
        switch (patience) {
          case NONE -> items.poll();
          case WAIT -> take();
        };
    return switch (item) {
      case null -> Optional.empty();
      case Item.Of(List<Line> lines) -> {
        taken.addAll(lines);
        yield Optional.of(taken.remove());
      }
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
      byte[] bytes = new byte[READ_BYTES];
      for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
        List<Line> lines = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < count; i++) {
          if (bytes[i] == '\n') {
            line.write(bytes, from, i - from);
            add(number++, line, lines);
            from = i + 1;
          }
        }
        line.write(bytes, from, count - from);
        put(lines);
      }
      List<Line> last = new ArrayList<>();
      add(number, line, last);
      put(last);
      return new Item.End();
    } catch (IOException e) {
      return new Item.Failed(e);
    }
  }

  private static void add(long number, ByteArrayOutputStream line, List<Line> lines) {
    byte[] utf8 = line.toByteArray();
    line.reset();
    if (!isBlank(utf8)) {
      lines.add(new Line(number, utf8));
    }
  }

  private void put(List<Line> lines) throws InterruptedException {
    if (!lines.isEmpty()) {
      items.put(new Item.Of(lines));
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
