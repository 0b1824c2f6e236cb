package neox.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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
import org.junit.jupiter.params.provider.EnumSource;

class RowProductTest {
  /// Rows and columns of matrices: whole vectors and pieces, less than one of each, several pieces.
  private static final List<int[]> SIZES =
      List.of(
          new int[] {1, 1},
          new int[] {3, 17},
          new int[] {4, 16},
          new int[] {7, 96},
          new int[] {130, 1027},
          new int[] {2050, 64});

  /// A record for every four rows of a product, and what a call of libtorch takes. Vectors would be
  /// a megabyte.
  private static final long MOST_ALLOCATED = 20_000;

  @BeforeEach
  void start() {
    NativeRuntime.start(2);
    torch.manual_seed(1);
  }

  @AfterEach
  void oneThreadAsBefore() {
    NativeRuntime.start(1);
  }

  /// A matrix in one of the formats, and the same as float64.
  private record Weights(RowProduct product, Tensor exact) {
    static Weights of(NumberFormat format, int rows, int columns) {
      Tensor w = torch.randn(rows, columns);
      return switch (format) {
        case FLOAT32 -> plain(w);
        case BFLOAT16 -> plain(w.to(ScalarType.BFloat16));
        case FLOAT16 -> plain(w.to(ScalarType.Half));
        case INT8 -> {
          Tensor numbers = torch.randint(-127, 128, new long[] {rows, columns});
          Tensor scales = torch.rand(rows);
          yield new Weights(
              RowProduct.with(numbers.to(ScalarType.Char), scales).orElseThrow(),
              numbers.to(ScalarType.Double).mul(scales.unsqueeze(1).to(ScalarType.Double)));
        }
      };
    }

    private static Weights plain(Tensor w) {
      return new Weights(RowProduct.with(w).orElseThrow(), w.to(ScalarType.Double));
    }
  }

  @ParameterizedTest
  @EnumSource(NumberFormat.class)
  void isTheProductOfAllFormatsAndSizes(NumberFormat format) {
    for (int[] size : SIZES) {
      try (var _ = Scope.open()) {
        Weights weights = Weights.of(format, size[0], size[1]);
        Tensor x = torch.randn(3, 5, size[1]);
        Tensor bias = torch.randn(size[0]);
        Tensor y = weights.product.of(x, new TensorOptional(bias));
        Tensor expected =
            torch.linear(
                x.to(ScalarType.Double),
                weights.exact,
                new TensorOptional(bias.to(ScalarType.Double)));
        assertThat(y.sizes().vec().get()).containsExactly(3, 5, size[0]);
        // float32 sums of up to 1027 products
        assertThat(difference(y, expected)).as(Arrays.toString(size)).isLessThan(1e-6);
      }
    }
  }

  /// The largest difference, relative to the largest number.
  private static double difference(Tensor y, Tensor expected) {
    Tensor apart = y.to(ScalarType.Double).sub(expected).abs().max();
    return apart.div(expected.abs().max()).item_double();
  }

  @ParameterizedTest
  @EnumSource(value = NumberFormat.class, names = "INT8", mode = EnumSource.Mode.EXCLUDE)
  void takesAndGivesRowsOfEveryTypeRoundedOnce(NumberFormat format) {
    try (var _ = Scope.open()) {
      ScalarType type =
          switch (format) {
            case FLOAT32, INT8 -> ScalarType.Float;
            case BFLOAT16 -> ScalarType.BFloat16;
            case FLOAT16 -> ScalarType.Half;
          };
      Tensor w = torch.randn(40, 33).to(type);
      Tensor bias = torch.randn(40).to(type);
      Tensor x = torch.randn(2, 33).to(type);
      Tensor wide =
          RowProduct.with(w.to(ScalarType.Float))
              .orElseThrow()
              .of(x.to(ScalarType.Float), new TensorOptional(bias.to(ScalarType.Float)));
      Tensor y = RowProduct.with(w).orElseThrow().of(x, new TensorOptional(bias));
      assertThat(TensorData.floats(y)).containsExactly(TensorData.floats(wide.to(type)));
    }
  }

  /// What makes scores constants: a result is the same whatever it is computed with.
  @ParameterizedTest
  @EnumSource(NumberFormat.class)
  void aRowIsTheSameBitsAloneAndAmongOthersAndOnAnyNumberOfThreads(NumberFormat format) {
    for (int[] size : SIZES) {
      try (var _ = Scope.open()) {
        Weights weights = Weights.of(format, size[0], size[1]);
        Tensor x = torch.randn(37, size[1]);
        float[] together = TensorData.floats(weights.product.of(x, new TensorOptional()));
        for (int threads : new int[] {1, 3}) {
          NativeRuntime.start(threads);
          assertThat(TensorData.floats(weights.product.of(x, new TensorOptional())))
              .containsExactly(together);
        }
        for (int row : new int[] {0, 17, 36}) {
          float[] alone =
              TensorData.floats(weights.product.of(x.narrow(0, row, 1), new TensorOptional()));
          assertThat(alone)
              .containsExactly(Arrays.copyOfRange(together, row * size[0], (row + 1) * size[0]));
        }
      }
    }
  }

  @Test
  void theSameBitsComeWhenTheCodeHasBeenCompiled() {
    try (var _ = Scope.open()) {
      Weights weights = Weights.of(NumberFormat.BFLOAT16, 64, 128);
      Tensor x = torch.randn(3, 128);
      float[] first = TensorData.floats(weights.product.of(x, new TensorOptional()));
      for (int again = 0; again < 2000; again++) {
        try (var _ = Scope.open()) {
          weights.product.of(x, new TensorOptional());
        }
      }
      assertThat(TensorData.floats(weights.product.of(x, new TensorOptional())))
          .containsExactly(first);
    }
  }

  /// Vectors that become objects are ten times as slow. Whether they do is the compiler's choice;
  /// nothing in the launcher's options may be needed for it.
  @ParameterizedTest
  @EnumSource(NumberFormat.class)
  void noVectorBecomesAnObjectOnceTheCodeIsCompiled(NumberFormat format) {
    NativeRuntime.start(1);
    try (var _ = Scope.open()) {
      Weights weights = Weights.of(format, 256, 256);
      for (int rows : new int[] {1, 3}) {
        Tensor x = torch.randn(rows, 256);
        long allocated = Long.MAX_VALUE;
        for (int round = 0; round < 1000 && allocated > MOST_ALLOCATED; round++) {
          allocated = allocatedByProducts(weights.product, x);
        }
        assertThat(allocated)
            .as("bytes of the heap for a product with %d rows", rows)
            .isLessThan(MOST_ALLOCATED);
      }
    }
  }

  /// Bytes of the heap for each product: records, and what the call of libtorch takes.
  private static long allocatedByProducts(RowProduct product, Tensor x) {
    int times = 100;
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < times; i++) {
      try (var _ = Scope.open()) {
        product.of(x, new TensorOptional());
      }
    }
    return (threads.getCurrentThreadAllocatedBytes() - before) / times;
  }

  @Test
  void readsFloat16DownToTheSmallest() {
    try (var _ = Scope.open()) {
      Tensor w = // all finite numbers of float16
          torch
              .arange(new Scalar(0), new Scalar(0x7c00))
              .to(ScalarType.Short)
              .view(ScalarType.Half)
              .view(0x7c00 / 32, 32);
      Tensor one = torch.eye(32);
      Tensor y = RowProduct.with(w).orElseThrow().of(one, new TensorOptional());
      assertThat(TensorData.floats(y.t())).containsExactly(TensorData.floats(w));
    }
  }

  @Test
  void leavesToLibtorchWhatItDoesNotRead() {
    try (var _ = Scope.open()) {
      assertThat(RowProduct.with(torch.randn(4, 4).to(ScalarType.Double))).isEqualTo(none());
      assertThat(RowProduct.with(torch.randn(4, 4).t())).isEqualTo(none());
      assertThat(RowProduct.with(torch.ones(4, 4).to(ScalarType.Char))).isEqualTo(none());
    }
  }

  private static Optional<RowProduct> none() {
    return Optional.empty();
  }

  @Test
  void suitsFewRowsThatLearnNothing() {
    try (var _ = Scope.open()) {
      RowProduct product = RowProduct.with(torch.randn(4, 8)).orElseThrow();
      assertThat(product.suits(torch.randn(1, RowProduct.FEW, 8))).isTrue();
      assertThat(product.suits(torch.randn(1, RowProduct.FEW + 1, 8))).isFalse();
      assertThat(product.suits(torch.randn(1, 8).to(ScalarType.Double))).isFalse();
      Tensor learned = torch.randn(1, 8);
      learned.set_requires_grad(true);
      assertThat(product.suits(learned)).isFalse();
    }
  }
}
