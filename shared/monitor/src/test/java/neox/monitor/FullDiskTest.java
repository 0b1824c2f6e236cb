package neox.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import neox.base.Console;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// No sink stops a run, whatever the disk does; once there is room again, its file is what it would
/// have been on a disk that is never full.
class FullDiskTest {
  private static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
  private static final int STEPS = 12;
  private static final int FULL_FROM = 3;
  private static final int FULL_TO = 9;

  /// Every sink that writes a file.
  enum Kind {
    JSONL {
      @Override
      MetricSink on(BlockFile file) {
        return new JsonlMetrics(file, JsonlMetrics.Past.NONE);
      }
    },
    TENSORBOARD {
      @Override
      MetricSink on(BlockFile file) {
        return TensorBoardEvents.begin(file, 0, CLOCK);
      }
    };

    abstract MetricSink on(BlockFile file);
  }

  @ParameterizedTest
  @EnumSource
  void neverStopsARunAndLosesNothing(Kind kind) throws IOException {
    byte[] undisturbed = record(kind, Integer.MAX_VALUE, false, "");
    for (boolean cuts : new boolean[] {true, false}) {
      for (int room = 0; room < 200; room++) {
        assertThat(
                record(
                    kind,
                    room,
                    cuts,
                    "warning: m: No space left on device; the run goes on, its metrics may be"
                        + " incomplete\n"))
            .as("room for %d more bytes", room)
            .isEqualTo(undisturbed);
      }
    }
  }

  /// What a run of some steps leaves in the file.
  ///
  /// @param room bytes until the disk is full, between two of the steps
  /// @param cuts whether even cutting the file fails then
  private static byte[] record(Kind kind, int room, boolean cuts, String expectedWarnings)
      throws IOException {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(err, true, StandardCharsets.UTF_8);
    Console console = new Console(InputStream.nullInputStream(), print, print, false, false);
    Disk disk = new Disk(cuts);
    MetricSink sink = kind.on(new BlockFile(Path.of("m"), disk));
    try (Metrics metrics = Metrics.of(List.of(sink), console)) {
      for (int step = 1; step <= STEPS; step++) {
        if (step == FULL_FROM) {
          disk.room = room;
        } else if (step == FULL_TO) {
          disk.room = Integer.MAX_VALUE;
        }
        metrics.scalar("train/lm_loss", 1.0 / step, step);
        metrics.flush();
      }
    }
    assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo(expectedWarnings);
    return disk.content();
  }

  /// A file on a disk that becomes full.
  private static final class Disk implements SeekableByteChannel {
    private final boolean cutsFail;
    private final ByteBuffer bytes = ByteBuffer.allocate(1 << 16);
    private int size;
    private int room = Integer.MAX_VALUE;

    Disk(boolean cutsFail) {
      this.cutsFail = cutsFail;
    }

    byte[] content() {
      return Arrays.copyOf(bytes.array(), size);
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
      if (room == 0) {
        throw new IOException("No space left on device");
      }
      int count = Math.min(room, source.remaining());
      bytes.put(source.slice().limit(count));
      source.position(source.position() + count);
      size = Math.max(size, bytes.position());
      room -= room == Integer.MAX_VALUE ? 0 : count;
      return count;
    }

    @Override
    public SeekableByteChannel truncate(long newSize) throws IOException {
      if (cutsFail && room == 0) {
        throw new IOException("Input/output error");
      }
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
