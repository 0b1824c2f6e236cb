package neox.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import neox.base.ExitCode;
import neox.base.slow.SlowRows;
import neox.parallel.Topology;
import neox.tensor.NativeRuntime;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Runs that record figures of each parameter.
class FiguresRunTest {
  private static final Topology ALONE = new Topology(1, 1, 1);

  @TempDir Path directory;
  private TrainFixture fixture;

  @BeforeAll
  static void startNatives() {
    NativeRuntime.start(1);
  }

  @BeforeEach
  void prepare() throws IOException {
    fixture = new TrainFixture(directory);
  }

  @ParameterizedTest
  @CsvSource("1, 2, 1, 3")
  @SlowRows({"2, 1, 2, 0", "1, 2, 1, 1"})
  void areTheSameHoweverTheNetworkIsCut(int pipe, int data, int tensor, int stage)
      throws IOException {
    Map<String, Double> alone = figures("alone", ALONE, 0);
    Map<String, Double> several = figures("several", new Topology(pipe, data, tensor), stage);
    assertThat(alone.keySet())
        .contains(
            "gradient_norms/2.attention.dense.weight",
            "pct_grad_zeros/0.word_embeddings.weight",
            "parameter_norms/2.attention.dense.weight",
            "optimizer_state_norms/2.attention.dense.weight_exp_avg",
            "optimizer_state_norms/2.attention.dense.weight_exp_avg_sq");
    assertThat(several.keySet()).isEqualTo(alone.keySet());
    several.forEach((name, value) ->
        assertThat(value).as(name).isCloseTo(alone.get(name), within(difference(name, value))));
  }

  /// How far a figure may be from that of another order of sums.
  private static double difference(String name, double value) {
    if (name.startsWith("pct_grad_zeros/") && name.endsWith(".query_key_value.bias")) {
      // A key's bias moves all scores of a query alike: its exact gradient is 0, and which of the
      // computed ones are is a matter of rounding. Keys are a third of the numbers.
      return 100.0 / 3;
    }
    // In float32 sums differ by their order; the second moment squares that.
    return 1e-3 * value + 1e-12;
  }

  /// Those of the last step.
  private Map<String, Double> figures(String name, Topology grid, int stage) throws IOException {
    Map<String, String> overrides =
        ManyRanksTest.overrides(fixture, "pythia", grid, stage, directory.resolve(name));
    for (String key :
        new String[] {
          "log_grad_norm", "log_grad_pct_zeros", "log_param_norm", "log_optimizer_states"
        }) {
      overrides.put(key, "true");
    }
    overrides.put("histogram_interval", "2");
    overrides.put("tensorboard_dir", directory.resolve(name).toString());
    ManyRanksTest.train(ManyRanksTest.source(fixture, overrides), grid, ExitCode.OK);
    Map<String, Double> figures = new TreeMap<>();
    Map<Long, JsonNode> steps = Records.steps(directory.resolve(name).resolve("metrics.jsonl"));
    JsonNode last = new TreeMap<>(steps).lastEntry().getValue();
    last.properties().stream()
        .filter(entry -> entry.getKey().matches("(gradient|pct|parameter|optimizer)_.*"))
        .forEach(entry -> figures.put(entry.getKey(), entry.getValue().asDouble()));
    return figures;
  }
}
