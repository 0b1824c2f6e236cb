package neox.train.optimizer;

import java.util.ArrayList;
import java.util.List;
import neox.monitor.Histogram;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The buckets of all histograms, the same on every rank so that counts can be added: ten for each
/// power of ten of magnitude, as fine as TensorBoard draws.
final class HistogramBuckets {
  private static final int PER_DECADE = 10;
  private static final int SMALLEST = -10;
  private static final int LARGEST = 4;
  private static final float[] LIMITS = limits();

  /// How many figures [#sums] gives.
  static final int SUMS = LIMITS.length + 2;

  /// How many figures [#ends] gives.
  static final int ENDS = 2;

  private static float[] limits() {
    int perSide = (LARGEST - SMALLEST) * PER_DECADE + 1;
    float[] limits = new float[2 * perSide + 1];
    for (int i = 0; i < perSide; i++) {
      float magnitude = (float) Math.pow(10, SMALLEST + (double) i / PER_DECADE);
      limits[perSide + i] = magnitude;
      limits[perSide - 1 - i] = -magnitude;
    }
    limits[2 * perSide] = Float.MAX_VALUE;
    return limits;
  }

  /// Counts, sum, and sum of squares of the finite elements of a tensor.
  static double[] sums(Tensor x) {
    Tensor finite = finite(x); // [n]
    Tensor limits =
        TensorData.ofFloats(LIMITS, LIMITS.length).to(finite.device(), ScalarType.Float);
    Tensor bucket = torch.bucketize(finite, limits, false, true); // the number of limits ≤ x
    Tensor counts = torch.bincount(bucket, new TensorOptional(), LIMITS.length);
    Tensor wide = finite.to(ScalarType.Double);
    double[] sums = new double[SUMS];
    long[] all = TensorData.longs(counts);
    for (int i = 0; i < LIMITS.length; i++) {
      sums[i] = all[i];
    }
    sums[LIMITS.length] = wide.sum().item_double();
    sums[LIMITS.length + 1] = wide.square().sum().item_double();
    return sums;
  }

  /// The largest finite element, and the negative of the smallest.
  static double[] ends(Tensor x) {
    Tensor finite = finite(x);
    return finite.numel() == 0
        ? new double[] {Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY}
        : new double[] {finite.max().item_double(), -finite.min().item_double()};
  }

  private static Tensor finite(Tensor x) {
    Tensor flat = x.view(-1).to(ScalarType.Float);
    return flat.masked_select(flat.isfinite());
  }

  /// What the figures of all slices of a parameter come to, without the empty buckets outside.
  static Histogram histogram(double[] sums, double[] ends) {
    int first = 0;
    int last = LIMITS.length - 1;
    while (first < last && sums[first] == 0) {
      first++;
    }
    while (last > first && sums[last] == 0) {
      last--;
    }
    List<Double> limits = new ArrayList<>();
    List<Long> counts = new ArrayList<>();
    for (int i = Math.max(0, first - 1); i <= last; i++) {
      limits.add((double) LIMITS[i]);
      counts.add((long) sums[i]);
    }
    boolean any = ends[0] >= -ends[1];
    return new Histogram(
        any ? -ends[1] : 0,
        any ? ends[0] : 0,
        sums[LIMITS.length],
        sums[LIMITS.length + 1],
        limits,
        counts);
  }

  private HistogramBuckets() {}
}
