package neox.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import neox.base.ExitCode;
import neox.config.ConfigSource;
import neox.config.NeoxConfig;
import neox.data.SamplePiece;
import neox.data.TokenSamples;
import neox.data.indexed.IndexedTokensWriter;
import neox.data.indexed.TokenWidth;
import neox.model.Inputs;
import neox.model.Network;
import neox.model.NetworkOptions;
import neox.model.stage.NetworkStage;
import neox.tensor.Device;
import neox.tensor.NativeRuntime;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import neox.train.data.BatchFeed;
import neox.train.data.MicroBatch;
import neox.train.data.TrainingData;
import neox.weights.spec.NetworkSpec;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// With `reset_position_ids` and `reset_attention_mask` no document of a sample knows another.
class DocumentMaskTest {
  private static final int DOCUMENTS = 40;
  private static final int CHANGED = 11;
  private static final int VOCABULARY = 512;
  private static final int STEPS = 10;
  private static final String MASK = "reset_position_ids=true, reset_attention_mask=true";

  @TempDir Path directory;

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  /// One document of a dataset is replaced by another of its length: in all samples, the logits of
  /// all tokens of other documents, and their losses, keep every bit.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "pos_emb=learned",
        "pos_emb=rotary, no_weight_tying=true",
        "pos_emb=sinusoidal",
        "pos_emb=rpe",
        "pos_emb=alibi",
        "pos_emb=none",
        "pos_emb=rotary, sliding_window_width=5",
        "pos_emb=alibi, sliding_window_width=5",
        "pos_emb=rotary, num_kv_heads=1",
        "pos_emb=rotary, pack_impl=pack_until_overflow",
        "pos_emb=rotary, precision=bfloat16"
      })
  void aChangedDocumentChangesNoBitOfOthers(String options) throws IOException {
    int[][] documents = documents();
    Path before = write("before", documents);
    int[] own = documents[CHANGED];
    Arrays.setAll(own, i -> i == own.length - 1 ? own[i] : 1 + own[i] % 250);
    Path after = write("after", documents);
    Scored first = score(before, options + ", " + MASK);
    Scored second = score(after, options + ", " + MASK);
    int untouched = 0;
    int touched = 0;
    for (int i = 0; i < first.documents().length; i++) {
      boolean isChanged = first.documents()[i] == CHANGED;
      boolean sameLogits = first.logits().get(i).equals(second.logits().get(i));
      if (isChanged) {
        touched += sameLogits ? 0 : 1;
      } else {
        assertThat(sameLogits).as("logits of token %d", i).isTrue();
        untouched++;
        if (first.labels()[i] == second.labels()[i]) {
          assertThat(Float.floatToRawIntBits(second.losses()[i]))
              .as("loss of token %d", i)
              .isEqualTo(Float.floatToRawIntBits(first.losses()[i]));
        }
      }
    }
    assertThat(untouched).isGreaterThan(500);
    assertThat(touched).isGreaterThan(5);
  }

  /// The proof can fail: without the mask, documents that come later do change.
  @Test
  void withoutTheMaskLaterDocumentsChange() throws IOException {
    int[][] documents = documents();
    Path before = write("before", documents);
    documents[CHANGED][0] = 1 + documents[CHANGED][0] % 250;
    Path after = write("after", documents);
    for (String mask : List.of("", ", reset_position_ids=true")) {
      Scored first = score(before, "pos_emb=rotary" + mask);
      Scored second = score(after, "pos_emb=rotary" + mask);
      long others = 0;
      for (int i = 0; i < first.documents().length; i++) {
        boolean same = first.logits().get(i).equals(second.logits().get(i));
        others += first.documents()[i] != CHANGED && !same ? 1 : 0;
      }
      assertThat(others).as(mask).isGreaterThan(0);
    }
  }

  /// A document in a sample is scored as in a sample of its own.
  @Test
  void aDocumentIsScoredAsIfItStoodAlone() throws IOException {
    int[][] documents = documents();
    Scored together = score(write("data", documents), "pos_emb=learned, " + MASK);
    Map<Integer, Integer> begins = new HashMap<>(); // document to its first token
    for (int i = 0; i < together.documents().length; i++) {
      begins.putIfAbsent(together.documents()[i], i);
    }
    int[] alone = documents[CHANGED];
    try (Network network = network(config(directory.resolve("data"), "pos_emb=learned"));
        var _ = Scope.open()) {
      Tensor ids = TensorData.ofIds(new int[][] {alone});
      Tensor logits =
          NetworkStage.evaluate(network, Inputs.of(ids), (hidden, head) -> head.logits(hidden));
      float[] expected = TensorData.floats(logits);
      int first = Objects.requireNonNull(begins.get(CHANGED));
      for (int i = 0; i < alone.length; i++) {
        if (first + i < together.documents().length && together.documents()[first + i] == CHANGED) {
          List<Float> row = together.logits().get(first + i);
          for (int token = 0; token < VOCABULARY; token++) {
            assertThat(row.get(token)).isCloseTo(expected[i * VOCABULARY + token], within(1e-5f));
          }
        }
      }
    }
  }

  @Test
  void trainsAndEvaluatesWithTheMaskAndResumesBitForBit() throws IOException {
    TrainFixture fixture = new TrainFixture(directory);
    String[] mask = {"reset_position_ids=true", "reset_attention_mask=true", "eod_mask_loss=true"};
    assertThat(fixture.run("whole", mask).code()).isEqualTo(ExitCode.OK);
    String[] stopping = Arrays.copyOf(mask, 4);
    stopping[3] = "exit_interval=5";
    assertThat(fixture.run("parts", stopping).code()).isEqualTo(ExitCode.STOPPED);
    assertThat(fixture.run("parts", mask).code()).isEqualTo(ExitCode.OK);
    fixture.assertSameCheckpoints("parts", "whole", 12);
    assertThat(fixture.run("plain").code()).isEqualTo(ExitCode.OK);
    String masked = Files.readString(directory.resolve("whole/metrics.jsonl"));
    assertThat(validation(masked))
        .hasSize(3)
        .isNotEqualTo(validation(Files.readString(directory.resolve("plain/metrics.jsonl"))));
  }

  private static List<String> validation(String metrics) {
    return metrics.lines().filter(line -> line.contains("validation/lm_loss\"")).toList();
  }

  /// Of 3 to 40 tokens each, without an end-of-document token.
  private static int[][] documents() {
    Random random = new Random(3);
    int[][] documents = new int[DOCUMENTS][];
    for (int d = 0; d < DOCUMENTS; d++) {
      documents[d] = random.ints(3 + random.nextInt(38), 1, 250).toArray();
    }
    return documents;
  }

  private Path write(String name, int[][] documents) throws IOException {
    Path prefix = directory.resolve(name);
    try (IndexedTokensWriter writer = IndexedTokensWriter.create(prefix, TokenWidth.UINT16)) {
      for (int[] document : documents) {
        writer.addDocument(document, 0, document.length);
      }
      writer.commit();
    }
    return prefix;
  }

  /// What a network says of every token of a run, in the order of the micro-batches.
  ///
  /// @param documents that the tokens are of, by their number; -1 for padding
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Scored(int[] documents, List<List<Float>> logits, int[] labels, float[] losses) {}

  private ConfigSource config(Path data, String options) {
    Map<String, String> all = new LinkedHashMap<>();
    String fixed =
        "num_layers=2, hidden_size=64, num_attention_heads=4, seq_length=64,"
            + " max_position_embeddings=64, train_micro_batch_size_per_gpu=2, train_iters="
            + STEPS
            + ", tokenizer_type=CharLevelTokenizer, optimizer.type=Adam, optimizer.params.lr=0.001, eval_iters=0, data_path="
            + data;
    for (String assignment : (fixed + ", " + options).split(", ", -1)) {
      int equals = assignment.indexOf('=');
      all.put(assignment.substring(0, equals), assignment.substring(equals + 1));
    }
    all.put("split", "100,0,0");
    return new ConfigSource(Optional.empty(), List.of(), all);
  }

  private static Network network(ConfigSource source) throws IOException {
    NeoxConfig config = RunPlan.read(source, 1, line -> {}).loaded().config();
    Placement placement = NetworkOptions.placement(Device.CPU, config.precision());
    NetworkSpec spec = NetworkSpec.of(config.model(), VOCABULARY);
    Network network = Network.build(spec, NetworkOptions.inference(placement));
    network.initialize(1);
    return network;
  }

  private Scored score(Path data, String options) throws IOException {
    ConfigSource source = config(data, options);
    RunPlan plan = RunPlan.read(source, 1, line -> {});
    List<Integer> documents = new ArrayList<>();
    List<List<Float>> logits = new ArrayList<>();
    List<Tensor> labels = new ArrayList<>();
    List<Tensor> losses = new ArrayList<>();
    try (TrainingData training = TrainFixture.data(plan);
        Network network = network(source);
        var _ = Scope.open()) {
      BatchFeed feed = training.train();
      long whole = feed.source().microBatches();
      for (int step = 0; step < STEPS; step++) {
        MicroBatch batch = feed.get(step);
        Tensor all =
            NetworkStage.evaluate(network, batch.inputs(), (hidden, head) -> head.logits(hidden));
        logits.addAll(rows(TensorData.floats(all.to(ScalarType.Float))));
        labels.add(batch.labels().reshape(-1));
        losses.add(
            NetworkStage.evaluate(
                    network,
                    batch.inputs(),
                    (hidden, head) -> head.logLikelihoods(hidden, batch.labels()))
                .reshape(-1));
        for (int row = 0; row < 2; row++) {
          documents.addAll(documents(feed.source().samples(), 2 * (step % whole) + row));
        }
      }
      long[] allLabels = TensorData.longs(torch.cat(vector(labels)));
      return new Scored(
          documents.stream().mapToInt(Integer::intValue).toArray(),
          logits,
          Arrays.stream(allLabels).mapToInt(Math::toIntExact).toArray(),
          TensorData.floats(torch.cat(vector(losses))));
    }
  }

  private static TensorVector vector(List<Tensor> tensors) {
    return new TensorVector(tensors.toArray(Tensor[]::new));
  }

  private static List<List<Float>> rows(float[] logits) {
    List<List<Float>> rows = new ArrayList<>();
    for (int at = 0; at < logits.length; at += VOCABULARY) {
      List<Float> row = new ArrayList<>();
      for (int token = 0; token < VOCABULARY; token++) {
        row.add(logits[at + token]);
      }
      rows.add(row);
    }
    return rows;
  }

  private static List<Integer> documents(TokenSamples samples, long sample) {
    List<Integer> documents = new ArrayList<>();
    for (SamplePiece piece : samples.pieces(sample)) {
      for (int i = 0; i < piece.length(); i++) {
        documents.add((int) piece.document());
      }
    }
    while (documents.size() < samples.length()) {
      documents.add(-1);
    }
    return documents.subList(0, samples.length() - 1);
  }
}
