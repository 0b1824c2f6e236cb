package neox.train.plan;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.config.NeoxConfig;
import neox.config.RunShape;
import neox.parallel.Topology;

/// A run whose speed somebody has published; a line of `golden/plan/published-runs.tsv`.
///
/// @param seconds of a step, as published or as follows from what is
/// @param network gigabits per second of a machine
record PublishedRun(
    String name, Use use, double seconds, String gpu, double network, Map<String, String> keys) {
  enum Use {
    /// The efficiencies are chosen so that it comes out.
    CALIBRATION,
    /// It was not looked at when they were chosen.
    CHECK,
    /// As a check, of a program that fuses what this one computes operation by operation.
    OTHER_KERNELS
  }

  private static final int PER_MACHINE = 8;
  private static final double BITS = 8;

  static List<PublishedRun> all() throws IOException {
    Path file = Path.of("src/test/resources/golden/plan/published-runs.tsv");
    return Files.readAllLines(file, StandardCharsets.UTF_8).stream()
        .filter(line -> !line.startsWith("#") && !line.isBlank())
        .map(line -> parse(line.split("\t", -1)))
        .toList();
  }

  private static PublishedRun parse(String[] fields) {
    Map<String, String> keys = new LinkedHashMap<>();
    for (String pair : fields[5].split(" ", -1)) {
      int equals = pair.indexOf('=');
      keys.put(pair.substring(0, equals), pair.substring(equals + 1));
    }
    return new PublishedRun(
        fields[0],
        Use.valueOf(fields[1]),
        Double.parseDouble(fields[2]),
        fields[3],
        Double.parseDouble(fields[4]),
        keys);
  }

  private int number(String key) {
    return Integer.parseInt(text(key));
  }

  private String text(String key) {
    String text = keys.get(key);
    if (text == null) {
      throw new IllegalStateException(name + ": no " + key);
    }
    return text;
  }

  /// What the planner says of it.
  Plan plan(Efficiency efficiency) {
    Topology topology = new Topology(number("pp"), number("dp"), number("tp"));
    Map<String, String> overrides = new LinkedHashMap<>();
    overrides.put("num_layers", text("layers"));
    overrides.put("hidden_size", text("hidden"));
    overrides.put("num_attention_heads", text("heads"));
    overrides.put("seq_length", "2048");
    overrides.put("max_position_embeddings", "2048");
    overrides.put("train_micro_batch_size_per_gpu", text("micro"));
    overrides.put("gradient_accumulation_steps", text("steps"));
    overrides.put("pipe_parallel_size", text("pp"));
    overrides.put("model_parallel_size", text("tp"));
    overrides.put("zero_optimization.stage", "1");
    overrides.put("checkpoint_activations", "true");
    overrides.put("precision", "fp16");
    overrides.put("optimizer", "{type: Adam, params: {lr: 0.0001}}");
    overrides.put("train_iters", "1000");
    overrides.put("lr_decay_iters", "1000");
    overrides.put("data_path", "data");
    overrides.put("tokenizer_type", "CharLevelTokenizer");
    keys.forEach((key, value) -> {
      if (key.contains("_")) {
        overrides.put(key, value);
      }
    });
    ConfigSource source = new ConfigSource(Optional.empty(), List.of(), overrides);
    NeoxConfig config = config(source, RunShape.ofRanks(topology.worldSize()));
    Gpu device = Gpus.named(gpu).withNetwork(network * 1e9 / BITS / PER_MACHINE);
    PlannedRun run =
        new PlannedRun(
            config, number("vocab"), device, PlannedRun.Attention.valueOf(text("scores")));
    Layout layout = Layout.of(config, topology);
    return Plan.of(run, layout, MemoryPlan.of(run, layout), efficiency);
  }

  private static NeoxConfig config(ConfigSource source, RunShape shape) {
    try {
      return ConfigLoader.read(source, shape).config();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
