package neox.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProductsTest {
  /// m, k, n: one of each, less than a tile, tiles with and without something left over.
  private static final List<long[]> SIZES =
      List.of(
          new long[] {1, 1, 1},
          new long[] {1, 5, 700},
          new long[] {700, 5, 1},
          new long[] {95, 130, 97},
          new long[] {192, 600, 64},
          new long[] {1000, 70, 130},
          new long[] {130, 70, 1000});

  @BeforeEach
  void start() {
    NativeRuntime.start(2);
    torch.manual_seed(1);
  }

  @AfterEach
  void oneThreadAsBefore() {
    NativeRuntime.start(1);
  }

  /// Of a matrix: as it lies, turned, and with something beside it.
  private static List<Tensor> forms(long rows, long columns) {
    return List.of(
        torch.randn(rows, columns),
        torch.randn(columns, rows).t(),
        torch.randn(rows, columns + 3).narrow(1, 2, columns),
        torch.randn(columns, rows + 3).narrow(1, 1, rows).t());
  }

  /// float32 sums of k numbers near 1, beside float64's.
  private static void assertClose(Tensor product, Tensor exact, long k) {
    double error = product.to(ScalarType.Double).sub(exact).abs().max().item().toDouble();
    assertThat(error).isLessThan(1e-6 * Math.sqrt((double) k) * 4);
  }

  private static Tensor exact(Tensor a, Tensor b) {
    return a.to(ScalarType.Double).matmul(b.to(ScalarType.Double));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7})
  void anyNumberOfThreadsMultipliesMatricesHoweverTheyLie(int threads) {
    NativeRuntime.start(threads);
    for (long[] size : SIZES) {
      try (var _ = Scope.open()) {
        for (Tensor a : forms(size[0], size[1])) {
          for (Tensor b : forms(size[1], size[2])) {
            Tensor exact = exact(a, b);
            assertClose(Products.of(a, b), exact, size[1]);
            Tensor sum = torch.ones(size[0], size[2] + 5).narrow(1, 1, size[2]);
            Products.add(sum, a, b);
            assertClose(sum, exact.add(new Scalar(1)), size[1]);
            Products.into(sum, a, b);
            assertClose(sum, exact, size[1]);
          }
        }
      }
    }
  }

  @Test
  void whatLiesBesideTheProductStays() {
    try (var _ = Scope.open()) {
      Tensor memory = torch.ones(400, 300);
      Products.into(memory.narrow(1, 100, 100), torch.randn(400, 80), torch.randn(80, 100));
      assertThat(memory.narrow(1, 0, 100).eq(new Scalar(1)).all().item().toBool()).isTrue();
      assertThat(memory.narrow(1, 200, 100).eq(new Scalar(1)).all().item().toBool()).isTrue();
    }
  }

  @Test
  void aLinearLayerIsLibtorchs() {
    try (var _ = Scope.open()) {
      Tensor x = torch.randn(3, 130, 50);
      Tensor w = torch.randn(70, 50);
      Tensor bias = torch.randn(70);
      for (TensorOptional each : List.of(new TensorOptional(), new TensorOptional(bias))) {
        Tensor ours = Products.linear(x, w, each);
        assertThat(ours.sizes().vec().get()).containsExactly(3, 130, 70);
        assertThat(torch.allclose(ours, torch.linear(x, w, each), 1e-5, 1e-5, false)).isTrue();
      }
    }
  }

  @Test
  void manyPairsAreMultipliedEachByItself() {
    try (var _ = Scope.open()) {
      Tensor a = torch.randn(5, 40, 30);
      Tensor b = torch.randn(5, 60, 30).transpose(1, 2);
      Tensor exact = exact(a, b).mul(new Scalar(0.5));
      assertClose(Products.batched(a, b, 0.5), exact, 30);
    }
  }

  @Test
  void libtorchTakesTheOtherTypes() {
    try (var _ = Scope.open()) {
      Tensor a = torch.randn(20, 30).to(ScalarType.Double);
      Tensor b = torch.randn(30, 10).to(ScalarType.Double);
      assertThat(TensorData.floats(Products.of(a, b).sub(a.mm(b)).abs().max().to(ScalarType.Float)))
          .containsExactly(0f);
    }
  }

  @Test
  void refusesSizesThatDoNotFit() {
    try (var _ = Scope.open()) {
      assertThatThrownBy(() -> Products.of(torch.ones(2, 3), torch.ones(4, 5)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("[2, 3] times [4, 5] is not [2, 5]");
    }
  }
}
