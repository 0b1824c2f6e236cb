package neox.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class FusedOpsTest {
  @Test
  void adamWFollowsItsFormula() {
    try (var _ = Scope.open()) {
      double lr = 0.01;
      double beta1 = 0.9;
      double beta2 = 0.95;
      double decay = 0.1;
      double eps = 1e-8;
      Tensor p = TensorData.ofFloats(new float[] {1f, -2f}, 2);
      Tensor g = TensorData.ofFloats(new float[] {0.5f, 0.25f}, 2);
      Tensor m = torch.zeros(2);
      Tensor v = torch.zeros(2);
      TensorVector steps = new TensorVector(torch.zeros(new long[0]));
      double[] expected = {1, -2};
      double[] em = new double[2];
      double[] ev = new double[2];
      for (int t = 1; t <= 3; t++) {
        FusedOps.add(steps, 1);
        FusedOps.adamW(
            new FusedOps.AdamState(
                new TensorVector(p),
                new TensorVector(g),
                new TensorVector(m),
                new TensorVector(v),
                steps),
            new FusedOps.AdamNumbers(lr, beta1, beta2, decay, eps));
        for (int i = 0; i < 2; i++) {
          double grad = i == 0 ? 0.5 : 0.25;
          em[i] = beta1 * em[i] + (1 - beta1) * grad;
          ev[i] = beta2 * ev[i] + (1 - beta2) * grad * grad;
          double mHat = em[i] / (1 - Math.pow(beta1, t));
          double vHat = ev[i] / (1 - Math.pow(beta2, t));
          expected[i] -= lr * (mHat / (Math.sqrt(vHat) + eps) + decay * expected[i]);
        }
      }
      assertThat(steps.get(0).item_float()).isEqualTo(3f);
      // One float32 rounding per operation of three steps.
      assertThat(TensorData.floats(p)[0]).isCloseTo((float) expected[0], within(1e-6f));
      assertThat(TensorData.floats(p)[1]).isCloseTo((float) expected[1], within(1e-6f));
    }
  }

  @Test
  void normsScalesAddsCopiesAndClearsWholeLists() {
    try (var _ = Scope.open()) {
      Tensor a = TensorData.ofFloats(new float[] {3, 4}, 2);
      Tensor b = TensorData.ofFloats(new float[] {0, 0, 12, 5}, 2, 2);
      TensorVector list = new TensorVector(a, b);
      assertThat(FusedOps.norms(list)).containsExactly(5f, 13f);
      FusedOps.scale(list, 2);
      assertThat(TensorData.floats(a)).containsExactly(6f, 8f);
      FusedOps.addAll(list, new TensorVector(torch.ones(2), torch.ones(2, 2)));
      assertThat(TensorData.floats(b)).containsExactly(1f, 1f, 25f, 11f);
      Tensor half = torch.zeros(2).to(ScalarType.BFloat16);
      FusedOps.copy(new TensorVector(half), new TensorVector(a));
      assertThat(ElementType.of(half)).isSameAs(ScalarType.BFloat16);
      assertThat(TensorData.floats(half)).containsExactly(7f, 9f);
      FusedOps.addAll(new TensorVector(a), new TensorVector(half));
      assertThat(TensorData.floats(a)).containsExactly(14f, 18f);
      FusedOps.zero(list);
      assertThat(TensorData.floats(a)).containsOnly(0f);
      assertThat(TensorData.floats(b)).containsOnly(0f);
    }
  }

  @Test
  void normsOfNothingAreNothing() {
    try (var _ = Scope.open()) {
      assertThat(FusedOps.norms(new TensorVector())).isEmpty();
    }
  }
}
