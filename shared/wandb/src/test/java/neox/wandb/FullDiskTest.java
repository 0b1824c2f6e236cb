package neox.wandb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Optional;
import neox.monitor.BlockFile;
import org.junit.jupiter.api.Test;

class FullDiskTest {
  private static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);

  @Test
  void whatTheDiskDidNotTakeIsWrittenOnceWhenThereIsRoomAgain() throws IOException {
    String undisturbed = record(13, 13);
    assertThat(undisturbed.lines()).hasSize(14); // 12 steps, a line that was printed, the end
    assertThat(record(3, 9)).isEqualTo(undisturbed);
  }

  /// What a run of 12 steps leaves in its journal.
  ///
  /// @param from the step before which the disk becomes full
  /// @param to the one before which there is room again
  private static String record(int from, int to) throws IOException {
    Disk disk = new Disk();
    Journal journal = new Journal(new BlockFile(Path.of("j"), disk));
    try (WandbRun run = new WandbRun(journal, Optional.empty(), Optional.empty(), CLOCK)) {
      for (int step = 1; step <= 12; step++) {
        disk.full = from <= step && step < to;
        if (step == 5) {
          run.printed(false, "a line");
        }
        run.scalar("train/lm_loss", 1.0 / step, step);
        if (disk.full) {
          assertThatThrownBy(run::flush).hasMessage("j: No space left on device");
        } else {
          run.flush();
        }
      }
    }
    return disk.content();
  }

  /// A file on a disk that becomes full.
  private static final class Disk implements SeekableByteChannel {
    private final ByteBuffer bytes = ByteBuffer.allocate(1 << 16);
    private int size;
    private boolean full;

    String content() {
      return new String(Arrays.copyOf(bytes.array(), size), StandardCharsets.UTF_8);
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
      if (full) {
        throw new IOException("No space left on device");
      }
      int count = source.remaining();
      bytes.put(source);
      size = Math.max(size, bytes.position());
      return count;
    }

    @Override
    public SeekableByteChannel truncate(long newSize) {
      size = (int) Math.min(size, newSize);
      return this;
    }

    @Override
    public long position() {
      return bytes.position();
    }

    @Override
    public SeekableByteChannel position(long newPosition) {
      bytes.position((int) newPosition);
      return this;
    }

    @Override
    public long size() {
      return size;
    }

    @Override
    public int read(ByteBuffer target) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }
}
