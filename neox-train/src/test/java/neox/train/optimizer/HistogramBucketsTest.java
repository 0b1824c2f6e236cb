package neox.train.optimizer;

import static org.assertj.core.api.Assertions.assertThat;

import neox.monitor.Histogram;
import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class HistogramBucketsTest {
  @BeforeAll
  static void startNatives() {
    NativeRuntime.start(1);
  }

  private static Histogram histogram(float... values) {
    try (var _ = Scope.open()) {
      Tensor x = TensorData.ofFloats(values, values.length);
      return HistogramBuckets.histogram(HistogramBuckets.sums(x), HistogramBuckets.ends(x));
    }
  }

  @Test
  void countsFiniteNumbersBetweenLimits() {
    Histogram histogram = histogram(-2, 0, 0.5f, 0.5f, 3e30f, Float.NaN, Float.POSITIVE_INFINITY);
    assertThat(histogram.count()).isEqualTo(5);
    assertThat(histogram.min()).isEqualTo(-2);
    assertThat(histogram.max()).isEqualTo(3e30f);
    int half = (int) histogram.limits().stream().filter(limit -> limit <= 0.5).count();
    assertThat(histogram.counts().get(half)).isEqualTo(2); // the first limit above 0.5
    assertThat(histogram.counts().getLast()).isEqualTo(1);
  }

  @Test
  void leavesOutEmptyBucketsAtBothEnds() {
    Histogram histogram = histogram(0.5f, 0.5f);
    assertThat(histogram.counts()).containsExactly(0L, 2L);
    assertThat(histogram.sum()).isEqualTo(1);
    assertThat(histogram.sumOfSquares()).isEqualTo(0.5);
  }

  @Test
  void isEmptyWhereNothingIsFinite() {
    Histogram histogram = histogram(Float.NaN);
    assertThat(histogram.count()).isZero();
    assertThat(histogram.min()).isZero();
  }
}
