package neox.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.base.ExitCode;
import neox.base.slow.SlowRows;
import neox.parallel.Topology;
import neox.tensor.NativeRuntime;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A run that is saved on one layout goes on with any other as if nothing had happened: weights,
/// optimizer, loss scale and the place in the data. Each replica takes more micro-batches where
/// there are fewer of them, so that a step has the same samples.
class ReshardTest {
  private static final int STEPS = 6;
  private static final int SAVED = 3;

  /// In float32, sums in another order: 6 steps give about 1e-6.
  private static final double TOLERANCE = 1e-5;

  private static final Topology ALONE = new Topology(1, 1, 1);

  /// The curves of runs without interruption on one rank.
  private static final Map<String, List<Double>> WHOLE = new HashMap<>();

  @TempDir Path directory;

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @AfterAll
  static void forget() {
    WHOLE.clear();
  }

  /// Columns: pipe, data, tensor, ZeRO stage; the same for where it goes on.
  @ParameterizedTest(name = "{0}: {1} to {2}")
  @CsvSource({
    "pythia, 1 2 1 3, 2 1 2 0",
    "bf16, 1 2 1 1, 2 1 1 0",
    "muon, 1 2 1 1, 2 1 1 0",
    "lora, 1 2 1 1, 2 1 2 0"
  })
  @SlowRows({
    "pythia, 2 1 1 0, 1 1 2 0",
    "pythia, 1 2 1 1, 2 1 1 0",
    "pythia, 1 1 1 0, 1 2 2 3",
    "llama, 1 1 2 0, 2 2 1 1",
    "gpt3, 2 1 2 0, 1 2 1 2",
    "gpt3, 1 4 1 1, 2 1 1 0",
    "fp16, 2 1 1 0, 1 2 1 1",
    "lion, 1 2 1 1, 1 1 2 0",
    "sgd, 2 2 1 0, 1 1 1 0",
    "stages, 2 1 1 0, 1 2 1 1"
  })
  void aRunGoesOnWithAnotherLayout(String style, String from, String to) throws Exception {
    List<Double> whole = WHOLE.get(style);
    if (whole == null) {
      whole = losses(run(style, "1 1 1 0", "whole", ExitCode.OK));
      WHOLE.put(style, whole);
    }
    Path save = run(style, from, "moved", ExitCode.STOPPED);
    assertThat(save.resolve("latest")).hasContent("global_step" + SAVED);
    List<Double> moved = losses(run(style, to, "moved", ExitCode.OK));
    assertThat(whole).hasSize(STEPS);
    assertThat(moved).hasSize(STEPS);
    for (int step = 0; step < STEPS; step++) {
      double expected = whole.get(step);
      assertThat(moved.get(step))
          .as("loss of step %d", step + 1)
          .isCloseTo(expected, within(TOLERANCE * expected));
    }
  }

  private static List<Double> losses(Path save) throws IOException {
    return Records.values(save.resolve("metrics.jsonl"), "train/lm_loss");
  }

  /// @param code which, when it is [ExitCode#STOPPED], makes the run stop and save on its way
  private Path run(String style, String layout, String name, int code) throws Exception {
    String[] numbers = layout.split(" ", -1);
    Topology topology =
        new Topology(
            Integer.parseInt(numbers[0]),
            Integer.parseInt(numbers[1]),
            Integer.parseInt(numbers[2]));
    int zero = Integer.parseInt(numbers[3]);
    Path save = directory.resolve(name);
    Map<String, String> settings = settings(style, topology, zero, save);
    settings.put("load", save.toString());
    if (code == ExitCode.STOPPED) {
      settings.put("exit_interval", String.valueOf(SAVED));
    }
    ManyRanksTest.train(ManyRanksTest.source(fixture(), settings), topology, code);
    return save;
  }

  private TrainFixture fixture() throws IOException {
    TrainFixture made = fixture;
    if (made == null) {
      made = new TrainFixture(Files.createDirectories(directory.resolve("fixture")));
      fixture = made;
    }
    return made;
  }

  private @Nullable TrainFixture fixture;

  private Map<String, String> settings(String style, Topology topology, int zero, Path save)
      throws Exception {
    String network = List.of("llama", "gpt3").contains(style) ? style : "pythia";
    Map<String, String> settings =
        ManyRanksTest.overrides(fixture(), network, topology, zero, save);
    settings.put("train_iters", String.valueOf(STEPS));
    settings.put("eval_interval", "1000");
    settings.putAll(
        switch (style) {
          case "pythia", "llama", "gpt3" -> Map.of();
          case "bf16" -> Map.of("precision", "bfloat16");
          case "fp16" ->
              Map.of(
                  "precision", "fp16",
                  "fp16.initial_scale_power", "12",
                  "fp16.loss_scale_window", "2");
          case "lion" -> optimizer(settings, "Lion", "lr: 0.001, betas: [0.9, 0.99]");
          case "sgd" -> optimizer(settings, "SGD", "lr: 0.1, momentum: 0.9");
          case "muon" -> optimizer(settings, "Muon", "lr: 0.01, momentum: 0.9");
          case "lora" -> adapters();
          case "stages" -> stages();
          default -> throw new IllegalArgumentException(style);
        });
    return settings;
  }

  private static Map<String, String> optimizer(
      Map<String, String> settings, String type, String params) {
    settings.remove("optimizer.params.eps");
    return Map.of("optimizer", "{type: %s, params: {%s}}".formatted(type, params));
  }

  private Map<String, String> adapters() throws Exception {
    Path base = directory.resolve("base");
    if (!Files.exists(base)) {
      Map<String, String> settings = ManyRanksTest.overrides(fixture(), "pythia", ALONE, 0, base);
      settings.put("train_iters", "1");
      ManyRanksTest.train(ManyRanksTest.source(fixture(), settings), ALONE, ExitCode.OK);
    }
    return Map.of(
        "init_from", base.resolve("global_step1").toString(),
        "lora.rank", "4",
        "lora.targets", "[attention.query_key_value, attention.dense, mlp.linear1, mlp.linear2]");
  }

  /// The mixture changes before the save, and again after it.
  private Map<String, String> stages() throws IOException {
    Path data = fixture().dataPrefix();
    Path other = data.resolveSibling("other");
    for (String ending : List.of(".bin", ".idx")) {
      Path copy = Path.of(other + ending);
      if (!Files.exists(copy)) {
        Files.copy(Path.of(data + ending), copy);
      }
    }
    Map<String, String> settings = new LinkedHashMap<>();
    String paths = "[" + data + "]";
    settings.put("data_path", "null");
    settings.put("train_data_paths", "[%s, %s]".formatted(data, other));
    settings.put("valid_data_paths", paths);
    settings.put("test_data_paths", paths);
    settings.put(
        "data_stages",
        "[{from_step: 3, train_data_weights: [1, 3]}, {from_step: 5, train_data_weights: [1, 0]}]");
    return settings;
  }
}
