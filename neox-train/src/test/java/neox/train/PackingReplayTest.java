package neox.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import neox.base.json.Json;
import neox.config.ConfigSource;
import neox.config.NeoxConfig;
import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import neox.train.data.BatchFeed;
import neox.train.data.MicroBatch;
import neox.train.data.TrainingData;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Reads every micro-batch of runs of GPT-NeoX with labels, other packings, document weights and
/// epochs. Their first weights are not recorded, so their losses cannot be replayed.
class PackingReplayTest {
  private static final Path GOLDEN = Path.of("../shared/data/src/test/resources/golden");

  @TempDir Path directory;

  private static final int ONE_RANK = 1;

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @ParameterizedTest
  @CsvSource({
    "L1_label_packed, 20",
    "L3_label_puo, 20",
    "W1_weight_by_num_docs, 20",
    "E1_train_epochs, 24"
  })
  void readsTheSameBatchesAsNeox(String run, long steps) throws IOException {
    RunPlan plan = RunPlan.read(source(run), ONE_RANK, line -> {});
    NeoxConfig config = plan.loaded().config();
    assertThat(config.batch().trainIters()).isEqualTo(steps);
    assertThat(config.schedule().decayIters()).isEqualTo(steps);
    List<JsonNode> expected = new ArrayList<>();
    for (String line : Files.readAllLines(GOLDEN.resolve("packing/" + run + ".batches.jsonl"))) {
      expected.add(Json.parse(line, run));
    }
    try (TrainingData data = TrainFixture.data(plan)) {
      List<Micro> batches = batches(config, data);
      assertThat(batches).hasSameSizeAs(expected);
      for (int i = 0; i < batches.size(); i++) {
        assertSame(batches.get(i), expected.get(i), i);
      }
    }
  }

  /// A micro-batch of a split.
  private record Micro(BatchFeed feed, long number) {}

  /// In the order in which NeoX reads them.
  private static List<Micro> batches(NeoxConfig config, TrainingData data) {
    List<Micro> batches = new ArrayList<>();
    long accumulation = config.batch().gradientAccumulationSteps();
    long interval = config.eval().interval();
    long steps = config.batch().trainIters();
    long evaluation = config.eval().iters() * accumulation;
    for (long step = 1; step <= steps; step++) {
      add(batches, data.train(), step - 1, accumulation);
      if (step % interval == 0) {
        add(batches, data.valid().orElseThrow(), step / interval - 1, evaluation);
      }
    }
    add(batches, data.valid().orElseThrow(), steps / interval, evaluation);
    add(batches, data.test().orElseThrow(), 0, evaluation);
    return batches;
  }

  private static void add(List<Micro> batches, BatchFeed feed, long number, long size) {
    for (long i = 0; i < size; i++) {
      batches.add(new Micro(feed, number * size + i));
    }
  }

  private static void assertSame(Micro actual, JsonNode expected, int number) throws IOException {
    assertThat(actual.feed().rows(actual.number()))
        .as("tokens of micro-batch %d", number)
        .isDeepEqualTo(rows(expected.get("tokens")));
    Optional<int[][]> labels = actual.feed().labels(actual.number());
    assertThat(labels.isPresent()).isEqualTo(expected.has("labels"));
    if (labels.isPresent()) {
      assertThat(labels.get())
          .as("labels of micro-batch %d", number)
          .isDeepEqualTo(rows(expected.get("labels")));
      try (var _ = Scope.open()) {
        MicroBatch batch = actual.feed().get(actual.number());
        int[] mask =
            Stream.of(rows(expected.get("loss_mask")))
                .flatMapToInt(java.util.Arrays::stream)
                .toArray();
        float[] ours = TensorData.floats(batch.lossMask());
        assertThat(ours).as("loss mask of micro-batch %d", number).hasSameSizeAs(mask);
        for (int i = 0; i < mask.length; i++) {
          assertThat(ours[i]).as("loss mask of micro-batch %d, %d", number, i).isEqualTo(mask[i]);
        }
      }
    }
  }

  private static int[][] rows(JsonNode node) throws IOException {
    return Json.mapper().treeToValue(node, int[][].class);
  }

  /// The recorded configuration, on copies of the data, beside which the orders are cached.
  private ConfigSource source(String run) throws IOException {
    Path data = Files.createDirectories(directory.resolve("_data"));
    for (String folder : List.of("packing", "train")) {
      try (Stream<Path> files = Files.list(GOLDEN.resolve(folder))) {
        for (Path file : files.filter(PackingReplayTest::isData).toList()) {
          Files.copy(file, data.resolve(file.getFileName()));
        }
      }
    }
    Path file = GOLDEN.resolve("packing/" + run + ".yml");
    Map<String, String> overrides = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> key : Json.read(file).properties()) {
      String value = key.getValue().toString();
      if (value.contains("../../_data")) {
        overrides.put(key.getKey(), value.replace("../../_data", data.toString()));
      }
    }
    return new ConfigSource(Optional.empty(), List.of(file), overrides);
  }

  private static boolean isData(Path file) {
    return file.toString().endsWith("_document.bin") || file.toString().endsWith("_document.idx");
  }
}
