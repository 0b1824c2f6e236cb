package neox.train.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import neox.parallel.comm.Communicator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointStoreTest {
  @TempDir Path temporary;
  private CheckpointStore checkpoints;

  @BeforeEach
  void makeDirectory() {
    checkpoints = new CheckpointStore(temporary.resolve("run"));
  }

  @Test
  void hasNoCheckpointsBeforeItExists() throws IOException {
    assertThat(checkpoints.latest()).isEmpty();
    assertThat(checkpoints.iterations()).isEmpty();
    assertThat(checkpoints.clean()).isZero();
  }

  @Test
  void latestNamesTheCheckpointWrittenLast() throws IOException {
    write(10);
    write(9);
    assertThat(checkpoints.iterations()).containsExactly(9L, 10L);
    assertThat(checkpoints.latest()).contains(9L);
    assertThat(temporary.resolve("run/latest")).hasContent("global_step9");
    assertThat(temporary.resolve("run/global_step9/weights")).hasContent("9");
  }

  @Test
  void aFailedWriteLeavesTheOldCheckpointAndNoTrace() throws IOException {
    write(5);
    assertThatThrownBy(() ->
            checkpoints.write(
                6,
                directory -> {
                  Files.writeString(directory.resolve("half"), "");
                  throw new IOException("disk full");
                },
                Communicator.alone()))
        .hasMessage("disk full");
    assertThat(checkpoints.latest()).contains(5L);
    assertThat(temporary.resolve("run")).isDirectoryNotContaining("glob:**/*6*");
  }

  @Test
  void cleansWhatAKilledProcessLeft() throws IOException {
    write(5);
    Path root = checkpoints.root();
    Files.createDirectories(root.resolve(".global_step6.tmp/configs"));
    Files.createDirectories(root.resolve(".global_step5.old"));
    Files.createDirectories(root.resolve(".global_step4.deleted"));
    Files.writeString(root.resolve(".latest.123.tmp"), "");
    Files.writeString(root.resolve(".mine"), "");
    assertThat(checkpoints.clean()).isEqualTo(4);
    assertThat(root)
        .isDirectoryContaining("glob:**/.mine")
        .isDirectoryNotContaining("regex:.*(tmp|old|deleted)");
    assertThat(checkpoints.latest()).contains(5L);
  }

  @Test
  void restoresACheckpointKilledWhileItWasReplaced() throws IOException {
    write(5);
    Files.move(checkpoints.path(5), checkpoints.root().resolve(".global_step5.old"));
    assertThat(checkpoints.clean()).isEqualTo(1);
    assertThat(checkpoints.path(5).resolve("weights")).hasContent("5");
  }

  @Test
  void withoutLatestTheNewestCompleteCheckpointCounts() throws IOException {
    write(5);
    write(10);
    Files.delete(checkpoints.root().resolve("latest"));
    assertThat(checkpoints.latest()).contains(10L);
  }

  @Test
  void keepsTheNewestAndTheOnesAskedFor() throws IOException {
    for (long i = 1; i <= 12; i++) {
      write(i);
    }
    checkpoints.retain(2, Set.of(3L, 11L));
    assertThat(checkpoints.iterations()).containsExactly(3L, 10L, 11L, 12L);
  }

  @Test
  void neverDeletesTheLatest() throws IOException {
    write(20);
    write(30);
    write(7);
    checkpoints.retain(2, Set.of());
    assertThat(checkpoints.iterations()).containsExactly(7L, 20L, 30L);
  }

  private void write(long iteration) throws IOException {
    checkpoints.write(
        iteration,
        directory -> Files.writeString(directory.resolve("weights"), Long.toString(iteration)),
        Communicator.alone());
  }
}
