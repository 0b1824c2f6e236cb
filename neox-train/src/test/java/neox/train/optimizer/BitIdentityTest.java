package neox.train.optimizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import neox.config.OptimizerConfig;
import neox.config.OptimizerRule;
import neox.model.Parameter;
import neox.parallel.Ranks;
import neox.tensor.ElementType;
import neox.tensor.FusedOps;
import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import neox.weights.spec.Group;
import neox.weights.spec.ParameterSpec;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// On one rank, flat buffers and slices must not show in any bit: the reference keeps a tensor per
/// parameter for everything and makes the calls of the first neox-train.
class BitIdentityTest {
  private static final OptimizerRule.Adam ADAM = new OptimizerRule.Adam(0.9, 0.95, 1e-8);
  private static final OptimizerConfig CONFIG = new OptimizerConfig(ADAM, 0.01, 0.1, 1);
  private static final int STEPS = 6;
  private static final int MICRO_BATCHES = 3;

  /// Kernels treat whole vectors, what is left over, and long tensors in different ways.
  private static final long[][] SHAPES = {
    {7, 13}, {1}, {65}, {64, 2}, {33, 3}, {31}, {301, 133}, {100_003}, {16}, {17}, {5, 1, 3}
  };

  @TempDir Path directory;

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"Float", "BFloat16"})
  void stepsAreThoseOfOneTensorPerParameter(ScalarType type) throws IOException {
    try (var _ = Scope.open()) {
      List<Parameter> parameters = parameters(type);
      List<ParameterSpec> network = parameters.stream().map(Parameter::spec).toList();
      Reference reference = new Reference(parameters(type));
      Holdings holdings = Holdings.of(parameters, network, Ranks.single());
      try (GradientBuckets gradients = GradientBuckets.of(holdings);
          Optimizer optimizer = Optimizer.of(CONFIG, 0, gradients)) {
        for (int step = 1; step <= STEPS; step++) {
          gradients.clear();
          for (int microBatch = 0; microBatch < MICRO_BATCHES; microBatch++) {
            backward(parameters, step, microBatch);
            gradients.accumulate();
          }
          gradients.reduce();
          GradientNorms norms = gradients.norms();
          gradients.clip(norms.global(), CONFIG.gradientClipping());
          optimizer.step(0.01 / step);

          List<Double> expected = reference.step(step, 0.01 / step);
          assertThat(norms.byKey().values()).containsExactlyElementsOf(expected);
          assertThat(norms.global()).isEqualTo(Reference.globalNorm(expected));
          for (int i = 0; i < SHAPES.length; i++) {
            ParameterSpec spec = parameters.get(i).spec();
            assertThat(TensorData.floats(gradients.sum(spec)))
                .isEqualTo(TensorData.floats(reference.sums.get(i)));
            assertThat(TensorData.floats(parameters.get(i).value()))
                .isEqualTo(TensorData.floats(reference.parameters.get(i).value()));
          }
        }
        optimizer.save(directory);
        StateFileTest.assertSame(StateFileTest.tensors(directory), reference.state());
      }
    }
  }

  private static List<Parameter> parameters(ScalarType type) {
    List<Parameter> parameters = new ArrayList<>();
    for (int i = 0; i < SHAPES.length; i++) {
      Group group = SHAPES[i].length > 1 ? Group.DECAYING : Group.PLAIN;
      parameters.add(Parameters.random(Parameters.spec("w" + i, group, SHAPES[i]), type, i));
    }
    return parameters;
  }

  private static void backward(List<Parameter> parameters, int step, int microBatch) {
    for (int i = 0; i < parameters.size(); i++) {
      long count = parameters.get(i).spec().shape().count();
      long seed = (step * 100L + microBatch) * 100 + i;
      Parameters.backward(parameters.get(i), Parameters.noise(count, seed));
    }
  }

  /// A tensor per parameter, and calls with lists of them.
  private static final class Reference {
    final List<Parameter> parameters;
    final TensorVector arriving = new TensorVector();
    final TensorVector sums = new TensorVector();
    final Tensor steps = torch.zeros(new long[0]);
    final Map<Group, Lists> groups = Map.of(Group.DECAYING, new Lists(), Group.PLAIN, new Lists());

    static final class Lists {
      final TensorVector working = new TensorVector();
      final TensorVector masters = new TensorVector();
      final TensorVector gradients = new TensorVector();
      final TensorVector expAvgs = new TensorVector();
      final TensorVector expAvgSqs = new TensorVector();
      final TensorVector steps = new TensorVector();
    }

    Reference(List<Parameter> parameters) {
      this.parameters = parameters;
      for (Parameter parameter : parameters) {
        Tensor value = parameter.value().detach();
        Tensor buffer = torch.zeros_like(value);
        parameter.value().mutable_grad().put(buffer);
        arriving.push_back(buffer);
        Tensor sum = buffer.to(ScalarType.Float);
        sums.push_back(sum);
        Tensor master = value.to(ScalarType.Float);
        Lists lists = lists(parameter.spec().group());
        lists.working.push_back(value);
        lists.masters.push_back(master);
        lists.gradients.push_back(sum);
        lists.expAvgs.push_back(torch.zeros_like(master));
        lists.expAvgSqs.push_back(torch.zeros_like(master));
        lists.steps.push_back(steps);
      }
    }

    private Lists lists(Group group) {
      return Objects.requireNonNull(groups.get(group));
    }

    /// Returns the norms.
    List<Double> step(int step, double rate) {
      try (var _ = new NoGradGuard()) {
        FusedOps.zero(sums);
      }
      for (int microBatch = 0; microBatch < MICRO_BATCHES; microBatch++) {
        backward(parameters, step, microBatch);
        accumulate();
      }
      List<Double> norms = new ArrayList<>();
      for (float norm : FusedOps.norms(sums)) {
        norms.add((double) norm);
      }
      try (var _ = new NoGradGuard()) {
        double factor = Math.min(1, CONFIG.gradientClipping() / (globalNorm(norms) + 1e-6));
        if (factor < 1) {
          FusedOps.scale(sums, factor);
        }
        FusedOps.add(new TensorVector(steps), 1);
        update(lists(Group.DECAYING), rate, CONFIG.weightDecay());
        update(lists(Group.PLAIN), rate, 0);
      }
      return norms;
    }

    /// As a checkpoint holds it.
    Map<String, float[]> state() {
      Map<String, float[]> state = new TreeMap<>();
      for (Group group : groups.keySet()) {
        Lists lists = lists(group);
        int i = 0;
        for (Parameter parameter : parameters) {
          if (!parameter.spec().group().equals(group)) {
            continue;
          }
          String key = parameter.spec().key();
          state.put(key + ".exp_avg", TensorData.floats(lists.expAvgs.get(i)));
          state.put(key + ".exp_avg_sq", TensorData.floats(lists.expAvgSqs.get(i)));
          if (ElementType.of(parameter.value()) != ScalarType.Float) {
            state.put(key + ".master", TensorData.floats(lists.masters.get(i)));
          }
          i++;
        }
      }
      return state;
    }

    private void accumulate() {
      if (ElementType.of(arriving.get(0)) == ScalarType.Float) {
        return;
      }
      try (var _ = new NoGradGuard()) {
        FusedOps.addAll(sums, arriving);
        FusedOps.zero(arriving);
      }
    }

    static double globalNorm(List<Double> norms) {
      double squares = 0;
      for (double norm : norms) {
        squares += norm * norm;
      }
      return Math.sqrt(squares);
    }

    private static void update(Lists lists, double rate, double decay) {
      FusedOps.adamW(
          new FusedOps.AdamState(
              lists.masters, lists.gradients, lists.expAvgs, lists.expAvgSqs, lists.steps),
          new FusedOps.AdamNumbers(rate, ADAM.beta1(), ADAM.beta2(), decay, ADAM.epsilon()));
      FusedOps.copy(lists.working, lists.masters);
    }
  }
}
