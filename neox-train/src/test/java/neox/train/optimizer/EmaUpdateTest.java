package neox.train.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import neox.config.EmaConfig;
import neox.config.OptimizerConfig;
import neox.config.OptimizerRule;
import neox.model.Parameter;
import neox.parallel.Ranks;
import neox.parallel.Topology;
import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import neox.train.optimizer.ReshardingTest.Layout;
import neox.weights.neox.EmaFile;
import neox.weights.neox.OptimizerStateFile;
import neox.weights.spec.Group;
import neox.weights.spec.ParameterSpec;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The moving average of the weights beside them.
class EmaUpdateTest {
  private static final ParameterSpec W = Parameters.spec("w", Group.DECAYING, 5, 3);

  /// A rule whose every operation is rounded once, however parameters are cut.
  private static final OptimizerConfig LION =
      new OptimizerConfig(new OptimizerRule.Lion(0.9, 0.99), 0.01, 0.1, 0);

  private static final EmaConfig FIXED = new EmaConfig(Optional.of(0.75), 0.05, 0, 1);

  @TempDir Path directory;

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  private static Map<String, float[]> averages(Path directory) throws IOException {
    Map<String, float[]> averages = new TreeMap<>();
    try (EmaFile file = EmaFile.open(directory)) {
      for (String name : file.names()) {
        averages.put(name, file.view(name).bytes().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED));
      }
    }
    return averages;
  }

  @Test
  void followsItsFormula() throws IOException {
    for (EmaConfig ema :
        List.of(
            FIXED,
            new EmaConfig(Optional.empty(), 0.5, 0, 1),
            new EmaConfig(Optional.of(0.6), 0.05, 3, 2))) {
      try (var _ = Scope.open()) {
        Parameter parameter = Parameters.random(W, ScalarType.Float, 1);
        double[] average = doubles(parameter);
        try (GradientBuckets gradients =
                GradientBuckets.of(Holdings.of(List.of(parameter), List.of(W), Ranks.single()));
            Optimizer optimizer = Optimizer.of(LION.withEma(ema), 0, gradients)) {
          for (int step = 1; step <= 8; step++) {
            Parameters.set(gradients.sum(W), Parameters.noise(15, 10 + step));
            optimizer.step(0.3);
            next(average, doubles(parameter), ema, step);
          }
          optimizer.save(directory);
        }
        float[] found = Objects.requireNonNull(averages(directory).get("0.w"));
        for (int i = 0; i < average.length; i++) {
          // Some roundings to float32 of numbers of this size.
          assertThat((double) found[i]).as("%s", ema).isCloseTo(average[i], within(1e-6));
        }
      }
    }
  }

  /// As the keys of the configuration define it.
  private static void next(double[] average, double[] weights, EmaConfig ema, int step) {
    long since = step - ema.startStep();
    if (since < 0) {
      System.arraycopy(weights, 0, average, 0, weights.length);
    } else if (since % ema.updateEveryNSteps() == 0) {
      long updates = Math.max(1, since / ema.updateEveryNSteps());
      double decay =
          ema.decay().isPresent()
              ? ema.decay().get()
              : Math.pow(0.5, 1 / (ema.halfLifeFraction() * updates));
      for (int i = 0; i < average.length; i++) {
        average[i] = decay * average[i] + (1 - decay) * weights[i];
      }
    }
  }

  private static double[] doubles(Parameter parameter) {
    float[] floats = TensorData.floats(parameter.value().view(-1));
    double[] doubles = new double[floats.length];
    for (int i = 0; i < floats.length; i++) {
      doubles[i] = floats[i];
    }
    return doubles;
  }

  @Test
  void changesNeitherWeightsNorState() throws IOException {
    Path without = Files.createDirectory(directory.resolve("without"));
    Path with = Files.createDirectory(directory.resolve("with"));
    Layout layout = new Layout(new Topology(1, 1, 1), 0, ScalarType.BFloat16);
    ReshardingTest.run(layout, LION, 3, optimizer -> optimizer.save(without));
    ReshardingTest.run(layout, LION.withEma(FIXED), 3, optimizer -> optimizer.save(with));
    StateFileTest.assertSame(StateFileTest.tensors(with), StateFileTest.tensors(without));
    assertThat(with.resolve(OptimizerStateFile.NAME))
        .hasSameBinaryContentAs(without.resolve(OptimizerStateFile.NAME));
    assertThat(EmaFile.isIn(without)).isFalse();
  }

  @Test
  void everyGridKeepsTheAverageOfOneRankAndGoesOnWithIt() throws IOException {
    OptimizerConfig config = LION.withEma(FIXED);
    Path again = Files.createDirectory(directory.resolve("again"));
    Path last = Files.createDirectory(directory.resolve("last"));
    Layout alone = new Layout(new Topology(1, 1, 1), 0, ScalarType.BFloat16);
    ReshardingTest.run(alone, config, 3, optimizer -> optimizer.save(directory));
    Map<String, float[]> expected = averages(directory);
    assertThat(expected).hasSize(SharedNetwork.SPECS.size());
    for (Topology grid : SharedNetwork.grids()) {
      Layout layout = new Layout(grid, 1, ScalarType.BFloat16);
      ReshardingTest.run(layout, config, 3, optimizer -> optimizer.save(again));
      StateFileTest.assertSame(averages(again), expected);
      ReshardingTest.run(
          layout,
          config,
          0,
          optimizer -> {
            optimizer.restore(directory);
            optimizer.save(last);
          });
      StateFileTest.assertSame(averages(last), expected);
    }
  }

  @Test
  void beginsWithTheWeightsOfACheckpointThatHasNone() throws IOException {
    Path next = Files.createDirectory(directory.resolve("next"));
    Layout layout = new Layout(new Topology(1, 2, 1), 1, ScalarType.BFloat16);
    ReshardingTest.run(layout, LION, 3, optimizer -> optimizer.save(directory));
    ReshardingTest.run(
        layout,
        LION.withEma(FIXED),
        0,
        optimizer -> {
          optimizer.restore(directory);
          optimizer.save(next);
        });
    Map<String, float[]> masters = StateFileTest.tensors(directory);
    averages(next)
        .forEach((key, values) ->
            assertThat(values)
                .as(key)
                .isEqualTo(masters.get(OptimizerStateFile.name(key, OptimizerStateFile.MASTER))));
  }
}
