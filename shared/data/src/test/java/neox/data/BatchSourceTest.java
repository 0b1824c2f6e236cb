package neox.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import neox.base.UserException;
import neox.base.json.Json;
import neox.config.NeoxConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchSourceTest {
  @TempDir Path directory;

  @Test
  void replaysTheBatchesOfARecordedRun() throws Exception {
    Path prefix = Golden.copy(Golden.CORPUS1, directory);
    NeoxConfig config =
        Configs.of("data_path=" + prefix, "split='90,5,5'", "eval_interval=10", "eval_iters=2");
    List<int[][]> batches = new ArrayList<>();
    try (RunSamples run = RunSamples.open(config, SampleCounts.of(config), line -> {})) {
      BatchSource train = new BatchSource(run.train().orElseThrow().samples(), 4, 0, 1);
      BatchSource valid = new BatchSource(run.valid().orElseThrow().samples(), 4, 0, 1);
      BatchSource test = new BatchSource(run.test().orElseThrow().samples(), 4, 0, 1);
      append(batches, train, 0, 20);
      append(batches, valid, 0, 4);
      append(batches, train, 20, 40);
      append(batches, valid, 4, 12);
      append(batches, test, 0, 4);
    }
    List<String> golden = Files.readAllLines(Golden.ROOT.resolve("train/A_pythia_batches.jsonl"));
    assertThat(batches).hasSameSizeAs(golden);
    for (int i = 0; i < golden.size(); i++) {
      JsonNode expected = Json.parse(golden.get(i), "golden:" + i);
      assertThat(Json.mapper().<JsonNode>valueToTree(batches.get(i)))
          .as("micro-batch %d", i)
          .isEqualTo(expected);
    }
  }

  @Test
  void ranksShareAGlobalMicroBatchAndTheOrderRepeats() {
    TokenSamples samples = numbers(23);
    for (int ranks = 1; ranks <= 3; ranks++) {
      for (int micro = 1; micro <= 3; micro++) {
        long whole = 23 / (micro * ranks);
        for (int n = 0; n < 2 * whole; n++) {
          for (int rank = 0; rank < ranks; rank++) {
            BatchSource source = new BatchSource(samples, micro, rank, ranks);
            assertThat(source.microBatches()).isEqualTo(whole);
            int first = (int) (n % whole) * micro * ranks + rank * micro;
            int[] expected = IntStream.range(first, first + micro).toArray();
            assertThat(Arrays.stream(source.get(n)).mapToInt(row -> row[0]))
                .containsExactly(Arrays.stream(expected).boxed().toArray(Integer[]::new));
          }
        }
      }
    }
  }

  @Test
  void goesOnWithTheNextSampleInBatchesOfAnotherSize() {
    TokenSamples samples = numbers(23);
    for (int before = 1; before <= 5; before++) {
      for (int now = 1; now <= 5; now++) {
        for (int done = 0; done < 30; done++) {
          BatchSource first = new BatchSource(samples, before, 0, 1);
          long next = first.next(done);
          BatchSource second =
              new BatchSource(samples, now, 0, 1).from(new BatchSource.Origin(100, next));
          long expected = next;
          for (int n = 100; n < 130; n++) {
            expected = expected + now > 23 ? 0 : expected; // what is left fills no batch
            for (int[] row : second.get(n)) {
              assertThat(row[0]).isEqualTo((int) expected++);
            }
            assertThat(second.next(n + 1)).isEqualTo(expected);
          }
        }
      }
    }
  }

  @Test
  void goesOnAsBeforeInBatchesOfTheSameSize() {
    BatchSource whole = new BatchSource(numbers(23), 2, 1, 2);
    for (int done = 0; done < 20; done++) {
      BatchSource rest = whole.from(new BatchSource.Origin(done, whole.next(done)));
      for (int n = done; n < done + 20; n++) {
        assertThat(rest.get(n)).isDeepEqualTo(whole.get(n));
        assertThat(rest.next(n)).isEqualTo(whole.next(n));
      }
      assertThat(whole.sampleAfter(4L * done) % 20)
          .as("GPT-NeoX counts the samples")
          .isEqualTo(whole.next(done) % 20);
    }
  }

  @Test
  void anOriginBehindTheLastSampleIsTheBeginning() {
    BatchSource source = new BatchSource(numbers(10), 3, 0, 1);
    assertThat(source.from(new BatchSource.Origin(7, 99)).get(7)[0]).containsExactly(0);
    assertThat(source.from(new BatchSource.Origin(7, 99)).get(8)[0]).containsExactly(3);
  }

  @Test
  void saysWhenTheDataDoNotFillOneMicroBatch() {
    assertThatThrownBy(() -> new BatchSource(numbers(7), 4, 0, 2))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "the data gives 7 samples of 0 tokens, but one micro-batch needs 8 (4 on each of 2"
                + " data-parallel ranks); use more data, a shorter seq_length or a smaller"
                + " micro-batch");
  }

  private static void append(List<int[][]> batches, BatchSource source, int from, int to) {
    for (int n = from; n < to; n++) {
      batches.add(source.get(n));
    }
  }

  /// Samples of one token, its own number.
  static TokenSamples numbers(long count) {
    return new TokenSamples() {
      @Override
      public long count() {
        return count;
      }

      @Override
      public int length() {
        return 1;
      }

      @Override
      public void get(long i, int[] out) {
        out[0] = (int) i;
      }

      @Override
      public boolean hasLabels() {
        return false;
      }

      @Override
      public void labels(long i, int[] out) {
        get(i, out);
      }

      @Override
      public List<SamplePiece> pieces(long i) {
        return List.of();
      }
    };
  }
}
