package neox.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class GradientsTest {
  @Test
  void outlivesTheLeafItCameFrom() {
    try (var _ = Scope.open()) {
      Tensor gradient =
          Scope.run(() -> {
            Tensor leaf = torch.ones(3).set_requires_grad(true);
            leaf.mul(new Scalar(4)).sum().backward();
            return Gradients.of(leaf).orElseThrow();
          });
      torch.ones(3); // would reuse the leaf's memory
      assertThat(TensorData.floats(gradient)).containsExactly(4f, 4f, 4f);
    }
  }

  @Test
  void isEmptyBeforeBackwardAndAfterClearing() {
    try (var _ = Scope.open()) {
      Tensor leaf = torch.ones(2).set_requires_grad(true);
      assertThat(Gradients.of(leaf)).isEmpty();
      leaf.sum().backward();
      assertThat(Gradients.of(leaf)).isPresent();
      Gradients.clear(leaf);
      assertThat(Gradients.of(leaf)).isEmpty();
    }
  }
}
