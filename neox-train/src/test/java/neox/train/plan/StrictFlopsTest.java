package neox.train.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import neox.config.NeoxConfig;
import neox.config.step.StepShape;
import neox.parallel.Topology;
import neox.train.log.FlopCount;
import neox.train.log.StrictFlops;
import org.junit.jupiter.api.Test;

class StrictFlopsTest {
  private static final double EXACT = 1e-12;
  private static final double TOKENS = 8 * 32;
  private static final double H = 64;
  private static final double S = 32;
  private static final double ROWS = 512;
  private static final int LAYERS = 3;

  @Test
  void aPlainNetworkHasTheOperationsOfNeoxsFormulaLessTheHiddenHalfOfItsScores() {
    PlannedRun run = PlannedConfigs.run(Map.of("num_layers", "3", "hidden_size", "64"));
    StrictFlops strict = Plan.strictFlops(run, layout(run.config()));
    FlopCount neox =
        FlopCount.of(
            run.config().model(),
            run.config().recompute(),
            new StepShape(0, 8, 0, 2, 32),
            (int) ROWS);
    double hidden = 3 * TOKENS * LAYERS * 2 * 2 * (S / 2) * H;
    double head = 3 * TOKENS * 2 * ROWS * H;
    double headOfFormula = head * 3 / 4; // it is for four passes, of which three are counted
    assertThat(strict.model())
        .isCloseTo(neox.model() - hidden - headOfFormula + head, within(EXACT * strict.model()));
    assertThat(strict.hardware()).isEqualTo(strict.model());
  }

  @Test
  void countsTheWidthsThatTheMatricesHave() {
    PlannedRun run =
        PlannedConfigs.run(
            Map.of(
                "num_layers", "3",
                "hidden_size", "64",
                "num_kv_heads", "1",
                "activation", "swiglu",
                "intermediate_size", "96",
                "checkpoint_activations", "true"));
    StrictFlops strict = Plan.strictFlops(run, layout(run.config()));
    double queriesAndDense = 2 * H * H;
    double keysAndValues = 2 * H * (H / 4);
    double mlp = 3 * H * 32; // NeoX's rule: half of two thirds of 96 for each
    double block = 2 * (queriesAndDense + keysAndValues + mlp) + 2 * 2 * (S / 2) * H;
    double head = 2 * ROWS * H;
    assertThat(strict.model())
        .isCloseTo(3 * TOKENS * (LAYERS * block + head), within(EXACT * strict.model()));
    assertThat(strict.hardware() - strict.model())
        .isCloseTo(TOKENS * LAYERS * block, within(EXACT * strict.model()));
  }

  @Test
  void aMatrixThatIsNotTrainedHasOneGradientLess() {
    PlannedRun all = PlannedConfigs.run(Map.of());
    PlannedRun biases = PlannedConfigs.run(Map.of("freeze_params", "['*.mlp.*']"));
    double frozen = TOKENS * all.config().model().layers() * 2 * 8 * H * H;
    assertThat(
            Plan.strictFlops(all, layout(all.config())).model()
                - Plan.strictFlops(biases, layout(biases.config())).model())
        .isCloseTo(frozen, within(1e-9 * frozen));
  }

  private static Layout layout(NeoxConfig config) {
    return Layout.of(config, Topology.single());
  }
}
