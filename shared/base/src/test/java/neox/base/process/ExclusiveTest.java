package neox.base.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import neox.base.NamedFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExclusiveTest {
  @TempDir Path directory;

  private FileChannel open() throws IOException {
    return NamedFiles.open(
        directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  @Test
  void oneHasAFileUntilItsChannelIsClosed() throws IOException {
    try (FileChannel first = open()) {
      assertThat(Exclusive.tryLock(first)).isTrue();
      try (FileChannel second = open()) {
        assertThat(Exclusive.tryLock(second)).as("held by this very process").isFalse();
      }
    }
    try (FileChannel third = open()) {
      assertThat(Exclusive.tryLock(third)).isTrue();
    }
  }
}
