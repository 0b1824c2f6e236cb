package neox.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.config.model.AttentionConfig;
import neox.model.position.Places;
import neox.parallel.Ranks;
import neox.parallel.TensorParallel;
import neox.parallel.Topology;
import neox.tensor.Gradients;
import neox.tensor.NativeRuntime;
import neox.tensor.Placement;
import neox.tensor.RandomState;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DropoutTest {
  private static final Placement FLOAT = Placement.cpu(ScalarType.Float);
  private static final int ENTRIES = 400_000;

  /// Four standard deviations of the share of 400,000 entries that are dropped with probability p.
  private static double tolerance(double p) {
    return 4 * Math.sqrt(p * (1 - p) / ENTRIES);
  }

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @BeforeEach
  void seed() {
    RandomState.seed(7);
  }

  @Test
  void dropsItsShareAndScalesTheRest() {
    for (double p : new double[] {0.1, 0.5, 0.9}) {
      try (var _ = Scope.open()) {
        Tensor dropped = dropout(p).forward(FLOAT.full(3, ENTRIES), pass(Mode.TRAINING));
        assertThat(dropped(TensorData.floats(dropped), (float) (3 / (1 - p))))
            .isCloseTo(p, within(tolerance(p)));
      }
    }
  }

  @Test
  void aGradientPassesWhereAnEntryDid() {
    try (var _ = Scope.open()) {
      Tensor x = FLOAT.full(1, 1000).set_requires_grad(true);
      Tensor y = dropout(0.3).forward(x, pass(Mode.TRAINING));
      y.sum().backward();
      float[] gradient = TensorData.floats(Gradients.of(x).orElseThrow());
      assertThat(gradient).isEqualTo(TensorData.floats(y));
    }
  }

  /// Alike queries and keys weigh all values alike; the values show each weight by itself.
  @Test
  void attentionDropsWeights() {
    int length = 200;
    double p = 0.2;
    AttentionKernel kernel =
        AttentionKernel.choose(FLOAT, AttentionConfig.PLAIN, dropout(p), false);
    try (var _ = Scope.open()) {
      Tensor same = FLOAT.zeros(10, 1, length, length);
      Tensor values = torch.eye(length).expand(10, 1, length, length);
      AttentionKernel.Scores all =
          new AttentionKernel.Scores(new AttentionMask.None(), Optional.empty());
      Tensor weights = kernel.attend(same, same, values, all, pass(Mode.TRAINING));
      float kept = (float) (1.0 / length / (1 - p));
      assertThat(dropped(TensorData.floats(weights), kept)).isCloseTo(p, within(tolerance(p)));
      Tensor evaluated = kernel.attend(same, same, values, all, pass(Mode.EVALUATION));
      assertThat(dropped(TensorData.floats(evaluated), 1f / length)).isZero();
    }
  }

  @Test
  void dropsItsShareBySeeds() {
    for (double p : new double[] {0.1, 0.5, 0.9}) {
      try (var _ = Scope.open()) {
        float[] dropped = seeded(p, Dropout.Site.alike("a"), Noise.of(1, 0, 0));
        assertThat(dropped(dropped, (float) (1 / (1 - p)))).isCloseTo(p, within(tolerance(p)));
      }
    }
  }

  /// Two that have nothing to do with each other keep the same entry with probability p² + (1-p)².
  @Test
  void ranksDropTheSameOrHaveNothingToDoWithEachOther() {
    Noise noise = Noise.of(1, 0, 7);
    try (var _ = Scope.open()) {
      float[] first = seeded(0.5, Dropout.Site.alike("0.mlp"), noise);
      assertThat(seeded(0.5, Dropout.Site.alike("0.mlp"), noise)).isEqualTo(first);
      assertThat(noise.ofPart(0)).isNotEqualTo(noise.ofPart(1));
      List<float[]> others =
          List.of(
              seeded(0.5, new Dropout.Site("0.mlp", 1), noise),
              seeded(0.5, new Dropout.Site("0.mlp", 2), noise),
              seeded(0.5, Dropout.Site.alike("1.mlp"), noise),
              seeded(0.5, Dropout.Site.alike("0.mlp"), noise.ofPart(0)),
              seeded(0.5, Dropout.Site.alike("0.mlp"), Noise.of(1, 0, 8)),
              seeded(0.5, Dropout.Site.alike("0.mlp"), Noise.of(1, 1, 7)),
              seeded(0.5, Dropout.Site.alike("0.mlp"), Noise.of(2, 0, 7)));
      for (float[] other : others) {
        assertThat(alike(first, other)).isCloseTo(0.5, within(tolerance(0.5)));
      }
    }
  }

  /// Between regions ranks have the same hidden states, or each a slice; weights of attention are
  /// always a rank's own.
  @Test
  void theSiteTellsWhoDropsAlike() {
    Ranks.runInProcess(
        new Topology(1, 1, 2),
        ranks -> {
          int own = 1 + ranks.at().tensor();
          TensorParallel whole = ranks.tensorParallel();
          assertThat(Dropout.Site.between("a", whole)).isEqualTo(new Dropout.Site("a", 0));
          assertThat(Dropout.Site.between("a", ranks.sequenceParallel()))
              .isEqualTo(new Dropout.Site("a", own));
          assertThat(Dropout.Site.ofRank("a", whole)).isEqualTo(new Dropout.Site("a", own));
        });
  }

  private static float[] seeded(double p, Dropout.Site site, Noise noise) {
    return TensorData.floats(
        new Dropout(p, site).forward(FLOAT.full(1, ENTRIES), pass(Mode.TRAINING, noise)));
  }

  private static double alike(float[] a, float[] b) {
    int alike = 0;
    for (int i = 0; i < a.length; i++) {
      alike += a[i] == b[i] ? 1 : 0;
    }
    return (double) alike / a.length;
  }

  @Test
  void dropsNothingInAnEvaluation() {
    try (var _ = Scope.open()) {
      Tensor x = FLOAT.full(1, 10);
      assertThat(dropout(0.5).forward(x, pass(Mode.EVALUATION))).isSameAs(x);
    }
  }

  /// The share of zeros, all other entries being `kept` up to a rounding.
  private static double dropped(float[] entries, float kept) {
    int zeros = 0;
    for (float entry : entries) {
      if (entry == 0) {
        zeros++;
      } else {
        assertThat(entry).isCloseTo(kept, within(kept * 1e-6f));
      }
    }
    return (double) zeros / entries.length;
  }

  private static Dropout dropout(double p) {
    return new Dropout(p, Dropout.Site.alike("test"));
  }

  private static Pass pass(Mode mode) {
    return pass(mode, Noise.ofProcess());
  }

  private static Pass pass(Mode mode, Noise noise) {
    return new Pass(
        Places.fromStart(),
        Places.fromStart(),
        AttentionHistory.none(),
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        Optional.empty(),
        mode,
        noise);
  }
}
