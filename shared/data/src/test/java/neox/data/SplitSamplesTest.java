package neox.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import neox.config.NeoxConfig;
import neox.data.indexed.IndexedTokens;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SplitSamplesTest {
  @TempDir Path directory;

  @Test
  void tellsHowOftenEachDocumentIsSeen() throws Exception {
    Path prefix = Golden.copy(Golden.CORPUS1, directory);
    NeoxConfig config = Configs.of("data_path=" + prefix, "split='90,5,5'");
    try (RunSamples run = RunSamples.open(config, new SampleCounts(8000, 48, 16), line -> {})) {
      SplitSamples train = run.train().orElseThrow();
      assertThat(train.describe())
          .containsExactly(
              "train: "
                  + prefix
                  + ": 226 documents, 212,350 tokens an epoch, 2.41 epochs in this run");
      assertThat(train.repeats())
          .containsExactly(
              "train: the run reads "
                  + prefix
                  + " 2.41 times: it draws 8,000 samples of 64 tokens and one epoch gives 3,318");
      assertThat(run.valid().orElseThrow().repeats()).isEmpty();
    }
  }

  @Test
  void namesTheDocumentsOfASample() throws Exception {
    Path prefix = Datasets.write(directory.resolve("d"), new int[][] {{1, 2, 3}, {4}, {5, 6, 7}});
    NeoxConfig config = Configs.of("data_path=" + prefix, "split='1'", "seq_length=4");
    try (RunSamples run = RunSamples.open(config, new SampleCounts(1, 1, 1), line -> {});
        IndexedTokens tokens = IndexedTokens.open(prefix)) {
      TokenSamples samples = run.train().orElseThrow().samples();
      int[] out = new int[5];
      samples.get(0, out);
      int[] pieces =
          samples.pieces(0).stream()
              .flatMapToInt(piece -> {
                int[] part = new int[piece.length()];
                tokens.read(piece.document(), piece.offset(), part.length, part, 0);
                return java.util.Arrays.stream(part);
              })
              .toArray();
      assertThat(pieces).containsExactly(out);
      assertThat(samples.pieces(0)).extracting(SamplePiece::prefix).containsOnly(prefix);
      assertThat(run.valid()).isEmpty();
      assertThat(List.of(run.train().orElseThrow().name())).containsExactly("train");
    }
  }
}
