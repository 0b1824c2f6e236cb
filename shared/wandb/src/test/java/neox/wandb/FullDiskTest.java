package neox.wandb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import neox.base.disk.FillingDisk;
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
    FillingDisk disk = new FillingDisk(false);
    Journal journal = new Journal(new BlockFile(Path.of("j"), disk));
    try (WandbRun run = new WandbRun(journal, Optional.empty(), Optional.empty(), CLOCK)) {
      for (int step = 1; step <= 12; step++) {
        boolean full = from <= step && step < to;
        if (full) {
          disk.fillAfter(0);
        } else {
          disk.makeRoom();
        }
        if (step == 5) {
          run.printed(false, "a line");
        }
        run.scalar("train/lm_loss", 1.0 / step, step);
        if (full) {
          assertThatThrownBy(run::flush).hasMessage("j: No space left on device");
        } else {
          run.flush();
        }
      }
    }
    return new String(disk.content(), StandardCharsets.UTF_8);
  }
}
