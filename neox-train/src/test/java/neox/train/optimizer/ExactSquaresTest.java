package neox.train.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ExactSquaresTest {
  private static final int COUNT = 100_003;

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  /// Numbers of many sizes, as gradients are: in pieces of any length the same bits.
  @Test
  void theSumDoesNotDependOnHowNumbersAreCut() {
    float[] numbers = numbers();
    double largest = 0;
    double expected = 0;
    for (float number : numbers) {
      largest = Math.max(largest, Math.abs(number));
      expected += (double) number * number;
    }
    ExactSquares squares = ExactSquares.of(COUNT, largest);
    try (var _ = Scope.open()) {
      Tensor all = TensorData.ofFloats(numbers, COUNT);
      double whole = squares.of(all).value();
      assertThat(whole).isCloseTo(expected, within(1e-12 * expected));
      for (int length : new int[] {1_000, 33_333, 64_007}) {
        double coarse = 0;
        double fine = 0;
        for (int from = COUNT; from > 0; from -= length) { // from the end, in another order
          int begin = Math.max(0, from - length);
          ExactSquares.Sum part = squares.of(all.narrow(0, begin, from - begin));
          coarse += part.coarse();
          fine += part.fine();
        }
        assertThat(new ExactSquares.Sum(coarse, fine).value()).isEqualTo(whole);
      }
    }
  }

  private static float[] numbers() {
    Random random = new Random(3);
    float[] numbers = new float[COUNT];
    for (int i = 0; i < COUNT; i++) {
      numbers[i] = (float) (random.nextGaussian() * Math.exp(5 * random.nextGaussian()) * 1e-6);
    }
    return numbers;
  }
}
