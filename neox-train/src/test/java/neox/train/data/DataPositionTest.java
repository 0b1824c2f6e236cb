package neox.train.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import neox.base.Console;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.config.NeoxConfig;
import neox.config.RunShape;
import neox.config.step.StepShape;
import neox.data.RunSamples;
import neox.data.TokenSamples;
import neox.parallel.comm.Communicator;
import neox.tensor.Placement;
import neox.train.checkpoint.LearningRateSchedule;
import neox.train.checkpoint.TrainState;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataPositionTest {
  private static final Path DATA = Path.of("src/test/resources/golden/train/data");
  private static final Path PACKING = Path.of("../shared/data/src/test/resources/golden/packing");

  @TempDir Path directory;
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private Path small;
  private TrainState state;

  @BeforeEach
  void prepare() throws IOException {
    for (String ending : List.of(".bin", ".idx")) {
      copy(DATA.resolve("corpus1_text_document" + ending));
      copy(PACKING.resolve("lab_text_document" + ending));
    }
    small = directory.resolve("lab_text_document");
    NeoxConfig config = config();
    state =
        TrainState.fresh(
            LearningRateSchedule.of(config.schedule(), config.optimizer().learningRate()));
  }

  private void copy(Path file) throws IOException {
    Files.copy(file, directory.resolve(file.getFileName()));
  }

  @Test
  void aBatchOfAnotherSizeGoesOnWithTheNextSample() throws IOException {
    String[][] batches = {
      {"train_micro_batch_size_per_gpu=8"},
      {"train_micro_batch_size_per_gpu=2", "gradient_accumulation_steps=1"},
      {"train_micro_batch_size_per_gpu=1", "gradient_accumulation_steps=5"},
      {"train_micro_batch_size_per_gpu=4", "train_iters=9"},
      {}
    };
    List<int[]> read = new ArrayList<>(train(10));
    for (String[] batch : batches) {
      read.addAll(train(3, batch));
    }
    assertThat(read.toArray(int[][]::new))
        .isDeepEqualTo(expected(read.size()).toArray(int[][]::new));
    assertThat(read).hasSize(80 + 48 + 6 + 15 + 24 + 24);
    assertThat(err.toString(StandardCharsets.UTF_8).lines())
        .containsExactly(
            "train_batch_size was 8 in the checkpoint and is 16 now: training goes on with sample"
                + " 80, the next of its order",
            "train_batch_size was 16 in the checkpoint and is 2 now: training goes on with sample"
                + " 128, the next of its order",
            "train_batch_size was 2 in the checkpoint and is 5 now: training goes on with sample"
                + " 134, the next of its order",
            "train_batch_size was 5 in the checkpoint and is 8 now: training goes on with sample"
                + " 149, the next of its order");
  }

  @Test
  void keepsTheOrderWhenBatchesNeedMoreEpochs() throws IOException {
    String data = "data_path=" + small;
    String split = "split='1'";
    String steps = "train_iters=25"; // 200 of 242 samples, then 400
    List<int[]> read = new ArrayList<>(train(5, data, split, steps));
    read.addAll(train(5, data, split, steps, "train_micro_batch_size_per_gpu=8"));
    read.addAll(train(10, data, split, steps, "train_micro_batch_size_per_gpu=8"));
    assertThat(read).hasSize(40 + 80 + 160);
    int[][] order = expected(242, data, split, steps).toArray(int[][]::new);
    for (int i = 0; i < read.size(); i++) {
      int whole = 242 / 8 * 8; // micro-batches of 8 leave the last samples over
      assertThat(read.get(i)).as("sample %d", i).isEqualTo(order[i % whole]);
    }
  }

  @Test
  void aRunThatOnlyGetsLongerHasTheOrderOfGptNeox() throws IOException {
    String data = "data_path=" + small;
    String split = "split='1'";
    train(5, data, split, "train_iters=10");
    List<int[]> read = train(3, data, split, "train_iters=50");
    List<int[]> order = expected(64, data, split, "train_iters=50");
    assertThat(read.toArray(int[][]::new))
        .isDeepEqualTo(order.subList(40, 64).toArray(int[][]::new));
    assertThat(printed())
        .isEqualTo(
            "warning: train_iters was 10 in the checkpoint and is 50 now" + followsAfter(40));
  }

  @Test
  void saysNothingWhenNothingHasChanged() throws IOException {
    train(3);
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    for (String ending : List.of(".bin", ".idx")) {
      String name = "corpus1_text_document" + ending;
      Files.move(directory.resolve(name), elsewhere.resolve(name));
    }
    train(3, "data_path=" + elsewhere.resolve("corpus1_text_document"), "train_iters=30");
    assertThat(printed()).isEmpty();
  }

  @Test
  void saysWhatHasChangedInALineEach() throws IOException {
    assertThat(changed("seed=5")).isEqualTo(line("seed was 1234", "5"));
    assertThat(changed("seq_length=16")).isEqualTo(line("seq_length was 32", "16"));
    assertThat(changed("split='50,25,25'")).isEqualTo(line("split was \"90,5,5\"", "\"50,25,25\""));
    assertThat(changed("split='90.4,5,4.6'"))
        .isEqualTo(
            "warning: split was \"90,5,5\" in the checkpoint and is \"90.4,5,4.6\" now: training has the"
                + " same documents, validation and test may have others");
    assertThat(changed("data_path=" + small))
        .isEqualTo(
            line(
                "training data was " + corpus() + " (226 documents, 212,350 tokens)",
                small + " (108 documents, 7,042 tokens)"));
    assertThat(changed("pack_impl=unpacked")).isEqualTo(line("pack_impl was packed", "unpacked"));
    assertThat(changed("seed=5", "split='50,25,25'").lines()).hasSize(2);
  }

  @Test
  void saysWhichDatasetsOfAMixtureHaveChanged() throws IOException {
    String[] mixture = mixture(List.of(corpus(), small), "0.5, 0.25");
    String changes =
        "the mixture of the training data changes with sample 24: each dataset goes on after what"
            + " was read of it\n";
    assertThat(changedFrom(mixture, mixture(List.of(corpus(), small), "0.5, 0.5")))
        .isEqualTo(
            changes
                + "  "
                + corpus()
                + ": weight 0.50000, goes on with its sample 16\n  "
                + small
                + ": weight 0.50000, goes on with its sample 8");
    assertThat(changedFrom(mixture, mixture(List.of(small), "1")))
        .isEqualTo(changes + "  " + small + ": weight 1.00000, goes on with its sample 8");
    assertThat(changedFrom(mixture, mixture)).isEmpty();
    String[] otherCut = mixture(List.of(corpus(), small), "0.5, 0.5");
    String[] all = Arrays.copyOf(otherCut, otherCut.length + 1);
    all[otherCut.length] = "seed=5";
    assertThat(changedFrom(mixture, all))
        .isEqualTo(
            line("seed was 1234", "5")
                + "\n"
                + line("the weight of " + corpus() + " was 0.6666666666666666", "0.5"));
  }

  @Test
  void anOlderCheckpointCountsTheSamplesThatItHasRead() throws IOException {
    state = state(10, 80);
    assertThat(train(1).getFirst()).isEqualTo(expected(81).getLast());
    assertThat(printed()).isEmpty();
    state = state(10, 160);
    assertThat(train(1).getFirst()).isEqualTo(expected(161).getLast());
    assertThat(printed())
        .isEqualTo(
            "train_batch_size is 8, but the 10 steps of the checkpoint have read 160 samples:"
                + " training goes on with sample 160");
  }

  @Test
  void saysWhenEpochsAreNotWhole() throws IOException {
    String[] epochs = {"train_iters=null", "lr_decay_iters=null", "train_epochs=2"};
    state = state(10, 80);
    train(1, epochs);
    assertThat(printed()).isEmpty();
    state = state(100, 400);
    train(1, epochs);
    assertThat(printed())
        .endsWith(
            "warning: train_epochs: 2 epochs are 13264 samples, but after the last step, 1658, this"
                + " run will have read 12864: the steps before the checkpoint had another size");
  }

  /// Whatever is stopped, and however often, reads on as if it had not been; with batches that grow
  /// and steps that are skipped.
  @Test
  void aRunThatIsInterruptedReadsWhatAnUninterruptedOneReads() throws IOException {
    Random random = new Random(11);
    for (int round = 0; round < 12; round++) {
      String[] schedule = schedule(random, 2);
      prepareState();
      List<int[]> whole = train(20, schedule);
      TrainState end = state;
      prepareState();
      List<int[]> pieces = new ArrayList<>();
      for (int left = 20; left > 0; ) {
        int steps = 1 + random.nextInt(left);
        pieces.addAll(train(steps, schedule));
        left -= steps;
      }
      assertThat(pieces.toArray(int[][]::new))
          .as("%s", List.of(schedule))
          .isDeepEqualTo(whole.toArray(int[][]::new));
      assertThat(state).isEqualTo(end);
    }
    assertThat(printed()).isEmpty();
  }

  /// No sample comes twice, and only those of skipped steps never come, whatever the batches.
  @Test
  void otherBatchesOnTheWayLeaveNoSampleOutButTheSkipped() throws IOException {
    Random random = new Random(12);
    List<int[]> order = expected(700);
    for (int round = 0; round < 6; round++) {
      prepareState();
      List<int[]> read = new ArrayList<>();
      List<int[]> expected = new ArrayList<>();
      for (int piece = 0; piece < 4; piece++) {
        String[] schedule = schedule(random, 1 + random.nextInt(4));
        for (int step = 0; step < 5; step++) {
          long before = state.samples();
          List<int[]> batch = train(1, schedule);
          read.addAll(batch);
          if (!batch.isEmpty()) {
            expected.addAll(order.subList((int) before, (int) state.samples()));
          }
        }
      }
      assertThat(read.toArray(int[][]::new)).isDeepEqualTo(expected.toArray(int[][]::new));
    }
  }

  /// A ramp goes on with the samples that were read, though the batches are cut otherwise now.
  @Test
  void aRampGoesOnWhereItStood() throws IOException {
    String ramp = "rampup_batch_size=[2, 2, 40]"; // 2, 4, 6, 8 samples
    train(9, "train_micro_batch_size_per_gpu=2", "gradient_accumulation_steps=4", ramp);
    assertThat(state.samples()).isEqualTo(7 * 2 + 2 * 4); // from 14 samples on 4 in a step
    train(2, "train_micro_batch_size_per_gpu=1", "gradient_accumulation_steps=8", ramp);
    assertThat(state.samples()).isEqualTo(7 * 2 + 4 * 4);
    train(3, "train_micro_batch_size_per_gpu=1", "gradient_accumulation_steps=8", ramp);
    assertThat(state.samples()).isEqualTo(30 + 6 + 6 + 8);
  }

  /// Steps of four micro-batches at the end.
  private static String[] schedule(Random random, int microBatch) {
    int first = 2 + random.nextInt(8);
    int last = first + random.nextInt(4);
    int samples = 1 + random.nextInt(100);
    return new String[] {
      "train_micro_batch_size_per_gpu=" + microBatch,
      "gradient_accumulation_steps=4",
      random.nextInt(3) == 0 ? "train_iters=30" : "skip_steps=[%d-%d, 17]".formatted(first, last),
      random.nextInt(3) == 0
          ? "seed=1234"
          : "rampup_batch_size=[%d, %d, %d]".formatted(microBatch, microBatch, samples)
    };
  }

  private TrainState state(long iteration, long samples) {
    return new TrainState(
        iteration,
        samples,
        0,
        iteration,
        state.window(),
        state.schedule(),
        state.stability(),
        state.noiseScale(),
        Optional.empty(),
        Optional.empty());
  }

  private String changed(String... overrides) throws IOException {
    return changedFrom(new String[0], overrides);
  }

  /// What a run says that goes on after 3 steps of another.
  private String changedFrom(String[] before, String... overrides) throws IOException {
    prepareState();
    train(3, before);
    train(1, overrides);
    return printed();
  }

  private void prepareState() throws IOException {
    NeoxConfig config = config();
    state =
        TrainState.fresh(
            LearningRateSchedule.of(config.schedule(), config.optimizer().learningRate()));
    err.reset();
  }

  private Path corpus() {
    return directory.resolve("corpus1_text_document");
  }

  private static String[] mixture(List<Path> prefixes, String weights) {
    String paths = "_data_paths=" + prefixes;
    return new String[] {
      "data_path=null",
      "train" + paths,
      "valid" + paths,
      "test" + paths,
      "train_data_weights=[" + weights + "]"
    };
  }

  private static String line(String was, String is) {
    return "warning: " + was + " in the checkpoint and is " + is + " now" + followsAfter(24);
  }

  private static String followsAfter(long sample) {
    return ": the samples come in another order; training goes on with its sample "
        + sample
        + ", so that some come again and some never";
  }

  private String printed() {
    return err.toString(StandardCharsets.UTF_8).strip();
  }

  /// Goes on for some steps, and keeps the state that a checkpoint would hold; returns the samples
  /// that were read.
  private List<int[]> train(int steps, String... overrides) throws IOException {
    NeoxConfig config = config(overrides);
    List<int[]> read = new ArrayList<>();
    OptionalLong trainOrder = DataPosition.orderMadeFor(state.data(), config.batch());
    RunSamples samples =
        RunSamples.resume(
            config, trainOrder, DataPosition.past(Optional.of(state), config), line -> {});
    try (TrainingData data = TrainingData.of(samples, config, use(), console().silent())) {
      DataPosition position = DataPosition.of(data, config, state, console());
      for (int step = 0; step < steps; step++) {
        StepShape shape = position.steps().at(state.iteration() + 1);
        if (position.steps().skips(state.iteration() + 1)) {
          state = state.plusPassedOver(shape.samples());
          continue;
        }
        for (int m = 0; m < shape.microBatches(); m++) {
          read.addAll(Arrays.asList(position.feed().rows(shape.firstMicroBatch() + m)));
        }
        state = state.plus(shape.samples(), shape.tokens(), 0);
      }
      state = state.withData(position.after(state.iteration()));
    }
    return read;
  }

  /// The first samples of a run from its beginning.
  private List<int[]> expected(int count, String... overrides) throws IOException {
    List<int[]> result = new ArrayList<>();
    try (RunSamples samples = RunSamples.open(config(overrides), line -> {})) {
      TokenSamples train = samples.train().orElseThrow().samples();
      for (int i = 0; i < count; i++) {
        int[] sample = new int[train.length()];
        train.get(i, sample);
        result.add(sample);
      }
    }
    return result;
  }

  private static TrainingData.Use use() {
    return new TrainingData.Use(
        OptionalInt.empty(),
        Integer.MAX_VALUE,
        Communicator.alone(),
        Placement.cpu(ScalarType.Float));
  }

  private Console console() {
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    return new Console(InputStream.nullInputStream(), stream, stream, false, false);
  }

  /// Eight samples a step.
  private NeoxConfig config(String... overrides) throws IOException {
    Map<String, String> all = new LinkedHashMap<>();
    List<String> assignments =
        new ArrayList<>(
            List.of(
                "num_layers=2",
                "hidden_size=32",
                "num_attention_heads=2",
                "seq_length=32",
                "max_position_embeddings=32",
                "optimizer={type: Adam, params: {lr: 0.01}}",
                "train_micro_batch_size_per_gpu=4",
                "gradient_accumulation_steps=2",
                "train_iters=30",
                "split='90,5,5'",
                "data_path=" + corpus(),
                "tokenizer_type=CharLevelTokenizer"));
    assignments.addAll(List.of(overrides));
    for (String assignment : assignments) {
      int equals = assignment.indexOf('=');
      all.put(assignment.substring(0, equals), assignment.substring(equals + 1));
    }
    ConfigSource source = new ConfigSource(Optional.empty(), List.of(), all);
    NeoxConfig config = ConfigLoader.load(source);
    if (config.batch().trainEpochs().isEmpty()) {
      return config;
    }
    try (RunSamples samples = RunSamples.open(config, line -> {})) {
      RunShape shape = RunShape.ofRanks(1).withSteps(samples.trainSteps());
      return ConfigLoader.read(source, shape).config();
    }
  }
}
