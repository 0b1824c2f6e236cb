package neox.train.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.Map;
import neox.model.Parameter;
import neox.parallel.Ranks;
import neox.parallel.Topology;
import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import neox.weights.spec.ParameterSpec;
import neox.weights.spec.Share;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// N ranks see the gradients and norms that one rank would.
class ReductionTest {
  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @Test
  void everyRankGetsItsPieceOfTheWholeGradient() {
    for (Topology grid : SharedNetwork.grids()) {
      Ranks.runInProcess(
          grid,
          ranks -> {
            try (var _ = Scope.open();
                GradientBuckets gradients = reduced(ranks)) {
              for (Parameter parameter : gradients.holdings().mine()) {
                ParameterSpec spec = parameter.spec();
                float[] expected =
                    SharedNetwork.floats(SharedNetwork.piece(spec, whole(spec, grid), ranks));
                assertThat(TensorData.floats(gradients.sum(spec)))
                    .as("%s on %s", spec.key(), ranks)
                    .isEqualTo(expected);
              }
            }
          });
    }
  }

  @Test
  void everyRankKnowsTheNormsOfTheWholeNetwork() {
    for (Topology grid : SharedNetwork.grids()) {
      Map<String, Double> expected = new LinkedHashMap<>();
      for (ParameterSpec spec : SharedNetwork.SPECS) {
        expected.put(spec.key(), norm(whole(spec, grid)));
      }
      double global = new GradientNorms(expected).global();
      Ranks.runInProcess(
          grid,
          ranks -> {
            try (var _ = Scope.open();
                GradientBuckets gradients = reduced(ranks)) {
              GradientNorms norms = gradients.norms();
              assertThat(norms.byKey().keySet()).containsExactlyElementsOf(expected.keySet());
              expected.forEach((key, norm) ->
                  assertThat(norms.byKey().get(key))
                      .as("%s on %s", key, ranks)
                      .isCloseTo(norm, within(1e-6 * norm))); // float32 sums of pieces
              assertThat(norms.global()).isCloseTo(global, within(1e-6 * global));
            }
          });
    }
  }

  /// The gradients of a rank that has computed its part of them.
  private static GradientBuckets reduced(Ranks ranks) {
    Holdings holdings = SharedNetwork.holdings(ranks, ScalarType.Float);
    GradientBuckets gradients = GradientBuckets.of(holdings);
    for (Parameter parameter : holdings.mine()) {
      ParameterSpec spec = parameter.spec();
      int home = SharedNetwork.isSecondHome(spec, ranks) ? 1 : 0;
      float[] computed = computed(spec, home, ranks.data().rank(), ranks.tensor().rank());
      float[] mine = SharedNetwork.floats(SharedNetwork.piece(spec, computed, ranks));
      Parameters.backward(parameter, mine);
      gradients.accumulate();
    }
    gradients.reduce();
    return gradients;
  }

  /// The whole gradient as one place of the grid computes it: only the parts of a bias that is
  /// added once differ over the tensor axis.
  private static float[] computed(ParameterSpec spec, int home, int data, int tensor) {
    int part = spec.share() instanceof Share.AddedOnce ? tensor : 0;
    int seed = ((SharedNetwork.SPECS.indexOf(spec) * 2 + home) * 8 + data) * 8 + part;
    return Parameters.noise(spec.shape().count(), seed);
  }

  /// Sums in the order in which ranks reduce, so that no bit may differ.
  private static float[] whole(ParameterSpec spec, Topology grid) {
    boolean twoHomes = spec.equals(SharedNetwork.TIED) && grid.pipe() > 1;
    float[] whole = mean(spec, 0, grid);
    if (twoHomes) {
      add(whole, mean(spec, 1, grid));
    }
    return whole;
  }

  private static float[] mean(ParameterSpec spec, int home, Topology grid) {
    float[] sum = sum(spec, home, 0, grid);
    for (int data = 1; data < grid.data(); data++) {
      add(sum, sum(spec, home, data, grid));
    }
    for (int i = 0; i < sum.length; i++) {
      sum[i] /= grid.data();
    }
    return sum;
  }

  private static float[] sum(ParameterSpec spec, int home, int data, Topology grid) {
    float[] sum = computed(spec, home, data, 0);
    int parts = spec.share() instanceof Share.AddedOnce ? grid.tensor() : 1;
    for (int tensor = 1; tensor < parts; tensor++) {
      add(sum, computed(spec, home, data, tensor));
    }
    return sum;
  }

  private static void add(float[] sum, float[] term) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += term[i];
    }
  }

  private static double norm(float[] values) {
    double squares = 0;
    for (float value : values) {
      squares += (double) value * value;
    }
    return Math.sqrt(squares);
  }
}
