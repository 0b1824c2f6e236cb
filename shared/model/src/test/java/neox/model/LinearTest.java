package neox.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import neox.model.position.Turn;
import neox.tensor.Gradients;
import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What is computed by functions of our own, beside libtorch's operations one by one. Tolerances:
/// float32 sums of up to 400 numbers in another order.
class LinearTest {
  @BeforeEach
  void start() {
    NativeRuntime.start(1);
    torch.manual_seed(1);
  }

  private static Tensor leaf(long... sizes) {
    return torch.randn(sizes).set_requires_grad(true);
  }

  private static Tensor copy(Tensor leaf) {
    return leaf.detach().clone().set_requires_grad(true);
  }

  private static void assertClose(Tensor ours, Tensor theirs) {
    assertThat(torch.allclose(ours, theirs, 1e-5, 1e-4, false)).isTrue();
  }

  private static void assertSameGradient(Tensor ours, Tensor theirs) {
    assertClose(Gradients.of(ours).orElseThrow(), Gradients.of(theirs).orElseThrow());
  }

  @Test
  void aLinearLayerHasLibtorchsValueAndGradients() {
    try (var _ = Scope.open()) {
      Tensor x = leaf(3, 130, 50);
      Tensor w = leaf(70, 50);
      Tensor bias = leaf(70);
      Tensor[] others = {copy(x), copy(w), copy(bias)};
      Tensor up = torch.randn(3, 130, 70);
      Tensor y = Linear.of(x, w, new TensorOptional(bias));
      Tensor expected = torch.linear(others[0], others[1], new TensorOptional(others[2]));
      assertClose(y, expected);
      y.mul(up).sum().backward();
      expected.mul(up).sum().backward();
      assertSameGradient(x, others[0]);
      assertSameGradient(w, others[1]);
      assertSameGradient(bias, others[2]);
    }
  }

  @Test
  void theGradientOfWeightsIsAddedWhereItIsCollected() {
    try (var _ = Scope.open()) {
      Tensor w = leaf(5, 4);
      Tensor collected = torch.ones(5, 6).narrow(1, 1, 4);
      w.mutable_grad().put(collected);
      Linear.of(torch.ones(3, 4), w).sum().backward();
      assertThat(collected.eq(new Scalar(4)).all().item().toBool()).isTrue();
    }
  }

  @Test
  void frozenWeightsGetNoGradient() {
    try (var _ = Scope.open()) {
      Tensor x = leaf(3, 4);
      Tensor w = torch.randn(5, 4);
      Linear.of(x, w).sum().backward();
      assertClose(Gradients.of(x).orElseThrow(), w.sum(0).expand(3, 4));
      assertThat(Gradients.of(w)).isEmpty();
    }
  }

  @Test
  void pairsOfMatricesHaveLibtorchsValueAndGradients() {
    try (var _ = Scope.open()) {
      Tensor a = leaf(4, 20, 30);
      Tensor b = leaf(4, 30, 10);
      Tensor[] others = {copy(a), copy(b)};
      Tensor up = torch.randn(4, 20, 10);
      Tensor c = Batched.of(a, b, 0.5);
      Tensor expected = torch.bmm(others[0], others[1]).mul(new Scalar(0.5));
      assertClose(c, expected);
      c.mul(up).sum().backward();
      expected.mul(up).sum().backward();
      assertSameGradient(a, others[0]);
      assertSameGradient(b, others[1]);
    }
  }

  @Test
  void attentionTurnsInPlaceWhatOperationsTurnOneByOne() {
    try (var _ = Scope.open()) {
      long s = 40;
      long n = 3;
      long d = 16;
      Tensor angles = torch.randn(s, 1, 1, 4);
      Turn turn = new Turn(angles.cos(), angles.sin());
      Tensor x = leaf(2, s, n * 3 * d);
      Tensor other = copy(x);
      Tensor up = torch.randn(2, s, n * d);

      Tensor y = SelfAttention.of(x.mul(new Scalar(1)), n, Optional.of(turn));
      Tensor each = other.view(2, s, n, 3, d);
      Tensor q = turned(each.select(3, 0), turn).transpose(1, 2);
      Tensor k = turned(each.select(3, 1), turn).transpose(1, 2);
      Tensor v = each.select(3, 2).transpose(1, 2);
      Tensor expected =
          torch
              .scaled_dot_product_attention(
                  q, k, v, new TensorOptional(), 0, true, new DoubleOptional(), false)
              .transpose(1, 2)
              .reshape(2, s, n * d);
      assertThat(y.equal(expected)).isTrue();
      y.mul(up).sum().backward();
      expected.mul(up).sum().backward();
      assertSameGradient(x, other);
    }
  }

  /// `[b, s, n, d]`, by the formula.
  private static Tensor turned(Tensor x, Turn turn) {
    Tensor cos = turn.cos().squeeze(1);
    Tensor sin = turn.sin().squeeze(1);
    Tensor first = x.narrow(-1, 0, 4);
    Tensor second = x.narrow(-1, 4, 4);
    return torch.cat(
        new TensorVector(
            first.mul(cos).sub(second.mul(sin)),
            second.mul(cos).add(first.mul(sin)),
            x.narrow(-1, 8, 8)),
        -1);
  }
}
