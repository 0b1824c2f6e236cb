package neox.train;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.StopRequest;
import neox.base.UserException;
import neox.config.ConfigSource;
import neox.config.model.ModelConfig;
import neox.data.indexed.IndexedTokensWriter;
import neox.data.indexed.TokenWidth;
import neox.parallel.Ranks;
import neox.parallel.Topology;
import neox.tensor.Device;

/// Trains one run on every layout of a few ranks, which are threads of this process, and says how
/// far its losses and gradient norms are from those of one rank. The run is small enough for
/// hundreds of layouts, and divides by 1, 2, 3 and 4 along every axis.
///
/// Used by [LayoutMatrixTest], and in full by `benchmarks/layouts.sh`.
final class LayoutMatrix {
  /// Samples of a step: what 1, 2, 3 and 4 replicas can share.
  private static final int SAMPLES = 12;

  private static final int DOCUMENTS = 60;
  private static final int LONGEST_DOCUMENT = 200;
  private static final int LETTERS = 60;

  private static final String CONFIG =
      """
      num_layers: 5
      hidden_size: 48
      num_attention_heads: 12
      seq_length: 16
      max_position_embeddings: 16
      gpt_j_residual: true
      no_weight_tying: true
      pos_emb: rotary
      rotary_pct: 0.5
      hidden_dropout: 0
      attention_dropout: 0
      optimizer: {type: Adam, params: {lr: 0.003, betas: [0.9, 0.95], eps: 1.0e-8}}
      weight_decay: 0.1
      gradient_clipping: 1.0
      lr_decay_style: cosine
      lr_decay_iters: 20
      warmup: 0.1
      min_lr: 0.0003
      train_micro_batch_size_per_gpu: 1
      eval_iters: 0
      log_interval: 1
      checkpoint_factor: 100
      split: 100,0,0
      tokenizer_type: CharLevelTokenizer
      """;

  /// The vocabulary is padded to this many rows on every layout: 512 characters, rounded up.
  private static final int ROWS = 516;

  private final Path directory;
  private final int steps;
  private final Path config;
  private final Map<Style, Curve> alone = new LinkedHashMap<>();

  /// How a run is cut over ranks.
  record Layout(int pipe, int tensor, int data, int zeroStage) {
    static final Layout ALONE = new Layout(1, 1, 1, 0);

    /// All with at most so many ranks, and every stage of ZeRO.
    static List<Layout> upTo(int ranks) {
      List<Layout> layouts = new ArrayList<>();
      for (int world = 1; world <= ranks; world++) {
        for (int pipe = 1; pipe <= world; pipe++) {
          for (int tensor = 1; pipe * tensor <= world; tensor++) {
            if (world % (pipe * tensor) == 0) {
              for (int zero = 0; zero <= 3; zero++) {
                layouts.add(new Layout(pipe, tensor, world / (pipe * tensor), zero));
              }
            }
          }
        }
      }
      return List.copyOf(layouts);
    }

    Topology topology() {
      return new Topology(pipe, data, tensor);
    }
  }

  /// Architectures, as differences from that of Pythia.
  enum Style {
    PYTHIA(Map.of()),
    SEQUENCE_PARALLEL(Map.of("sequence_parallel", "true")),
    GPT3(Map.of("pos_emb", "learned", "no_weight_tying", "false", "gpt_j_residual", "false")),
    LLAMA(llama()),
    GQA(gqa());

    @SuppressWarnings("ImmutableEnumChecker") // Map.of
    private final Map<String, String> settings;

    Style(Map<String, String> settings) {
      this.settings = settings;
    }

    private static Map<String, String> llama() {
      return Map.of(
          "norm", "rmsnorm",
          "activation", "swiglu",
          "intermediate_size", "144", // 48 for each half
          "use_bias_in_attn_linear", "false",
          "use_bias_in_mlp", "false",
          "gpt_j_residual", "false",
          "rotary_pct", "1.0");
    }

    private static Map<String, String> gqa() {
      Map<String, String> settings = new LinkedHashMap<>(llama());
      settings.putAll(
          Map.of("num_attention_heads", "24", "hidden_size", "96", "num_kv_heads", "12"));
      return settings;
    }
  }

  /// What a run records of each step.
  record Curve(List<Double> losses, List<Double> norms) {
    /// The largest relative difference of a loss.
    double lossDifference(Curve other) {
      return difference(losses, other.losses);
    }

    /// The relative difference of the gradient norm of the first step, whose weights are the same.
    /// Later ones follow rounding noise: Adam takes weights whose true gradient is zero, such as
    /// biases of keys, as far as any other.
    double firstNormDifference(Curve other) {
      return difference(norms.subList(0, 1), other.norms.subList(0, 1));
    }

    /// @return infinite where one has other steps than the other, or a number is none
    private static double difference(List<Double> actual, List<Double> expected) {
      if (actual.size() != expected.size() || actual.isEmpty()) {
        return Double.POSITIVE_INFINITY;
      }
      double largest = 0;
      for (int i = 0; i < actual.size(); i++) {
        double relative = Math.abs(actual.get(i) / expected.get(i) - 1);
        largest = Double.isNaN(relative) ? Double.POSITIVE_INFINITY : Math.max(largest, relative);
      }
      return largest;
    }
  }

  /// What has become of a run.
  sealed interface Outcome {
    /// It came to its end.
    record Trained(Curve curve) implements Outcome {}

    /// The configuration refuses it.
    record Refused(String reason) implements Outcome {}
  }

  /// @param directory for what the runs read and write
  LayoutMatrix(Path directory, int steps) throws IOException {
    this.directory = directory;
    this.steps = steps;
    this.config = Files.writeString(directory.resolve("layouts.yml"), CONFIG);
    writeTokens(prefix());
  }

  private Path prefix() {
    return directory.resolve("text");
  }

  /// Letters of which some are far more frequent than others, so that there is something to learn.
  private static void writeTokens(Path prefix) throws IOException {
    Random random = new Random(1);
    try (IndexedTokensWriter writer = IndexedTokensWriter.create(prefix, TokenWidth.UINT16)) {
      for (int i = 0; i < DOCUMENTS; i++) {
        int[] letters =
            IntStream.range(0, 1 + random.nextInt(LONGEST_DOCUMENT))
                .map(_ -> 'A' + random.nextInt(1 + random.nextInt(LETTERS)))
                .toArray();
        writer.addDocument(letters, 0, letters.length);
      }
      writer.commit();
    }
  }

  /// One rank's.
  Curve alone(Style style) throws IOException {
    Curve known = alone.get(style);
    if (known != null) {
      return known;
    }
    return switch (run(style, Layout.ALONE, Map.of())) {
      case Outcome.Trained(Curve curve) -> {
        alone.put(style, curve);
        yield curve;
      }
      case Outcome.Refused(String reason) -> throw new IllegalStateException(reason);
    };
  }

  /// Trains to the end, unless the configuration refuses it.
  ///
  /// @param overrides of the configuration
  Outcome run(Style style, Layout layout, Map<String, String> overrides) throws IOException {
    Map<String, String> settings = settings(style, layout);
    settings.put("log_dir", Files.createTempDirectory(directory, "run").toString());
    settings.putAll(overrides);
    ConfigSource source = new ConfigSource(Optional.empty(), List.of(config), settings);
    try {
      RunPlan.read(source, layout.topology().worldSize(), _ -> {});
    } catch (UserException e) {
      return new Outcome.Refused(String.join("; ", e.problems()));
    }
    train(source, layout.topology());
    Path metrics = Path.of(settings.get("log_dir")).resolve("metrics.jsonl");
    return new Outcome.Trained(
        new Curve(
            Records.values(metrics, "train/lm_loss"), Records.values(metrics, "train/grad_norm")));
  }

  /// The architecture of a run.
  ModelConfig model(Style style, Layout layout, Map<String, String> overrides) throws IOException {
    Map<String, String> settings = settings(style, layout);
    settings.putAll(overrides);
    ConfigSource source = new ConfigSource(Optional.empty(), List.of(config), settings);
    int ranks = layout.topology().worldSize();
    return RunPlan.read(source, ranks, _ -> {}).loaded().config().model();
  }

  private Map<String, String> settings(Style style, Layout layout) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("data_path", prefix().toString());
    settings.put("train_iters", String.valueOf(steps));
    settings.put("pipe_parallel_size", String.valueOf(layout.pipe()));
    settings.put("model_parallel_size", String.valueOf(layout.tensor()));
    settings.put("make_vocab_size_divisible_by", String.valueOf(ROWS / layout.tensor()));
    settings.put("zero_optimization.stage", String.valueOf(layout.zeroStage()));
    settings.put("gradient_accumulation_steps", String.valueOf(SAMPLES / layout.data()));
    settings.putAll(style.settings);
    return settings;
  }

  private static void train(ConfigSource source, Topology topology) {
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    Console console = new Console(InputStream.nullInputStream(), nowhere, nowhere, false, false);
    try (StopRequest stop = StopRequest.listen(console)) {
      Ranks.runInProcess(
          topology,
          ranks -> {
            RunPlan plan = RunPlan.read(source, topology.worldSize(), _ -> {});
            int code = Training.run(plan, new Training.Seat(ranks, Device.CPU), console, stop);
            if (code != ExitCode.OK && code != ExitCode.STOPPED) {
              throw new IllegalStateException("exit code " + code);
            }
          });
      if (stop.requested()) { // what it came to is not what the whole run would have
        throw new IllegalStateException("stopped by a signal");
      }
    }
  }
}
