package neox.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;
import neox.base.Console;
import neox.base.Tool;
import neox.base.ToolCommand;
import neox.config.ConfigSource;
import neox.data.ledger.RunPast;
import neox.parallel.comm.Communicator;
import neox.tensor.Placement;
import neox.train.data.TrainingData;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Runs neox-train on a tiny network in a directory of its own.
final class TrainFixture {
  static final Path GOLDEN = Path.of("src/test/resources/golden/train");

  /// Two layers, with dropout so that the random state matters.
  private static final String CONFIG =
      """
      # A network that trains in milliseconds.
      num_layers: 2
      hidden_size: 32
      num_attention_heads: 2
      seq_length: 32
      max_position_embeddings: 32
      pos_emb: rotary
      rotary_pct: 0.5
      no_weight_tying: true
      gpt_j_residual: true
      hidden_dropout: 0.1
      attention_dropout: 0.1
      optimizer: {type: Adam, params: {lr: 0.01, betas: [0.9, 0.95], eps: 1.0e-8}}
      weight_decay: 0.1
      gradient_clipping: 1.0
      lr_decay_style: cosine
      warmup: 0.1
      min_lr: 0.001
      train_micro_batch_size_per_gpu: 2
      gradient_accumulation_steps: 2
      train_iters: 12
      lr_decay_iters: 12
      eval_interval: 5
      eval_iters: 1
      log_interval: 1
      checkpoint_factor: 1
      split: 90,5,5
      tokenizer_type: CharLevelTokenizer
      """;

  private final Path directory;
  private final Path config;

  /// What a run in this process printed and returned.
  record Result(int code, String out, String err) {}

  TrainFixture(Path directory) throws IOException {
    this.directory = directory;
    for (String name : List.of("corpus1_text_document.bin", "corpus1_text_document.idx")) {
      Files.copy(GOLDEN.resolve("data").resolve(name), directory.resolve(name));
    }
    config = Files.writeString(directory.resolve("tiny.yml"), CONFIG);
  }

  Path config() {
    return config;
  }

  Path dataPrefix() {
    return directory.resolve("corpus1_text_document");
  }

  /// The arguments of a run that saves to and loads from the directory `name`.
  List<String> arguments(String name, String... overrides) {
    List<String> arguments = new ArrayList<>();
    arguments.add(config.toString());
    add(arguments, "data_path=" + dataPrefix());
    add(arguments, "save=" + directory.resolve(name));
    add(arguments, "load=" + directory.resolve(name));
    for (String override : overrides) {
      add(arguments, override);
    }
    return arguments;
  }

  /// The configuration of the same run.
  ConfigSource source(String name, String... overrides) {
    List<String> assignments = new ArrayList<>();
    assignments.add("data_path=" + dataPrefix());
    assignments.add("save=" + directory.resolve(name));
    assignments.addAll(List.of(overrides));
    return new ConfigSource(Optional.empty(), List.of(config), ConfigSource.overrides(assignments));
  }

  static List<String> arguments(Path config, Map<String, String> overrides) {
    List<String> arguments = new ArrayList<>();
    arguments.add(config.toString());
    overrides.forEach((key, value) -> add(arguments, key + "=" + value));
    return arguments;
  }

  Result run(String name, String... overrides) {
    return run(arguments(name, overrides));
  }

  static Result run(List<String> arguments) {
    return run(new TrainCommand(), arguments);
  }

  static Result run(ToolCommand tool, List<String> arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Tool.run(
            tool,
            arguments.toArray(String[]::new),
            InputStream.nullInputStream(),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Result(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /// Every file of a checkpoint, by its path in it; the texts of the configuration name the save
  /// directory and are left out.
  Map<String, byte[]> checkpoint(String name, long step) throws IOException {
    Path root = directory.resolve(name).resolve("global_step" + step);
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path file : tree.filter(Files::isRegularFile).toList()) {
        Path inside = root.relativize(file);
        if (!inside.startsWith("configs")) {
          files.put(inside.toString(), Files.readAllBytes(file));
        }
      }
    }
    return files;
  }

  /// Asserts that two runs saved the same files with the same bytes after a step.
  void assertSameCheckpoints(String actual, String expected, long step) throws IOException {
    assertSameFiles(checkpoint(actual, step), checkpoint(expected, step));
  }

  static void assertSameFiles(Map<String, byte[]> actual, Map<String, byte[]> expected) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet()).isNotEmpty();
    expected.forEach((file, bytes) -> assertThat(actual.get(file)).as(file).isEqualTo(bytes));
  }

  /// The samples of a run, for one rank that does not look at the tokens' values.
  static TrainingData data(RunPlan plan) throws IOException {
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    Console quiet = new Console(InputStream.nullInputStream(), nowhere, nowhere, false, true);
    TrainingData.Use use =
        new TrainingData.Use(
            OptionalInt.empty(),
            Integer.MAX_VALUE,
            Communicator.alone(),
            Placement.cpu(ScalarType.Float));
    return TrainingData.of(
        plan.samples(OptionalLong.empty(), RunPast.NONE, line -> {}),
        plan.loaded().config(),
        use,
        quiet);
  }

  private static void add(List<String> arguments, String override) {
    arguments.add("--set");
    arguments.add(override);
  }
}
