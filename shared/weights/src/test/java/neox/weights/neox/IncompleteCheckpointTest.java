package neox.weights.neox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import neox.base.UserException;
import neox.weights.CountedWeights;
import neox.weights.Models;
import neox.weights.TensorStore;
import neox.weights.neox.CheckpointContent.Layout;
import neox.weights.spec.NetworkSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A checkpoint that lacks a file of any rank is not one.
class IncompleteCheckpointTest {
  private final NetworkSpec network = NetworkSpec.of(Models.pythia(), 512);

  @TempDir Path directory;

  @Test
  void everyFileOfEveryRankIsMissed() throws IOException {
    write("global_step5", Layout.FILE_PER_LAYER);
    Path last = write("global_step10", Layout.FILE_PER_LAYER);
    OptimizerStateFile.write(
        last, new OptimizerStateFile.Header("AdamW", List.of("exp_avg"), 10), List.of());
    List<Path> files = files(last);
    assertThat(files).hasSize(16); // six layers and two stages of two ranks
    for (Path file : files) {
      assertRefused(
          last, file, "the one before is %s/global_step5 (iteration: 5)".formatted(directory));
    }
  }

  @Test
  void withoutLayersTheFileOfEveryRankIsMissed() throws IOException {
    Path last = write("global_step10", Layout.FILE_PER_RANK);
    assertRefused(
        last, last.resolve("mp_rank_01_model_states.pt"), "there is no checkpoint before it");
  }

  /// Each host has a directory of that name.
  @Test
  void aSaveNoticesThatRanksDoNotShareADirectory() throws IOException {
    Path draft = write("global_step10", Layout.FILE_PER_LAYER);
    CompleteFiles files = new CompleteFiles(network, Layout.FILE_PER_LAYER, 4, 2);
    files.requireIn(draft);
    Path elsewhere = draft.resolve("mp_rank_03_model_states.pt");
    Files.delete(elsewhere);
    assertThatThrownBy(() -> files.requireIn(draft))
        .isInstanceOf(IOException.class)
        .hasMessage(
            elsewhere
                + ": another rank has written it, but not here; save must be a directory that all"
                + " hosts share");
  }

  private void assertRefused(Path checkpoint, Path file, String advice) throws IOException {
    Path hidden = directory.resolve("hidden");
    Files.move(file, hidden);
    assertThatThrownBy(
            () -> NeoxCheckpoint.open(checkpoint, OptionalLong.empty(), Models.pythia()).close())
        .isInstanceOf(UserException.class)
        .hasMessage(
            file
                + ": missing; expected of the configured network on 2 tensor-parallel rank(s); "
                + advice);
    Files.move(hidden, file);
    NeoxCheckpoint.open(checkpoint, OptionalLong.empty(), Models.pythia()).close();
  }

  private static List<Path> files(Path checkpoint) throws IOException {
    try (Stream<Path> files = Files.list(checkpoint)) {
      return files.filter(file -> file.toString().endsWith(".pt")).toList();
    }
  }

  /// Two tensor-parallel ranks, of two stages where layers have files of their own.
  private Path write(String name, Layout layout) throws IOException {
    Path target = Files.createDirectories(directory.resolve(name));
    int stages = layout == Layout.FILE_PER_LAYER ? 2 : 1;
    try (TensorStore weights = new CountedWeights(network)) {
      RanksWriteTest.write(target, network, weights, layout, new int[] {2, stages});
    }
    return target;
  }
}
