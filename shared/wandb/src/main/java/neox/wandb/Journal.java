package neox.wandb;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.base.json.CheckedLine;
import neox.base.process.Exclusive;
import neox.monitor.BlockFile;

/// All that happens to a run, line by line, in a file that only grows. What [#append] has returned
/// of survives the death of the process; what a full disk does not take waits in memory, and is
/// dropped when it becomes too much. Thread-safe.
final class Journal implements AutoCloseable {
  static final String FILE = "journal.jsonl";

  private static final int MOST_PENDING_BYTES = 16 << 20;

  private final BlockFile blocks;
  private final ByteArrayOutputStream pending = new ByteArrayOutputStream();

  Journal(BlockFile blocks) {
    this.blocks = blocks;
  }

  /// Opens the journal of a run, which no other process may write at the same time. A last line
  /// that a killed process left torn is cut off.
  static Journal open(Path directory) throws IOException {
    Files.createDirectories(directory);
    Path file = directory.resolve(FILE);
    FileChannel channel =
        NamedFiles.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      if (!Exclusive.tryLock(channel)) {
        throw UserException.of(
            "%s: another process writes it; give each run a WANDB_RUN_ID of its own", file);
      }
      channel.truncate(JournalReader.wholeLines(channel));
      return new Journal(new BlockFile(file, channel));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /// Whether a process writes the journal at this moment.
  static boolean isWritten(Path file) throws IOException {
    try (FileChannel channel = NamedFiles.open(file, StandardOpenOption.WRITE)) {
      return !Exclusive.tryLock(channel); // given back at once
    }
  }

  /// Adds entries.
  synchronized void append(Entry... entries) throws IOException {
    for (Entry entry : entries) {
      pending.writeBytes(CheckedLine.of(WandbJson.line(entry.json())));
    }
    try {
      blocks.append(pending.toByteArray());
      pending.reset();
    } finally {
      if (pending.size() > MOST_PENDING_BYTES) {
        pending.reset();
      }
    }
  }

  @Override
  public synchronized void close() throws IOException {
    blocks.close();
  }
}
