package neox.train.optimizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import neox.base.slow.SlowTests;
import neox.config.OptimizerConfig;
import neox.config.OptimizerRule;
import neox.config.ZeroConfig;
import neox.model.LayerWatch;
import neox.model.Parameter;
import neox.model.WeightUse;
import neox.parallel.Ranks;
import neox.parallel.Topology;
import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import neox.weights.spec.Group;
import neox.weights.spec.ParameterSpec;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// ZeRO moves memory and work; not a bit of weights or state may show it.
class ZeroTest {
  private static final int STEPS = 4;

  /// Parts end within parameters, and parameters have elements left over from whole vectors.
  private static final long[][] SHAPES = {{7, 13}, {1}, {65}, {301, 33}, {64, 2}, {31}, {5, 1, 3}};

  @TempDir Path directory;

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  static Stream<Arguments> cases() {
    List<Integer> ranks = SlowTests.areAskedFor() ? List.of(2, 3, 4) : List.of(3);
    List<OptimizerRule> rules =
        List.of(
            new OptimizerRule.Adam(0.9, 0.95, 1e-8),
            new OptimizerRule.Lion(0.9, 0.99),
            new OptimizerRule.Sgd(0.9),
            new OptimizerRule.Sm3(0.9, 0.5, 1e-30),
            new OptimizerRule.Madgrad(0.9, 1e-6),
            MatrixRulesTest.MUON);
    return rules.stream()
        .flatMap(rule ->
            Stream.of(ScalarType.Float, ScalarType.BFloat16)
                .flatMap(type -> ranks.stream().map(data -> Arguments.of(rule, type, data))));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyRankHasTheWeightsOfTheOptimizerThatKeepsAll(
      OptimizerRule rule, ScalarType type, int data) throws IOException {
    assertSame(config(rule), type, data, 1);
  }

  /// Without clipping: a norm that is put together of parts is another float.
  @ParameterizedTest
  @MethodSource("cases")
  void sharedGradientsAndWeightsMakeTheSameSteps(OptimizerRule rule, ScalarType type, int data)
      throws IOException {
    OptimizerConfig config = new OptimizerConfig(rule, 0.01, 0.1, 0);
    assertSame(config, type, data, 2);
    assertSame(config, type, data, 3);
  }

  private void assertSame(OptimizerConfig config, ScalarType type, int data, int zeroStage)
      throws IOException {
    Topology grid = new Topology(1, data, 1);
    List<float[]> whole = new ArrayList<>();
    Ranks.runInProcess(
        grid,
        ranks -> {
          List<float[]> weights = train(config, type, 0, ranks);
          if (ranks.isFirstOfAll()) {
            whole.addAll(weights);
          }
        });
    assertThat(whole).hasSize(SHAPES.length);
    Map<String, float[]> state = StateFileTest.tensors(directory);
    Ranks.runInProcess(
        grid,
        ranks ->
            assertThat(train(config, type, zeroStage, ranks))
                .as("%s", ranks)
                .containsExactlyElementsOf(whole));
    StateFileTest.assertSame(StateFileTest.tensors(directory), state);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void ranksKeepNoMoreThanTheirPart(OptimizerRule rule, ScalarType type, int data) {
    AtomicLong kept = new AtomicLong();
    Ranks.runInProcess(
        new Topology(1, data, 1),
        ranks -> {
          try (var _ = Scope.open();
              GradientBuckets gradients = gradients(holdings(type, ranks), config(rule), 1)) {
            for (BucketGradients bucket : gradients.buckets()) {
              try (SlicedState state =
                  SlicedState.part(
                      bucket,
                      ranks.data().rank(),
                      UpdateRule.of(rule),
                      StateMemory.WITH_THE_WEIGHTS)) {
                long mine = state.slices().stream().mapToLong(Slice::count).sum();
                assertThat(mine).isLessThanOrEqualTo(bucket.bucket().layout().partLength());
                kept.addAndGet(mine);
              }
            }
          }
        });
    long all = 0;
    for (int i = 0; i < SHAPES.length; i++) {
      all += spec(i).shape().count();
    }
    assertThat(kept).hasValue(all);
  }

  /// The weights after some steps with gradients of this rank's own; saves the state.
  private List<float[]> train(OptimizerConfig config, ScalarType type, int zeroStage, Ranks ranks)
      throws IOException {
    try (var _ = Scope.open()) {
      Holdings holdings = holdings(type, ranks);
      ZeroConfig zero = new ZeroConfig(zeroStage, 1000, zeroStage == 3, false);
      Buckets plan = Buckets.of(holdings, uses(holdings), zero, Cut.of(config, zeroStage));
      try (SharedWeights weights = SharedWeights.of(plan)) {
        fill(holdings, weights);
        try (GradientBuckets gradients =
                GradientBuckets.of(plan, GradientBuckets.Accumulation.FLOAT32);
            Optimizer optimizer = Optimizer.of(config, zeroStage, gradients)) {
          for (int step = 1; step <= STEPS; step++) {
            gradients.clear(1);
            backward(holdings, new Watches(weights, gradients), step, ranks);
            gradients.accumulate();
            gradients.reduce();
            gradients.clip(gradients.norms().global(), config.gradientClipping());
            optimizer.step(0.01 / step);
          }
          optimizer.save(directory);
          return weights(holdings, weights);
        }
      }
    }
  }

  /// Each parameter is a layer of its own.
  private static List<WeightUse> uses(Holdings holdings) {
    List<WeightUse> uses = new ArrayList<>();
    for (Parameter parameter : holdings.mine()) {
      uses.add(new WeightUse(parameter, List.of(uses.size() + 1)));
    }
    return uses;
  }

  private static void fill(Holdings holdings, SharedWeights weights) {
    for (int i = 0; i < SHAPES.length; i++) {
      Parameter parameter = holdings.mine().get(i);
      float[] values = Parameters.noise(parameter.spec().shape().count(), i);
      weights.write(parameter, () -> Parameters.set(parameter.value(), values));
    }
  }

  private static void backward(Holdings holdings, LayerWatch watch, int step, Ranks ranks) {
    for (int i = SHAPES.length - 1; i >= 0; i--) {
      int seed = (step * 8 + ranks.data().rank()) * 8 + i;
      Parameter parameter = holdings.mine().get(i);
      watch.beforeBackward(i + 1);
      Parameters.backward(parameter, Parameters.noise(parameter.spec().shape().count(), seed));
      watch.afterBackward(i + 1);
    }
  }

  private static List<float[]> weights(Holdings holdings, SharedWeights weights) {
    List<float[]> values = new ArrayList<>();
    for (int i = 0; i < SHAPES.length; i++) {
      weights.beforeForward(i + 1);
      values.add(TensorData.floats(holdings.mine().get(i).value()));
      weights.afterForward(i + 1);
    }
    return values;
  }

  static GradientBuckets gradients(Holdings holdings, OptimizerConfig config, int zeroStage) {
    Cut cut = Cut.of(config, zeroStage);
    return GradientBuckets.of(holdings, GradientBuckets.Accumulation.FLOAT32, cut);
  }

  private static OptimizerConfig config(OptimizerRule rule) {
    return new OptimizerConfig(rule, 0.01, 0.1, 1);
  }

  private static Holdings holdings(ScalarType type, Ranks ranks) {
    List<Parameter> parameters = new ArrayList<>();
    for (int i = 0; i < SHAPES.length; i++) {
      parameters.add(Parameters.random(spec(i), type, i));
    }
    List<ParameterSpec> network = parameters.stream().map(Parameter::spec).toList();
    return Holdings.of(parameters, network, ranks);
  }

  private static ParameterSpec spec(int i) {
    return Parameters.spec("w" + i, SHAPES[i].length > 1 ? Group.DECAYING : Group.PLAIN, SHAPES[i]);
  }
}
