package neox.train.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import neox.config.OptimizerConfig;
import neox.config.OptimizerRule;
import neox.model.Parameter;
import neox.parallel.Ranks;
import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import neox.weights.spec.Group;
import neox.weights.spec.ParameterSpec;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class OptimizerTest {
  private static final OptimizerRule ADAM = new OptimizerRule.Adam(0.9, 0.95, 1e-8);
  private static final OptimizerRule LION = new OptimizerRule.Lion(0.9, 0.99);
  private static final float[] WEIGHTS = {1f, -2f, 0.5f};
  private static final float[][] GRADIENTS = {
    {0.5f, -0.25f, 0f}, {-1f, 0.125f, 2f}, {0.25f, 1f, -3f}
  };
  private static final double RATE = 0.01;
  private static final double DECAY = 0.1;

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  /// The formula of a rule for one element in double arithmetic, over all steps.
  private interface Formula {
    double of(double p, int element, double rate, double decay);
  }

  @Test
  void adamWFollowsItsFormula() {
    followsFormula(
        ADAM,
        (p, element, rate, decay) -> {
          double m = 0;
          double v = 0;
          for (int t = 1; t <= GRADIENTS.length; t++) {
            double g = GRADIENTS[t - 1][element];
            m = 0.9 * m + 0.1 * g;
            v = 0.95 * v + 0.05 * g * g;
            double update =
                m / (1 - Math.pow(0.9, t)) / (Math.sqrt(v / (1 - Math.pow(0.95, t))) + 1e-8);
            p -= rate * (update + decay * p);
          }
          return p;
        });
  }

  @Test
  void adamWithL2DecayAddsItToTheGradient() {
    followsFormula(
        new OptimizerRule.Adam(0.9, 0.95, 1e-2, OptimizerRule.Decay.L2, true),
        (p, element, rate, decay) -> {
          double m = 0;
          double v = 0;
          for (int t = 1; t <= GRADIENTS.length; t++) {
            double g = GRADIENTS[t - 1][element] + decay * p;
            m = 0.9 * m + 0.1 * g;
            v = 0.95 * v + 0.05 * g * g;
            p -=
                rate
                    * (m / (1 - Math.pow(0.9, t)))
                    / (Math.sqrt(v / (1 - Math.pow(0.95, t))) + 1e-2);
          }
          return p;
        });
  }

  @Test
  void adamWithoutBiasCorrectionTakesItsAveragesAsTheyAre() {
    followsFormula(
        new OptimizerRule.Adam(0.9, 0.95, 1e-8, OptimizerRule.Decay.DECOUPLED, false),
        (p, element, rate, decay) -> {
          double m = 0;
          double v = 0;
          for (float[] gradient : GRADIENTS) {
            double g = gradient[element];
            m = 0.9 * m + 0.1 * g;
            v = 0.95 * v + 0.05 * g * g;
            p -= rate * (m / (Math.sqrt(v) + 1e-8) + decay * p);
          }
          return p;
        });
  }

  @Test
  void lionFollowsItsFormula() {
    followsFormula(
        LION,
        (p, element, rate, decay) -> {
          double m = 0;
          for (float[] gradient : GRADIENTS) {
            p *= 1 - rate * decay;
            p -= rate * Math.signum(0.9 * m + 0.1 * gradient[element]);
            m = 0.99 * m + 0.01 * gradient[element];
          }
          return p;
        });
  }

  @Test
  void sgdFollowsItsFormulaWithAndWithoutMomentum() {
    for (double momentum : new double[] {0, 0.9}) {
      followsFormula(
          new OptimizerRule.Sgd(momentum),
          (p, element, rate, decay) -> {
            double b = 0;
            for (float[] gradient : GRADIENTS) {
              b = momentum * b + gradient[element] + decay * p;
              p -= rate * b;
            }
            return p;
          });
    }
  }

  @Test
  void madgradFollowsItsFormulaWithAndWithoutMomentum() {
    for (double momentum : new double[] {0, 0.9}) {
      followsFormula(
          new OptimizerRule.Madgrad(momentum, 1e-3),
          (p, element, rate, decay) -> {
            double first = p;
            double squares = 0;
            double sum = 0;
            double eta = rate + 1e-3;
            for (int t = 1; t <= GRADIENTS.length; t++) {
              double g = GRADIENTS[t - 1][element];
              p *= 1 - eta * decay;
              double x0 = momentum == 0 ? p + sum / (Math.cbrt(squares) + 1e-3) : first;
              squares += eta * Math.sqrt(t) * g * g;
              sum += eta * Math.sqrt(t) * g;
              double z = x0 - sum / (Math.cbrt(squares) + 1e-3);
              p = momentum * p + (1 - momentum) * z;
            }
            return p;
          });
    }
  }

  /// A vector has an accumulator for each element, which is AdaGrad's.
  @Test
  void sm3OfAVectorFollowsItsFormulaWithoutDecay() {
    for (double momentum : new double[] {0, 0.9}) {
      for (double beta : new double[] {0, 0.99}) {
        followsFormula(
            new OptimizerRule.Sm3(momentum, beta, 1e-30),
            (p, element, rate, decay) -> {
              double accumulator = 0;
              double b = 0;
              for (float[] gradient : GRADIENTS) {
                double g = gradient[element];
                double estimate = (beta > 0 ? beta : 1) * accumulator + (1 - beta) * g * g;
                accumulator = Math.max(accumulator, estimate);
                b = momentum * b + (1 - momentum) * g / Math.sqrt(estimate + 1e-30);
                p -= rate * b;
              }
              return p;
            });
      }
    }
  }

  /// In all groups: matrices decay, and the rate has a factor.
  private static void followsFormula(OptimizerRule rule, Formula formula) {
    List<Group> groups = List.of(Group.DECAYING, Group.PLAIN, new Group(true, 0.25));
    try (var _ = Scope.open()) {
      List<Parameter> parameters =
          groups.stream()
              .map(group -> Parameters.spec("w" + groups.indexOf(group), group, WEIGHTS.length))
              .map(spec -> Parameters.of(spec, ScalarType.Float, WEIGHTS))
              .toList();
      train(rule, parameters);
      for (Parameter parameter : parameters) {
        Group group = parameter.spec().group();
        for (int i = 0; i < WEIGHTS.length; i++) {
          double expected =
              formula.of(WEIGHTS[i], i, RATE * group.rateFactor(), group.decays() ? DECAY : 0);
          assertThat((double) TensorData.floats(parameter.value())[i])
              .as("%s of %s", rule, group)
              .isCloseTo(expected, within(1e-6)); // float32 against double
        }
      }
    }
  }

  private static void train(OptimizerRule rule, List<Parameter> parameters) {
    try (GradientBuckets gradients = gradients(parameters);
        Optimizer optimizer = Optimizer.of(config(rule), 0, gradients)) {
      for (float[] gradient : GRADIENTS) {
        parameters.forEach(p -> Parameters.set(gradients.sum(p.spec()), gradient));
        optimizer.step(RATE);
      }
    }
  }

  @Test
  void narrowWeightsAreRoundedFromMastersThatKeepSmallSteps() {
    try (var _ = Scope.open()) {
      Parameter weight =
          Parameters.of(Parameters.spec("w", Group.PLAIN, 3), ScalarType.BFloat16, WEIGHTS);
      try (GradientBuckets gradients = gradients(List.of(weight));
          Optimizer optimizer = Optimizer.of(config(ADAM), 0, gradients)) {
        Parameters.set(gradients.sum(weight.spec()), 1, 1, 1);
        optimizer.step(1e-4); // less than the spacing of bfloat16 at 1
        assertThat(TensorData.floats(weight.value())[0]).isEqualTo(1f);
        for (int i = 0; i < 99; i++) {
          optimizer.step(1e-4);
        }
        assertThat(TensorData.floats(weight.value())[0]).isCloseTo(0.99f, within(0.004f));
      }
    }
  }

  @Test
  void whatIsNotTrainedStaysAsItIs() {
    try (var _ = Scope.open()) {
      ParameterSpec spec = Parameters.spec("w", Group.DECAYING, 3).withTrainable(false);
      Parameter frozen = Parameters.of(spec, ScalarType.Float, WEIGHTS);
      try (GradientBuckets gradients = gradients(List.of(frozen));
          Optimizer optimizer = Optimizer.of(config(LION), 0, gradients)) {
        optimizer.step(RATE);
      }
      assertThat(TensorData.floats(frozen.value())).containsExactly(WEIGHTS);
    }
  }

  private static GradientBuckets gradients(List<Parameter> parameters) {
    List<ParameterSpec> network = parameters.stream().map(Parameter::spec).toList();
    return GradientBuckets.of(Holdings.of(parameters, network, Ranks.single()));
  }

  private static OptimizerConfig config(OptimizerRule rule) {
    return new OptimizerConfig(rule, RATE, DECAY, 0);
  }
}
