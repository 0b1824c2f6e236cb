package neox.wandb;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;
import neox.base.NamedFiles;
import neox.base.json.CheckedLine;

/// Reads a journal from a position on, a megabyte at a time, as far as it goes at the moment. A
/// line whose checksum is wrong is passed over. Not thread-safe.
final class JournalReader implements AutoCloseable {
  private static final int BLOCK = 1 << 20;

  private final FileChannel channel;
  private final Deque<Read> ahead = new ArrayDeque<>();
  private long position;
  private int damaged;

  private JournalReader(FileChannel channel, long position) {
    this.channel = channel;
    this.position = position;
  }

  /// An entry, and where the next one begins.
  record Read(Entry entry, long end) {}

  static JournalReader open(Path file, long position) throws IOException {
    return new JournalReader(NamedFiles.open(file, StandardOpenOption.READ), position);
  }

  /// Reads on from another position.
  void seek(long to) {
    ahead.clear();
    position = to;
  }

  /// The next entry that is there as a whole, without passing it.
  Optional<Read> peek() throws IOException {
    if (ahead.isEmpty()) {
      fill();
    }
    return Optional.ofNullable(ahead.peek());
  }

  /// Passes the entry that [#peek] has told of.
  void pass() {
    ahead.remove();
  }

  /// Lines that were passed over.
  int damaged() {
    return damaged;
  }

  private void fill() throws IOException {
    for (int size = BLOCK; ahead.isEmpty(); size *= 2) {
      byte[] bytes = read(channel, position, size);
      int from = 0;
      for (int to = 0; to < bytes.length; to++) {
        if (bytes[to] == '\n') {
          add(bytes, from, to, position + to + 1);
          from = to + 1;
        }
      }
      position += from;
      if (bytes.length < size) {
        return; // the end, or a line that is being written
      }
      if (from > 0) {
        size = BLOCK / 2;
      }
    }
  }

  private void add(byte[] bytes, int from, int to, long end) {
    Optional<String> text = CheckedLine.text(bytes, from, to);
    try {
      if (text.isPresent()) {
        ahead.add(new Read(Entry.parse(text.get()), end));
        return;
      }
    } catch (JsonProcessingException e) {
      // Counted below: no line of ours, though its sum is right.
    }
    damaged++;
  }

  private static byte[] read(FileChannel channel, long position, int size) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(size);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        break;
      }
    }
    return Arrays.copyOf(buffer.array(), buffer.position());
  }

  /// The length of the file up to its last line feed.
  static long wholeLines(FileChannel channel) throws IOException {
    for (long end = channel.size(); end > 0; end = Math.max(0, end - BLOCK)) {
      long from = Math.max(0, end - BLOCK);
      byte[] bytes = read(channel, from, (int) (end - from));
      for (int i = bytes.length - 1; i >= 0; i--) {
        if (bytes[i] == '\n') {
          return from + i + 1;
        }
      }
    }
    return 0;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
