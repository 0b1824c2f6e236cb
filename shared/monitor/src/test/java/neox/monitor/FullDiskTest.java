package neox.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import neox.base.Console;
import neox.base.disk.FillingDisk;
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
    FillingDisk disk = new FillingDisk(cuts);
    MetricSink sink = kind.on(new BlockFile(Path.of("m"), disk));
    try (Metrics metrics = Metrics.of(List.of(sink), console)) {
      for (int step = 1; step <= STEPS; step++) {
        if (step == FULL_FROM) {
          disk.fillAfter(room);
        } else if (step == FULL_TO) {
          disk.makeRoom();
        }
        metrics.scalar("train/lm_loss", 1.0 / step, step);
        metrics.flush();
      }
    }
    assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo(expectedWarnings);
    return disk.content();
  }
}
