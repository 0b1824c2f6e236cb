package neox.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import neox.config.NeoxConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `train_epochs`.
class EpochsTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"1, 4", "2, 8", "7, 29"})
  void countsWholeMicroBatchesOfOneEpochOverAndOver(int epochs, long steps) throws Exception {
    // 40 documents of 9 tokens: 44 cuts, 43 samples, 21 micro-batches of 2; 5 micro-batches a step.
    Path prefix = write("d", 40, 9);
    NeoxConfig config =
        Configs.of(
            "data_path=" + prefix,
            "split='1'",
            "seq_length=8",
            "train_micro_batch_size_per_gpu=2",
            "gradient_accumulation_steps=5",
            "train_iters=null",
            "train_epochs=" + epochs);
    try (RunSamples run = RunSamples.open(config, line -> {})) {
      assertThat(run.train().orElseThrow().samples().count()).isEqualTo(43);
      assertThat(run.trainSteps()).isEqualTo(steps);
      assertThat(run.train().orElseThrow().requested()).isEqualTo(steps * 10);
    }
  }

  @ParameterizedTest
  @CsvSource({"packed", "unpacked"})
  void severalDatasetsAreSeenOnceEach(String packing) throws Exception {
    Path large = write("large", 300, 17);
    Path small = write("small", 30, 17);
    NeoxConfig config =
        Configs.of(
            "train_data_paths=[" + large + "," + small + "]",
            "valid_data_paths=[" + small + "]",
            "test_data_paths=[" + small + "]",
            "seq_length=16",
            "pack_impl=" + packing,
            "train_iters=null",
            "train_epochs=1");
    try (RunSamples run = RunSamples.open(config, line -> {})) {
      SplitSamples train = run.train().orElseThrow();
      Map<Path, Integer> tokens = new HashMap<>();
      for (long i = 0; i < train.samples().count(); i++) {
        for (SamplePiece piece : train.samples().pieces(i)) {
          tokens.merge(piece.prefix(), piece.length(), Integer::sum);
        }
      }
      assertThat(train.members())
          .as("each gives all its samples of %d tokens", train.samples().length())
          .allSatisfy(member ->
              assertThat(tokens).containsEntry(member.prefix(), (int) member.samples() * 17));
      assertThat(train.members())
          .allSatisfy(member -> assertThat(train.epochs(member)).isBetween(0.9, 1.0));
      assertThat(train.repeats()).isEmpty();
      assertThat(run.valid()).isPresent();
    }
  }

  @Test
  void anEpochOfUnpackedDocumentsIsEachOneOfThem() throws Exception {
    Path prefix = write("d", 12, 5);
    NeoxConfig config =
        Configs.of(
            "data_path=" + prefix,
            "split='1'",
            "seq_length=8",
            "pack_impl=unpacked",
            "train_micro_batch_size_per_gpu=1",
            "gradient_accumulation_steps=1",
            "train_iters=null",
            "train_epochs=3");
    try (RunSamples run = RunSamples.open(config, line -> {})) {
      TokenSamples samples = run.train().orElseThrow().samples();
      long[] first = new long[(int) samples.count()];
      Arrays.setAll(first, i -> samples.pieces(i).getFirst().document());
      assertThat(first).as("all but the last of the order").hasSize(11).doesNotHaveDuplicates();
      assertThat(run.trainSteps()).isEqualTo(33);
    }
  }

  private Path write(String name, int documents, int tokens) throws Exception {
    int[][] rows = new int[documents][tokens];
    for (int d = 0; d < documents; d++) {
      Arrays.fill(rows[d], d + 1);
    }
    return Datasets.write(directory.resolve(name), rows);
  }
}
