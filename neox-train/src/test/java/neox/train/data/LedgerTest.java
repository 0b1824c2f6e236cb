package neox.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;
import neox.base.Console;
import neox.base.UserException;
import neox.base.json.Json;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.config.NeoxConfig;
import neox.config.step.StepShape;
import neox.data.RunSamples;
import neox.data.SamplePiece;
import neox.data.TokenSamples;
import neox.data.indexed.IndexedTokensWriter;
import neox.data.indexed.TokenWidth;
import neox.data.ledger.Ledger;
import neox.data.ledger.RunPast;
import neox.parallel.comm.Communicator;
import neox.tensor.Placement;
import neox.train.checkpoint.DataState;
import neox.train.checkpoint.LearningRateSchedule;
import neox.train.checkpoint.TrainState;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Each dataset goes on after its own last sample, whatever becomes of the mixture.
class LedgerTest {
  private static final int SETS = 5;
  private static final String SEQUENCE = "seq_length=32";

  @TempDir Path directory;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private TrainState state;

  /// Which sample of a dataset came when.
  private final List<Read> reads = new ArrayList<>();

  /// @param pieces of documents, which no two samples of an order share
  private record Read(int dataset, List<SamplePiece> pieces) {}

  /// Datasets of 200 to 600 samples; tokens tell the dataset.
  @BeforeEach
  void writeDatasets() throws IOException {
    Random random = new Random(17);
    for (int set = 0; set < SETS; set++) {
      try (IndexedTokensWriter writer =
          IndexedTokensWriter.create(prefix(set), TokenWidth.UINT16)) {
        for (int document = 0; document < 100 + 50 * set; document++) {
          int[] tokens = new int[20 + random.nextInt(100)];
          Arrays.fill(tokens, 10 + set);
          writer.addDocument(tokens, 0, tokens.length);
        }
        writer.commit();
      }
    }
    NeoxConfig config = config(mixture(List.of(0), List.of(1.0)));
    state =
        TrainState.fresh(
            LearningRateSchedule.of(config.schedule(), config.optimizer().learningRate()));
  }

  private Path prefix(int set) {
    return directory.resolve("set" + set);
  }

  private List<String> mixture(List<Integer> sets, List<Double> weights) {
    String paths = sets.stream().map(this::prefix).toList().toString();
    return List.of(
        "train_data_paths=" + paths,
        "valid_data_paths=" + paths,
        "test_data_paths=" + paths,
        "train_data_weights=" + weights);
  }

  private static NeoxConfig config(List<String> assignments) throws IOException {
    Map<String, String> all = new LinkedHashMap<>();
    List<String> fixed =
        List.of(
            "num_layers=2",
            "hidden_size=32",
            "num_attention_heads=2",
            SEQUENCE,
            "max_position_embeddings=32",
            "optimizer={type: Adam, params: {lr: 0.01}}",
            "train_micro_batch_size_per_gpu=4",
            "gradient_accumulation_steps=2",
            "train_iters=60",
            "eval_iters=0",
            "tokenizer_type=CharLevelTokenizer");
    for (String assignment :
        IntStream.range(0, fixed.size() + assignments.size())
            .mapToObj(i -> i < fixed.size() ? fixed.get(i) : assignments.get(i - fixed.size()))
            .toList()) {
      int equals = assignment.indexOf('=');
      all.put(assignment.substring(0, equals), assignment.substring(equals + 1));
    }
    return ConfigLoader.load(new ConfigSource(Optional.empty(), List.of(), all));
  }

  /// Goes on for some steps with a mixture, and keeps what a checkpoint would hold.
  private void train(int steps, List<String> assignments) throws IOException {
    NeoxConfig config = config(assignments);
    OptionalLong trainOrder = DataPosition.orderMadeFor(state.data(), config.batch());
    RunSamples samples =
        RunSamples.resume(
            config, trainOrder, DataPosition.past(Optional.of(state), config), line -> {});
    PrintStream stream = new PrintStream(printed, true, StandardCharsets.UTF_8);
    Console console = new Console(InputStream.nullInputStream(), stream, stream, false, false);
    TrainingData.Use use =
        new TrainingData.Use(
            OptionalInt.empty(),
            Integer.MAX_VALUE,
            Communicator.alone(),
            Placement.cpu(ScalarType.Float));
    try (TrainingData data = TrainingData.of(samples, config, use, console.silent())) {
      DataPosition position = DataPosition.of(data, config, state, console);
      TokenSamples all = position.feed().source().samples();
      for (int step = 0; step < steps; step++) {
        StepShape shape = position.steps().at(state.iteration() + 1);
        for (int m = 0; m < shape.microBatches(); m++) {
          int[][] rows = position.feed().rows(shape.firstMicroBatch() + m);
          for (int row = 0; row < rows.length; row++) {
            long sample = state.samples() + (long) m * rows.length + row;
            reads.add(new Read(rows[row][0] - 10, all.pieces(sample)));
          }
        }
        state = state.plus(shape.samples(), shape.tokens(), 0);
      }
      state = reread(state.withData(position.after(state.iteration())));
    }
  }

  /// As it comes back from a checkpoint.
  private TrainState reread(TrainState written) throws IOException {
    written.write(directory);
    return TrainState.read(directory).orElseThrow();
  }

  private List<Read> readsOf(int dataset) {
    return reads.stream().filter(read -> read.dataset() == dataset).toList();
  }

  private long ledgerCount(int dataset) {
    DataState data = state.data().orElseThrow();
    List<Ledger.Dataset> datasets = data.ledger().orElseThrow().datasets();
    for (int d = 0; d < datasets.size(); d++) {
      if (datasets.get(d).path().equals(prefix(dataset).toString())) {
        return data.read().get(d);
      }
    }
    return 0;
  }

  /// 20 random mixtures, one after the other in one run: of each dataset exactly the samples that
  /// the ledger counts, each once, in the dataset's own order, until it has been read to its end.
  @Test
  void twentyRandomChangesRepeatAndSkipNothing() throws IOException {
    Random random = new Random(23);
    for (int change = 0; change < 20; change++) {
      List<Integer> sets = new ArrayList<>();
      List<Double> weights = new ArrayList<>();
      for (int set = 0; set < SETS; set++) {
        if (random.nextInt(3) > 0 || (set == SETS - 1 && sets.isEmpty())) {
          sets.add(set);
          weights.add(0.1 + random.nextDouble());
        }
      }
      Collections.shuffle(sets, random);
      train(1 + random.nextInt(4), mixture(sets, weights));
    }
    long all = 0;
    for (int set = 0; set < SETS; set++) {
      List<Read> own = readsOf(set);
      assertThat(ledgerCount(set)).as("dataset %d", set).isEqualTo(own.size());
      all += own.size();
      assertFirstOfTheOrder(set, own);
    }
    assertThat(all).isEqualTo(reads.size()).isEqualTo(state.samples()).isGreaterThan(250);
    assertThat(IntStream.range(0, SETS).filter(set -> readsOf(set).size() > 20).count())
        .isGreaterThanOrEqualTo(4);
  }

  /// The samples of a dataset in a run of its own with the order that the ledger names.
  private void assertFirstOfTheOrder(int set, List<Read> own) throws IOException {
    if (own.isEmpty()) {
      return;
    }
    Ledger.Dataset dataset =
        state.data().orElseThrow().ledger().orElseThrow().datasets().stream()
            .filter(d -> d.path().equals(prefix(set).toString()))
            .findFirst()
            .orElseThrow();
    NeoxConfig config = config(List.of("data_path=" + prefix(set), "split='1'"));
    OptionalLong order = OptionalLong.of(dataset.madeFor());
    try (RunSamples alone = RunSamples.resume(config, order, RunPast.NONE, line -> {})) {
      TokenSamples samples = alone.train().orElseThrow().samples();
      assertThat(samples.count()).isEqualTo(dataset.samples());
      for (int i = 0; i < own.size(); i++) {
        assertThat(own.get(i).pieces())
            .as("sample %d of dataset %d", i, set)
            .isEqualTo(samples.pieces(i % samples.count()));
      }
    }
  }

  /// The first mixture is read in GPT-NeoX's order, also when another one follows.
  @Test
  void stagesGoOnAfterEachOther() throws IOException {
    List<String> staged = new ArrayList<>(mixture(List.of(0, 1), List.of(0.3, 0.7)));
    staged.add(
        "data_stages=[{from_step: 6, train_data_weights: [1, 3]}, {from_sample: 75,"
            + " train_data_paths: %s, train_data_weights: [1, 1, 1]}, {from_token: 5000,"
                .formatted(List.of(prefix(2), prefix(0), prefix(3)))
            + " train_data_paths: [%s]}]".formatted(prefix(4)));
    train(60, staged);
    List<Read> whole = List.copyOf(reads);
    DataState end = state.data().orElseThrow();
    assertThat(end.ledger().orElseThrow().phases().stream().map(Ledger.Phase::firstSample))
        .containsExactly(0L, 40L, 80L, 160L); // 8 samples of 32 tokens a step
    assertThat(end.read().stream().mapToLong(Long::longValue).sum()).isEqualTo(480);
    assertThat(counts(whole, 0, 40)).containsExactly(12, 28, 0, 0, 0);
    assertThat(counts(whole, 40, 80)).containsExactly(10, 30, 0, 0, 0);
    assertThat(counts(whole, 80, 160).get(0)).isBetween(26, 27);
    assertThat(counts(whole, 160, 480)).containsExactly(0, 0, 0, 0, 320);
    for (int set = 0; set < SETS; set++) {
      assertFirstOfTheOrder(set, readsOf(set));
    }
    writeDatasets(); // from the beginning, in pieces
    reads.clear();
    for (int steps : new int[] {3, 2, 1, 4, 9, 1, 20, 20}) {
      train(steps, staged);
    }
    assertThat(reads).isEqualTo(whole);
    assertThat(state.data()).contains(end);
    assertThat(printed.toString(StandardCharsets.UTF_8).lines().filter(l -> l.contains("warning")))
        .isEmpty();
  }

  private static List<Integer> counts(List<Read> reads, int from, int to) {
    return IntStream.range(0, SETS)
        .mapToObj(set ->
            (int) reads.subList(from, to).stream().filter(read -> read.dataset() == set).count())
        .toList();
  }

  /// A stage in the configuration of a run that was begun without one.
  @Test
  void aStageCanBeAddedInTheMiddleOfARun() throws IOException {
    List<String> first = mixture(List.of(0, 1), List.of(0.5, 0.5));
    train(5, first);
    assertThat(state.data().orElseThrow().ledger()).isEmpty();
    assertThat(state.data().orElseThrow().read()).containsExactly(20L, 20L);
    List<String> staged = new ArrayList<>(first);
    staged.add(
        "data_stages=[{from_step: 11, train_data_paths: [%s, %s], train_data_weights: [1, 3]}]"
            .formatted(prefix(1), prefix(2)));
    train(10, staged);
    assertThat(counts(reads, 40, 80)).containsExactly(20, 20, 0, 0, 0);
    assertThat(counts(reads, 80, 120)).containsExactly(0, 10, 30, 0, 0);
    for (int set = 0; set < SETS; set++) {
      assertFirstOfTheOrder(set, readsOf(set));
    }
  }

  /// 8 samples of 32 tokens a step: the data alone tell that token 512 comes before step 10.
  @Test
  void stagesOfSeveralKindsStandInTheOrderOfTheirStarts() throws IOException {
    List<String> first = mixture(List.of(0, 1), List.of(0.5, 0.5));
    List<String> wrong = new ArrayList<>(first);
    wrong.add(
        "data_stages=[{from_step: 10, train_data_weights: [1, 3]}, {from_token: 512,"
            + " train_data_weights: [3, 1]}]");
    assertThatThrownBy(() -> train(1, wrong))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "data_stages: a stage that begins with sample 72 stands before one that begins with"
                + " sample 16; list them in the order of their starts");
    train(10, first);
    train(15, wrong);
    assertThat(counts(reads, 80, 120))
        .as("the one that began last")
        .containsExactly(10, 30, 0, 0, 0);
  }

  /// Other batches do not move a stage that is counted in samples.
  @Test
  void aLargerBatchGoesOnInTheSameMixture() throws IOException {
    List<String> staged = new ArrayList<>(mixture(List.of(0, 1), List.of(0.5, 0.5)));
    staged.add("data_stages=[{from_sample: 48, train_data_weights: [1, 3]}]");
    train(2, staged);
    List<String> larger = new ArrayList<>(staged);
    larger.add("train_micro_batch_size_per_gpu=8");
    train(4, larger);
    assertThat(reads).hasSize(16 + 64);
    assertThat(counts(reads, 0, 48)).containsExactly(24, 24, 0, 0, 0);
    assertThat(counts(reads, 48, 80)).containsExactly(8, 24, 0, 0, 0);
  }

  @Test
  void theTrainStateShowsWhatWasRead() throws IOException {
    train(2, mixture(List.of(0, 1), List.of(1.0, 3.0)));
    train(2, mixture(List.of(1, 2), List.of(1.0, 1.0)));
    var json = Json.read(directory.resolve(TrainState.FILE)).get("data");
    assertThat(json.get("samples_read").toString()).isEqualTo("[4,20,8]");
    assertThat(json.get("ledger").get("phases").toString())
        .isEqualTo(
            "[{\"first_sample\":0,\"members\":[0,1],\"weights\":[0.25,0.75]},"
                + "{\"first_sample\":16,\"members\":[1,2],\"weights\":[0.5,0.5]}]");
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            String.format(
                Locale.ROOT,
                "the mixture of the training data changes with sample 16: each dataset goes on"
                    + " after what was read of it%n  %s: weight 0.50000, goes on with its sample"
                    + " 12%n  %s: weight 0.50000, goes on with its sample 0%n",
                prefix(1),
                prefix(2)));
  }
}
