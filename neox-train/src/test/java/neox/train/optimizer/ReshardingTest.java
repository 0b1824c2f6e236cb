package neox.train.optimizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.config.OptimizerConfig;
import neox.config.OptimizerRule;
import neox.model.Parameter;
import neox.parallel.Ranks;
import neox.parallel.Topology;
import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import neox.weights.DType;
import neox.weights.TensorView;
import neox.weights.neox.OptimizerStateFile;
import neox.weights.spec.ParameterSpec;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is stored does not tell how many ranks have stored it, and any number of ranks go on from
/// it.
class ReshardingTest {
  /// A rule whose every operation is rounded once, however parameters are cut.
  private static final OptimizerConfig CONFIG =
      new OptimizerConfig(new OptimizerRule.Lion(0.9, 0.99), 0.01, 0.1, 0);

  private static final int STEPS = 3;

  @TempDir Path directory;

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @Test
  void everyGridStoresWhatOneRankStores() throws IOException {
    for (ScalarType type : new ScalarType[] {ScalarType.Float, ScalarType.BFloat16}) {
      Map<String, float[]> expected = trained(new Topology(1, 1, 1), 0, type);
      assertThat(expected).hasSize(type == ScalarType.Float ? 6 : 12);
      for (Topology grid : SharedNetwork.grids()) {
        for (int zeroStage = 0; zeroStage < 2; zeroStage++) {
          Map<String, float[]> stored = trained(grid, zeroStage, type);
          StateFileTest.assertSame(stored, expected);
        }
      }
    }
  }

  @Test
  void everyGridGoesOnFromTheStateOfEveryOther() throws IOException {
    Map<String, float[]> expected = trained(new Topology(1, 1, 1), 0, ScalarType.BFloat16);
    Path again = Files.createDirectory(directory.resolve("again"));
    for (Topology grid : SharedNetwork.grids()) {
      for (int zeroStage = 0; zeroStage < 2; zeroStage++) {
        run(
            grid,
            zeroStage,
            ScalarType.BFloat16,
            0,
            optimizer -> {
              optimizer.restore(directory);
              optimizer.save(again);
            });
        StateFileTest.assertSame(StateFileTest.tensors(again), expected);
        try (OptimizerStateFile file = OptimizerStateFile.open(again)) {
          assertThat(file.header().step()).isEqualTo(STEPS);
        }
      }
    }
  }

  /// The others send what they have to a first rank whose disk is full; then all go on.
  @Test
  void aDiskThatFailsLeavesNoRankWaiting() {
    Path missing = directory.resolve("missing");
    for (Topology grid : List.of(new Topology(2, 1, 2), new Topology(1, 3, 1))) {
      run(
          grid,
          1,
          ScalarType.Float,
          1,
          optimizer -> {
            try {
              optimizer.save(missing);
            } catch (IOException e) {
              assertThat(Files.exists(missing)).isFalse();
            }
            optimizer.step(0.01);
          });
    }
  }

  @Test
  void theFirstRankOfAllReceivesWholeParameters() {
    for (Topology grid : SharedNetwork.grids()) {
      Map<String, float[]> received = new HashMap<>();
      Ranks.runInProcess(
          grid,
          ranks -> {
            try (var _ = Scope.open()) {
              Holdings holdings = SharedNetwork.holdings(ranks, ScalarType.Float);
              Gathering gathering = new Gathering(holdings);
              for (ParameterSpec spec : SharedNetwork.SPECS) {
                Optional<TensorView> mine = holdings.mine(spec).map(Parameter::view);
                Optional<TensorView> whole = gathering.whole(spec, DType.FLOAT32, mine);
                assertThat(whole.isPresent()).isEqualTo(ranks.isFirstOfAll());
                whole.ifPresent(view -> received.put(spec.key(), floats(spec, view)));
              }
            }
          });
      for (ParameterSpec spec : SharedNetwork.SPECS) {
        assertThat(received.get(spec.key())).as("%s", grid).isEqualTo(SharedNetwork.weights(spec));
      }
    }
  }

  private static float[] floats(ParameterSpec spec, TensorView view) {
    assertThat(view.shape()).isEqualTo(spec.shape());
    return SharedNetwork.floats(view);
  }

  private Map<String, float[]> trained(Topology grid, int zeroStage, ScalarType type)
      throws IOException {
    run(grid, zeroStage, type, STEPS, optimizer -> optimizer.save(directory));
    return StateFileTest.tensors(directory);
  }

  interface Use {
    void of(Optimizer optimizer) throws IOException;
  }

  private static void run(Topology grid, int zeroStage, ScalarType type, int steps, Use use) {
    run(new Layout(grid, zeroStage, type), CONFIG, steps, use);
  }

  /// Where parameters lie, and as what.
  record Layout(Topology grid, int zeroStage, ScalarType type) {}

  /// Takes steps on every rank of a grid, whose gradients are those of one rank.
  static void run(Layout layout, OptimizerConfig config, int steps, Use use) {
    Topology grid = layout.grid();
    Ranks.runInProcess(
        grid,
        ranks -> {
          try (var _ = Scope.open()) {
            Holdings holdings = SharedNetwork.holdings(ranks, layout.type());
            try (GradientBuckets gradients = GradientBuckets.of(holdings);
                Optimizer optimizer = Optimizer.of(config, layout.zeroStage(), gradients)) {
              for (int step = 1; step <= steps; step++) {
                for (Parameter parameter : holdings.mine()) {
                  ParameterSpec spec = parameter.spec();
                  int seed = step * 100 + SharedNetwork.SPECS.indexOf(spec);
                  float[] whole = Parameters.noise(spec.shape().count(), seed);
                  Parameters.set(
                      gradients.sum(spec),
                      SharedNetwork.floats(SharedNetwork.piece(spec, whole, ranks)));
                }
                optimizer.step(0.01);
              }
              use.of(optimizer);
            }
          }
        });
  }
}
