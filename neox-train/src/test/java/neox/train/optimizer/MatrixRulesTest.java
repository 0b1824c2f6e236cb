package neox.train.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import neox.config.OptimizerConfig;
import neox.config.OptimizerRule;
import neox.model.Parameter;
import neox.parallel.Ranks;
import neox.parallel.Topology;
import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import neox.weights.spec.Group;
import neox.weights.spec.ParameterSpec;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Rules that look at rows and columns, against their formulas in double arithmetic; and that every
/// rule goes on from what it has saved.
class MatrixRulesTest {
  static final OptimizerRule.Muon MUON =
      new OptimizerRule.Muon(
          0.95,
          true,
          5,
          OptimizerRule.MuonScale.MATCH_RMS_ADAMW,
          new OptimizerRule.Adam(0.9, 0.95, 1e-8));

  private static final double RATE = 0.01;
  private static final double DECAY = 0.1;
  private static final int STEPS = 3;

  @TempDir Path directory;

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "0.9, 0", "0, 0.99", "0.9, 0.99"})
  void sm3RemembersTheRowsAndColumnsOfAMatrix(double momentum, double beta) {
    double[][] p = matrix(weights(4, 7), 4, 7);
    double[][] b = new double[4][7];
    double[] rows = new double[4];
    double[] columns = new double[7];
    for (int step = 1; step <= STEPS; step++) {
      double[][] g = matrix(gradient(4, 7, step), 4, 7);
      double[] newRows = beta > 0 ? rows.clone() : new double[4];
      double[] newColumns = beta > 0 ? columns.clone() : new double[7];
      for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 7; j++) {
          double least = Math.min(rows[i], columns[j]);
          double estimate = (beta > 0 ? beta : 1) * least + (1 - beta) * g[i][j] * g[i][j];
          newRows[i] = Math.max(newRows[i], estimate);
          newColumns[j] = Math.max(newColumns[j], estimate);
          b[i][j] = momentum * b[i][j] + (1 - momentum) * g[i][j] / Math.sqrt(estimate + 1e-30);
          p[i][j] -= RATE * b[i][j];
        }
      }
      rows = newRows;
      columns = newColumns;
    }
    assertClose(trained(new OptimizerRule.Sm3(momentum, beta, 1e-30), 4, 7), p, 1e-6);
  }

  @ParameterizedTest
  @CsvSource({
    "7, 4, true, ORIGINAL",
    "4, 7, true, MATCH_RMS_ADAMW",
    "7, 4, false, MATCH_RMS_ADAMW",
    "5, 5, false, ORIGINAL"
  })
  void muonStepsAlongTheOrthogonalizedAverage(
      int rows, int columns, boolean nesterov, OptimizerRule.MuonScale scale) {
    double factor =
        scale == OptimizerRule.MuonScale.ORIGINAL
            ? Math.sqrt(Math.max(1, (double) rows / columns))
            : 0.2 * Math.sqrt(Math.max(rows, columns));
    double[][] p = matrix(weights(rows, columns), rows, columns);
    double[][] average = new double[rows][columns];
    for (int step = 1; step <= STEPS; step++) {
      double[][] g = matrix(gradient(rows, columns, step), rows, columns);
      average = sum(average, 0.95, g, 0.05);
      double[][] x = orthogonal(nesterov ? sum(average, 0.95, g, 0.05) : average);
      p = sum(p, 1 - RATE * DECAY, x, -RATE * factor);
    }
    OptimizerRule rule = new OptimizerRule.Muon(0.95, nesterov, 5, scale, MUON.rest());
    assertClose(trained(rule, rows, columns), p, 1e-5); // 5 iterations of matrix products
  }

  /// Newton-Schulz as in the paper, without the trick of transposing: X·p(XᵀX) is p(XXᵀ)·X.
  private static double[][] orthogonal(double[][] matrix) {
    double squares = 0;
    for (double[] row : matrix) {
      for (double value : row) {
        squares += value * value;
      }
    }
    double[][] x = sum(matrix, 1 / (Math.sqrt(squares) + 1e-7), matrix, 0);
    for (int i = 0; i < 5; i++) {
      double[][] once = product(product(x, transposed(x)), x);
      double[][] twice = product(product(x, transposed(x)), once);
      x = sum(sum(x, 3.4445, once, -4.7750), 1, twice, 2.0315);
    }
    return x;
  }

  @Test
  void theStepsOfMuonAreNearlyOrthogonal() {
    OptimizerRule.Muon plain =
        new OptimizerRule.Muon(0, false, 5, OptimizerRule.MuonScale.ORIGINAL, MUON.rest());
    double[][] before = matrix(weights(12, 12), 12, 12);
    double[][] after = trained(plain, 12, 12, 1);
    double[][] x = sum(after, -1 / RATE, before, (1 - RATE * DECAY) / RATE);
    double[][] identity = product(x, transposed(x));
    for (int i = 0; i < 12; i++) {
      assertThat(identity[i][i]).isBetween(0.3, 1.6);
    }
  }

  /// Tables and vectors get exactly what AdamW would give them.
  @Test
  void muonLeavesEmbeddingsNormsAndBiasesToAdamW() {
    List<ParameterSpec> specs =
        List.of(
            Parameters.spec("table", Group.DECAYING, 6, 5).withRole(ParameterSpec.Role.TABLE),
            Parameters.spec("norm", Group.PLAIN, 5));
    for (ParameterSpec spec : specs) {
      assertThat(trained(MUON, spec)).containsExactly(trained(MUON.rest(), spec));
    }
    ParameterSpec matrix = Parameters.spec("matrix", Group.DECAYING, 6, 5);
    assertThat(trained(MUON, matrix)).isNotEqualTo(trained(MUON.rest(), matrix));
  }

  static List<OptimizerRule> rules() {
    return List.of(
        new OptimizerRule.Adam(0.9, 0.95, 1e-8),
        new OptimizerRule.Adam(0.9, 0.95, 1e-8, OptimizerRule.Decay.L2, false),
        new OptimizerRule.Lion(0.9, 0.99),
        new OptimizerRule.Sgd(0),
        new OptimizerRule.Sgd(0.9),
        new OptimizerRule.Sm3(0, 0, 1e-30),
        new OptimizerRule.Sm3(0.9, 0.5, 1e-30),
        new OptimizerRule.Madgrad(0, 1e-6),
        new OptimizerRule.Madgrad(0.9, 1e-6),
        MUON);
  }

  /// Saved by two ranks of which each had a part, continued by one, and the other way round.
  @ParameterizedTest
  @MethodSource("rules")
  void goesOnFromWhatItHasSavedBitForBit(OptimizerRule rule) {
    List<float[]> undisturbed = new ArrayList<>();
    Ranks.runInProcess(
        new Topology(1, 1, 1), ranks -> undisturbed.addAll(run(rule, ranks, 0, STEPS, List.of())));
    List<float[]> halfway = new ArrayList<>();
    Ranks.runInProcess(
        new Topology(1, 2, 1),
        ranks -> {
          List<float[]> weights = run(rule, ranks, 0, 2, List.of());
          if (ranks.isFirstOfAll()) {
            halfway.addAll(weights);
          }
        });
    for (int data : new int[] {1, 2}) {
      Ranks.runInProcess(
          new Topology(1, data, 1),
          ranks ->
              assertThat(run(rule, ranks, 2, STEPS, halfway))
                  .containsExactlyElementsOf(undisturbed));
    }
  }

  /// Takes steps with the same gradients on all ranks.
  ///
  /// @param from steps taken before; when there are any, the state is read from the directory, and
  ///   otherwise written there
  private List<float[]> run(
      OptimizerRule rule, Ranks ranks, int from, int to, List<float[]> weights) throws IOException {
    List<ParameterSpec> specs =
        List.of(
            Parameters.spec("table", Group.DECAYING, 9, 13).withRole(ParameterSpec.Role.TABLE),
            Parameters.spec("a", Group.DECAYING, 11, 7),
            Parameters.spec("bias", Group.PLAIN, 11),
            Parameters.spec("b", Group.DECAYING, 6, 14));
    try (var _ = Scope.open()) {
      List<Parameter> parameters = new ArrayList<>();
      for (int i = 0; i < specs.size(); i++) {
        float[] first =
            from > 0 ? weights.get(i) : Parameters.noise(specs.get(i).shape().count(), i);
        parameters.add(Parameters.of(specs.get(i), ScalarType.Float, first));
      }
      int zeroStage = ranks.data().size() - 1;
      OptimizerConfig config = config(rule);
      try (GradientBuckets gradients =
              ZeroTest.gradients(Holdings.of(parameters, specs, ranks), config, zeroStage);
          Optimizer optimizer = Optimizer.of(config, zeroStage, gradients)) {
        if (from > 0) {
          optimizer.restore(directory);
        }
        for (int step = from + 1; step <= to; step++) {
          for (int i = 0; i < specs.size(); i++) {
            float[] gradient = Parameters.noise(specs.get(i).shape().count(), 10L * step + i);
            Parameters.set(gradients.sum(specs.get(i)), gradient);
          }
          optimizer.step(RATE / step);
        }
        if (from == 0 && to < STEPS) {
          optimizer.save(directory);
        }
        return parameters.stream().map(p -> TensorData.floats(p.value())).toList();
      }
    }
  }

  private static OptimizerConfig config(OptimizerRule rule) {
    return new OptimizerConfig(rule, RATE, DECAY, 0);
  }

  private static double[][] trained(OptimizerRule rule, int rows, int columns) {
    return trained(rule, rows, columns, STEPS);
  }

  private static double[][] trained(OptimizerRule rule, int rows, int columns, int steps) {
    ParameterSpec spec = Parameters.spec("w", Group.DECAYING, rows, columns);
    return matrix(trained(rule, spec, steps), rows, columns);
  }

  private static float[] trained(OptimizerRule rule, ParameterSpec spec) {
    return trained(rule, spec, STEPS);
  }

  private static float[] trained(OptimizerRule rule, ParameterSpec spec, int steps) {
    try (var _ = Scope.open()) {
      float[] first = Parameters.noise(spec.shape().count(), 0);
      Parameter parameter = Parameters.of(spec, ScalarType.Float, first);
      Holdings holdings = Holdings.of(List.of(parameter), List.of(spec), Ranks.single());
      try (GradientBuckets gradients = GradientBuckets.of(holdings);
          Optimizer optimizer = Optimizer.of(config(rule), 0, gradients)) {
        for (int step = 1; step <= steps; step++) {
          Parameters.set(gradients.sum(spec), Parameters.noise(spec.shape().count(), step));
          optimizer.step(RATE);
        }
      }
      return TensorData.floats(parameter.value());
    }
  }

  private static float[] weights(int rows, int columns) {
    return Parameters.noise((long) rows * columns, 0);
  }

  private static float[] gradient(int rows, int columns, int step) {
    return Parameters.noise((long) rows * columns, step);
  }

  private static double[][] matrix(float[] values, int rows, int columns) {
    double[][] matrix = new double[rows][columns];
    for (int i = 0; i < values.length; i++) {
      matrix[i / columns][i % columns] = values[i];
    }
    return matrix;
  }

  private static double[][] sum(double[][] a, double factorA, double[][] b, double factorB) {
    double[][] sum = new double[a.length][a[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[0].length; j++) {
        sum[i][j] = factorA * a[i][j] + factorB * b[i][j];
      }
    }
    return sum;
  }

  private static double[][] product(double[][] a, double[][] b) {
    double[][] product = new double[a.length][b[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < b[0].length; j++) {
        for (int k = 0; k < b.length; k++) {
          product[i][j] += a[i][k] * b[k][j];
        }
      }
    }
    return product;
  }

  private static double[][] transposed(double[][] a) {
    double[][] transposed = new double[a[0].length][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[0].length; j++) {
        transposed[j][i] = a[i][j];
      }
    }
    return transposed;
  }

  private static void assertClose(double[][] actual, double[][] expected, double tolerance) {
    for (int i = 0; i < expected.length; i++) {
      for (int j = 0; j < expected[0].length; j++) {
        assertThat(actual[i][j])
            .as("row %d, column %d", i, j)
            .isCloseTo(expected[i][j], within(tolerance));
      }
    }
  }
}
