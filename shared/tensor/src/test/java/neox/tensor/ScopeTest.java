package neox.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class ScopeTest {
  @Test
  void freesWhatWasMadeInsideAndMovesTheResultOut() {
    Tensor inner;
    Tensor[] temporary = new Tensor[1];
    try (var _ = Scope.open()) {
      inner =
          Scope.run(() -> {
            temporary[0] = torch.ones(4);
            return temporary[0].add(new Scalar(1));
          });
      assertThat(temporary[0].isNull()).isTrue();
      assertThat(inner.sum().item_float()).isEqualTo(8f);
    }
    assertThat(inner.isNull()).isTrue();
  }

  @Test
  void keptTensorsSurviveEvenWhenRunReturnsThem() {
    Tensor kept = Scope.keep(torch.ones(3));
    try (var _ = Scope.open()) {
      assertThat(Scope.run(() -> kept)).isSameAs(kept);
    }
    assertThat(kept.sum().item_float()).isEqualTo(3f);
    Scope.release(kept);
    assertThat(kept.isNull()).isTrue();
  }

  @Test
  void tensorsOfAnEnclosingScopeStayWithItWhenAnInnerRunReturnsThem() {
    Tensor outer;
    try (var _ = Scope.open()) {
      outer = torch.ones(2);
      Tensor same = outer;
      Scope.run(() -> same);
      assertThat(outer.isNull()).isFalse();
    }
    assertThat(outer.isNull()).isTrue();
  }
}
