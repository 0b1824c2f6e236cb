package neox.train.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Optional;
import neox.base.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SaveLockTest {
  @TempDir Path directory;

  @Test
  void keepsASecondRunOutUntilTheFirstEnds() throws Exception {
    try (SaveLock second = new SaveLock(Optional.of(directory))) {
      try (SaveLock first = new SaveLock(Optional.of(directory))) {
        first.acquireIfPresent();
        first.acquire(); // holds it already
        assertThatThrownBy(second::acquire)
            .isInstanceOf(UserException.class)
            .hasMessage(
                directory
                    + ": another neox-train is saving here; wait until it has ended, or set save"
                    + " to another directory");
      }
      assertThatCode(second::acquire).doesNotThrowAnyException();
    }
  }

  @Test
  void makesADirectoryOnlyWhenTheRunIsSureToStart() throws Exception {
    Path save = directory.resolve("save");
    try (SaveLock lock = new SaveLock(Optional.of(save))) {
      lock.acquireIfPresent();
      assertThat(save).doesNotExist();
      lock.acquire();
      assertThat(save).isDirectory();
    }
  }

  @Test
  void hasNothingToLockWithoutADirectory() throws Exception {
    try (SaveLock lock = new SaveLock(Optional.empty())) {
      assertThatCode(lock::acquire).doesNotThrowAnyException();
    }
  }
}
