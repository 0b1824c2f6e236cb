package neox.train.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import neox.base.UserException;
import neox.config.OptimizerConfig;
import neox.config.OptimizerRule;
import neox.model.Parameter;
import neox.parallel.Ranks;
import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import neox.weights.NamedTensor;
import neox.weights.TensorView;
import neox.weights.neox.OptimizerStateFile;
import neox.weights.neox.OptimizerStateFile.Header;
import neox.weights.spec.Group;
import neox.weights.spec.ParameterSpec;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The state of one rank on disk.
class StateFileTest {
  private static final Path OLD = Path.of("src/test/resources/golden/optimizer/adamw_0_1");
  private static final OptimizerRule ADAM = new OptimizerRule.Adam(0.9, 0.95, 1e-8);
  private static final OptimizerRule LION = new OptimizerRule.Lion(0.9, 0.99);
  private static final ParameterSpec W = Parameters.spec("w", Group.DECAYING, 5, 3);
  private static final ParameterSpec B = Parameters.spec("b", Group.PLAIN, 7);

  @TempDir Path directory;

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @Test
  void everyRuleContinuesExactlyFromItsSavedState() throws IOException {
    for (OptimizerRule rule :
        List.of(ADAM, LION, new OptimizerRule.Sgd(0.9), new OptimizerRule.Sgd(0))) {
      try (var _ = Scope.open();
          Run whole = new Run(rule, W, B);
          Run first = new Run(rule, W, B);
          Run second = new Run(rule, W, B)) {
        whole.train(1, 5);
        first.train(1, 3);
        first.optimizer.save(directory);
        second.takeWeights(first);
        second.optimizer.restore(directory);
        second.train(4, 5);
        assertThat(second.weights()).as("%s", rule).containsExactlyElementsOf(whole.weights());
      }
    }
  }

  @Test
  void continuesFromTheFilesOfTheFirstVersionAndKeepsThemBitForBit() throws IOException {
    try (var _ = Scope.open();
        Run run = new Run(ADAM, W, B);
        Run other = new Run(ADAM, W, B)) {
      other.optimizer.restore(OLD);
      other.optimizer.save(directory);
      Map<String, float[]> old = tensors(OLD);
      assertThat(old).hasSize(5);
      assertSame(tensors(directory), old);
      run.train(1, 3);
      run.optimizer.save(directory);
      Map<String, float[]> trained = tensors(directory);
      old.forEach(
          (name, values) -> // float32, and the kernel depends on the machine
          assertThat(trained.get(name)).as(name).containsExactly(values, within(1e-6f)));
      try (OptimizerStateFile file = OptimizerStateFile.open(directory)) {
        assertThat(file.header())
            .isEqualTo(new Header("AdamW", List.of("exp_avg", "exp_avg_sq"), 3));
      }
    }
  }

  @Test
  void refusesTheStateOfAnotherNetworkPrecisionOrRule() throws IOException {
    try (var _ = Scope.open();
        Run run = new Run(ADAM, W)) {
      run.optimizer.save(directory);
      assertRefused(
          new Run(ADAM, Parameters.spec("v", Group.PLAIN, 5, 3)),
          ": holds the optimizer state of another network (1 parameters, expected 1); set"
              + " no_load_optim to start with a fresh optimizer");
      assertRefused(
          new Run(ADAM, W, B),
          ": holds the optimizer state of another network (1 parameters,"
              + " expected 2); set no_load_optim to start with a fresh optimizer");
      assertRefused(
          new Run(LION, W),
          ": holds the state of AdamW, the configuration says Lion; set no_load_optim to start"
              + " with a fresh optimizer");
      OptimizerStateFile.write(
          directory, header(), List.of(tensor("0.w.exp_avg"), tensor("0.w.exp_avg_sq")));
      assertRefused(
          new Run(ADAM, W),
          ": holds the optimizer state of training in another precision; use that precision, or:"
              + " set no_load_optim to start with a fresh optimizer");
    }
  }

  @Test
  void refusesStateOfAnotherShape() throws IOException {
    try (var _ = Scope.open()) {
      OptimizerStateFile.write(
          directory,
          header(),
          List.of(tensor("0.w.exp_avg"), tensor("0.w.exp_avg_sq"), tensor("0.w.master")));
      assertRefused(
          new Run(ADAM, W),
          ": the optimizer state 0.w.exp_avg is FLOAT32 [2], expected FLOAT32 [5, 3]; set"
              + " no_load_optim to start with a fresh optimizer");
    }
  }

  private void assertRefused(Run run, String message) {
    try (run) {
      assertThatThrownBy(() -> run.optimizer.restore(directory))
          .isInstanceOf(UserException.class)
          .hasMessage(directory + message);
    }
  }

  private static Header header() {
    return new Header("AdamW", List.of("exp_avg", "exp_avg_sq"), 1);
  }

  private static NamedTensor tensor(String name) {
    TensorView view =
        SharedNetwork.piece(
            Parameters.spec("x", Group.PLAIN, 2), new float[] {1, 2}, Ranks.single());
    return NamedTensor.of(name, view);
  }

  static Map<String, float[]> tensors(Path directory) throws IOException {
    Map<String, float[]> tensors = new TreeMap<>();
    try (OptimizerStateFile file = OptimizerStateFile.open(directory)) {
      for (String name : file.names()) {
        byte[] bytes = file.view(name).bytes().toArray(ValueLayout.JAVA_BYTE);
        float[] values = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        tensors.put(name, values);
      }
    }
    return tensors;
  }

  static void assertSame(Map<String, float[]> actual, Map<String, float[]> expected) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach((name, values) -> assertThat(actual.get(name)).as(name).isEqualTo(values));
  }

  /// An optimizer of some parameters, of which the first is bfloat16.
  private static final class Run implements AutoCloseable {
    final List<Parameter> parameters = new ArrayList<>();
    final GradientBuckets gradients;
    final Optimizer optimizer;

    Run(OptimizerRule rule, ParameterSpec... specs) {
      for (int i = 0; i < specs.length; i++) {
        ScalarType type = i == 0 ? ScalarType.BFloat16 : ScalarType.Float;
        parameters.add(Parameters.random(specs[i], type, i));
      }
      gradients = GradientBuckets.of(Holdings.of(parameters, List.of(specs), Ranks.single()));
      optimizer = Optimizer.of(new OptimizerConfig(rule, 0.01, 0.1, 0), 0, gradients);
    }

    void train(int firstStep, int lastStep) {
      for (int step = firstStep; step <= lastStep; step++) {
        for (int i = 0; i < parameters.size(); i++) {
          ParameterSpec spec = parameters.get(i).spec();
          Parameters.set(
              gradients.sum(spec), Parameters.noise(spec.shape().count(), 10 * step + i));
        }
        optimizer.step(0.01);
      }
    }

    void takeWeights(Run other) {
      for (int i = 0; i < parameters.size(); i++) {
        Parameters.set(
            parameters.get(i).value(), TensorData.floats(other.parameters.get(i).value()));
      }
    }

    List<float[]> weights() {
      return parameters.stream().map(p -> TensorData.floats(p.value())).toList();
    }

    @Override
    public void close() {
      optimizer.close();
      gradients.close();
    }
  }
}
