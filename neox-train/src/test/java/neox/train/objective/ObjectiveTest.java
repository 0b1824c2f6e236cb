package neox.train.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import neox.model.Head;
import neox.model.Inputs;
import neox.tensor.Gradients;
import neox.tensor.NativeRuntime;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import neox.train.data.MicroBatch;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Losses on preferences beside their formulas in plain Java, and gradients beside differences.
class ObjectiveTest {
  private static final int ROWS = 6;
  private static final int LENGTH = 5;

  /// float32 operations on a few numbers.
  private static final double TOLERANCE = 1e-6;

  /// A central difference of doubles with steps of 1e-5.
  private static final double OF_GRADIENTS = 1e-6;

  private final Random random = new Random(7);
  private final double[] policy = likelihoods();
  private final double[] held = likelihoods();
  private final double[] mask = mask();
  private final double[] rewards = rewards();

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  private double[] likelihoods() {
    return random.doubles((long) ROWS * LENGTH, -4, 0).toArray();
  }

  private double[] mask() {
    double[] some = new double[ROWS * LENGTH];
    for (int i = 0; i < some.length; i++) {
      some[i] = i % LENGTH == 2 || random.nextBoolean() ? 1 : 0;
    }
    return some;
  }

  /// Of each row ±1 up to padding of one or two tokens.
  private double[] rewards() {
    double[] all = new double[ROWS * LENGTH];
    for (int row = 0; row < ROWS; row++) {
      Arrays.fill(all, row * LENGTH, row * LENGTH + 3 + row % 2, row % 3 == 0 ? -1 : 1);
    }
    return all;
  }

  private static double sum(double[] values, double[] weights, int row) {
    double sum = 0;
    for (int i = row * LENGTH; i < (row + 1) * LENGTH; i++) {
      sum += values[i] * weights[i];
    }
    return sum;
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  @Test
  void preferenceOptimizationHoldsToTheReference() {
    double beta = 0.3;
    ToDoubleFunction<double[]> formula =
        p -> {
          double loss = 0;
          for (int pair = 0; pair < ROWS / 2; pair++) {
            int other = pair + ROWS / 2;
            double margin =
                sum(p, mask, pair)
                    - sum(held, mask, pair)
                    - (sum(p, mask, other) - sum(held, mask, other));
            loss -= Math.log(sigmoid(beta * margin)) / (ROWS / 2.0);
          }
          return loss;
        };
    Map<String, Double> metrics =
        assertIsLoss(
            reference -> new PreferenceOptimization(beta, Optional.of(reference)), formula);
    double ahead = 0;
    double chosen = 0;
    for (int pair = 0; pair < ROWS / 2; pair++) {
      double good = sum(policy, mask, pair) - sum(held, mask, pair);
      double bad = sum(policy, mask, pair + ROWS / 2) - sum(held, mask, pair + ROWS / 2);
      ahead += good > bad ? 1 : 0;
      chosen += good;
    }
    assertThat(metrics.get("reward_acc")).isCloseTo(ahead / (ROWS / 2.0), within(TOLERANCE));
    assertThat(metrics.get("chosen_rewards"))
        .isCloseTo(beta * chosen / (ROWS / 2.0), within(TOLERANCE * 10));
    assertThat(metrics.keySet())
        .containsExactly(
            "ref_neg",
            "ref_pos",
            "chosen_neg",
            "chosen_pos",
            "chosen_rewards",
            "rejected_rewards",
            "reward_acc",
            "margins");
  }

  @Test
  void preferenceOptimizationWithoutReferenceTakesLikelihoodsAsTheyAre() {
    ToDoubleFunction<double[]> formula =
        p -> {
          double loss = 0;
          for (int pair = 0; pair < ROWS / 2; pair++) {
            double margin = sum(p, mask, pair) - sum(p, mask, pair + ROWS / 2);
            loss -= Math.log(sigmoid(0.1 * margin)) / (ROWS / 2.0);
          }
          return loss;
        };
    Map<String, Double> metrics =
        assertIsLoss(_ -> new PreferenceOptimization(0.1, Optional.empty()), formula);
    assertThat(metrics.keySet()).containsExactly("chosen_neg", "chosen_pos");
  }

  @Test
  void rewardModelingComparesTheRewardsOfPairs() {
    double[] last = new double[ROWS * LENGTH];
    for (int row = 0; row < ROWS; row++) {
      last[row * LENGTH + row % LENGTH] = 1;
    }
    System.arraycopy(last, 0, mask, 0, mask.length);
    ToDoubleFunction<double[]> formula =
        r -> {
          double loss = 0;
          for (int pair = 0; pair < ROWS / 2; pair++) {
            double good = sum(r, mask, pair);
            double bad = sum(r, mask, pair + ROWS / 2);
            loss +=
                (0.05 * (good * good + bad * bad) - Math.log(sigmoid(good - bad))) / (ROWS / 2.0);
          }
          return loss;
        };
    Map<String, Double> metrics = assertIsLoss(_ -> new RewardModeling(0.05), formula);
    assertThat(metrics.keySet()).containsExactly("pos_values", "neg_values", "margin", "accuracy");
  }

  @Test
  void tverskyOptimizationComparesEachHalfWithTheOther() {
    double beta = 0.4;
    double[] constants = policy.clone(); // the divergence has no gradient
    ToDoubleFunction<double[]> formula =
        p -> {
          double loss = 0;
          int half = ROWS / 2;
          for (int row = 0; row < ROWS; row++) {
            double divergence = 0;
            for (int other = row < half ? half : 0; other < (row < half ? ROWS : half); other++) {
              double gain = sum(constants, mask, other) - sum(held, mask, other);
              divergence += Math.max(0, gain) / half;
            }
            double[] ones = new double[ROWS * LENGTH];
            Arrays.fill(ones, 1);
            double reward = sum(rewards, ones, row) / LENGTH;
            double ahead = sum(p, mask, row) - sum(held, mask, row) - divergence;
            double weight = reward > 0 ? 1.5 : 0.7;
            loss += 0.5 * weight * (1 - sigmoid(beta * reward * ahead)) / half;
          }
          return loss;
        };
    Map<String, Double> metrics =
        assertIsLoss(reference -> new TverskyOptimization(beta, 1.5, 0.7, reference), formula);
    assertThat(metrics.keySet())
        .containsExactly(
            "ref_logp",
            "policy_logp",
            "pos_ref_logp",
            "neg_ref_logp",
            "pos_policy_logp",
            "neg_policy_logp",
            "kl",
            "reward_acc",
            "policy_rewards");
  }

  /// Compares value and gradient; returns the metrics.
  private Map<String, Double> assertIsLoss(
      Function<Reference, Objective> objective, ToDoubleFunction<double[]> formula) {
    try (var _ = Scope.open()) {
      Tensor leaf = tensor(policy, ScalarType.Double);
      leaf.set_requires_grad(true);
      Reference reference = _ -> tensor(held, ScalarType.Double);
      Loss loss = objective.apply(reference).of(scores(leaf), batch());
      assertThat(loss.value().item_double())
          .isCloseTo(formula.applyAsDouble(policy), within(TOLERANCE));
      loss.value().backward();
      Tensor gradient = Gradients.of(leaf).orElseThrow();
      float[] actual = TensorData.floats(gradient.to(ScalarType.Float).reshape(-1));
      for (int i = 0; i < policy.length; i++) {
        assertThat((double) actual[i])
            .as("gradient at %d", i)
            .isCloseTo(difference(formula, i), within(OF_GRADIENTS));
      }
      Map<String, Double> metrics = new LinkedHashMap<>();
      loss.metrics().forEach((name, value) -> metrics.put(name, value.item_double()));
      return metrics;
    }
  }

  private double difference(ToDoubleFunction<double[]> formula, int i) {
    double step = 1e-5;
    double[] moved = policy.clone();
    moved[i] = policy[i] + step;
    double above = formula.applyAsDouble(moved);
    moved[i] = policy[i] - step;
    return (above - formula.applyAsDouble(moved)) / (2 * step);
  }

  private static Scores scores(Tensor values) {
    return new Scores() {
      @Override
      public Tensor logLikelihoods(Tensor labels, Optional<Tensor> weights) {
        return values;
      }

      @Override
      public Head.Normalized normalized(Tensor labels) {
        throw new UnsupportedOperationException();
      }

      @Override
      public Tensor rewards() {
        return values;
      }
    };
  }

  private MicroBatch batch() {
    Tensor ids = Placement.cpu(ScalarType.Float).ids(new int[ROWS][LENGTH]);
    return new MicroBatch(
        Inputs.of(ids),
        ids,
        tensor(mask, ScalarType.Float),
        Optional.of(tensor(rewards, ScalarType.Float)),
        Optional.empty());
  }

  private static Tensor tensor(double[] values, ScalarType type) {
    return Tensor.create(values).reshape(ROWS, LENGTH).to(type);
  }
}
