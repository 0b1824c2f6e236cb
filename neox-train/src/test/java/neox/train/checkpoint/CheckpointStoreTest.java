package neox.train.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import neox.parallel.Ranks;
import neox.parallel.Topology;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
                List.of(directory -> {
                  Files.writeString(directory.resolve("half"), "");
                  throw new IOException("disk full");
                }),
                Together.alone()))
        .hasMessage("disk full");
    assertThat(checkpoints.latest()).contains(5L);
    assertThat(temporary.resolve("run")).isDirectoryNotContaining("glob:**/*6*");
  }

  /// None waits for one that has given up: the ranks' patience is longer than the test's.
  @ParameterizedTest
  @CsvSource({"0, 0", "1, 0", "2, 1", "0, 1"})
  @Timeout(30)
  void whenOneRankFailsAllDoWithItsReason(int failing, int content) throws IOException {
    write(5);
    Set<String> reasons = ConcurrentHashMap.newKeySet();
    Ranks.runInProcess(
        new Topology(1, 3, 1),
        Duration.ofMinutes(1),
        ranks -> {
          List<CheckpointStore.Content> contents =
              IntStream.range(0, 2)
                  .mapToObj(i -> content(i, ranks.rank() == failing && i == content))
                  .toList();
          assertThatThrownBy(() -> checkpoints.write(6, contents, new Together(ranks.world())))
              .isInstanceOf(IOException.class)
              .satisfies(e -> reasons.add(e.getMessage()));
        });
    assertThat(reasons)
        .containsExactlyInAnyOrder("disk full", "rank %d: disk full".formatted(failing));
    assertThat(checkpoints.latest()).contains(5L);
    assertThat(temporary.resolve("run")).isDirectoryNotContaining("glob:**/*6*");
  }

  /// A rank that is gone says nothing; the others give up when they notice.
  @ParameterizedTest
  @CsvSource({"0", "1", "2"})
  @Timeout(30)
  void aRankThatDiesWhileAllSaveLeavesLatestWhereItWas(int dying) throws IOException {
    write(5);
    CheckpointStore.Content death =
        directory -> {
          Files.writeString(directory.resolve("half"), "");
          throw new IllegalStateException("killed");
        };
    assertThatThrownBy(() ->
            Ranks.runInProcess(
                new Topology(1, 3, 1),
                Duration.ofMinutes(1),
                ranks ->
                    checkpoints.write(
                        6,
                        List.of(
                            content(0, false), ranks.rank() == dying ? death : content(1, false)),
                        new Together(ranks.world()))))
        .hasStackTraceContaining("killed");
    assertThat(checkpoints.latest()).contains(5L);
    assertThat(checkpoints.iterations()).containsExactly(5L);
  }

  private static CheckpointStore.Content content(int number, boolean fails) {
    return directory -> {
      if (fails) {
        throw new IOException("disk full");
      }
      Files.writeString(directory.resolve("content" + number), "");
    };
  }

  @Test
  void cleansWhatAKilledProcessLeft() throws IOException {
    write(5);
    Path root = checkpoints.root();
    Files.createDirectories(root.resolve(".global_step6.tmp/configs"));
    Files.createDirectories(root.resolve(".global_step5.old"));
    Files.createDirectories(root.resolve(".global_step4.deleted"));
    Files.writeString(root.resolve(".latest.77-123.tmp"), "");
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
    checkpoints.retain(2, Set.of(3L, 11L), Set.of());
    assertThat(checkpoints.iterations()).containsExactly(3L, 10L, 11L, 12L);
  }

  /// A run that goes back, past a spike for example, leaves later ones behind.
  @Test
  void keepsAsManyOfTheCourseThatTheRunIsOn() throws IOException {
    for (long i : List.of(5L, 10L, 20L, 30L, 6L, 7L, 8L)) {
      write(i);
    }
    checkpoints.retain(2, Set.of(), Set.of());
    assertThat(checkpoints.iterations()).containsExactly(7L, 8L, 10L, 20L, 30L);
    write(20);
    checkpoints.retain(2, Set.of(), Set.of());
    assertThat(checkpoints.iterations()).containsExactly(10L, 20L, 30L);
  }

  @Test
  void neverDeletesTheLatest() throws IOException {
    write(20);
    write(30);
    write(7);
    checkpoints.retain(2, Set.of(), Set.of());
    assertThat(checkpoints.iterations()).containsExactly(7L, 20L, 30L);
  }

  private void write(long iteration) throws IOException {
    checkpoints.write(
        iteration,
        List.of(
            directory -> Files.writeString(directory.resolve("weights"), Long.toString(iteration))),
        Together.alone());
  }
}
