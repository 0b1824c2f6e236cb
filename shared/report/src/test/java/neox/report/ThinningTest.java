package neox.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ThinningTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void leavesFewPointsAndEverySpike(long seed) {
    Random random = new Random(seed);
    int most = 8 + random.nextInt(200);
    Series series = random(random, random.nextInt(5000));
    Series thinned = Thinning.of(series, most);

    assertThat(thinned.size()).isLessThanOrEqualTo(Math.max(most, 0));
    assertThat(thinned.size()).isGreaterThanOrEqualTo(Math.min(series.size(), 2));
    assertThat(thinned.steps()).isSorted().doesNotHaveDuplicates();
    Map<Long, Double> all = new HashMap<>();
    for (int i = 0; i < series.size(); i++) {
      all.put(series.steps()[i], series.values()[i]);
    }
    for (int i = 0; i < thinned.size(); i++) {
      assertThat(thinned.values()[i]).isEqualTo(all.get(thinned.steps()[i]));
    }
    assertThat(finite(thinned).max()).isEqualTo(finite(series).max());
    assertThat(finite(thinned).min()).isEqualTo(finite(series).min());
    assertThat(Arrays.stream(thinned.values()).anyMatch(Double::isNaN))
        .isEqualTo(Arrays.stream(series.values()).anyMatch(Double::isNaN));
    if (series.size() > 0) {
      assertThat(thinned.steps()[0]).isEqualTo(series.steps()[0]);
      assertThat(thinned.steps()[thinned.size() - 1]).isEqualTo(series.steps()[series.size() - 1]);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void leavesTheSamePointsOfTheSamePoints(long seed) {
    Series series = random(new Random(seed), 3000);
    assertThat(Thinning.of(series, 100).steps()).isEqualTo(Thinning.of(series, 100).steps());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 8, 100})
  void leavesAShortCurveAsItIs(int size) {
    Series series = random(new Random(7), size);
    assertThat(Thinning.of(series, 100)).isSameAs(series);
  }

  /// With gaps between steps, and now and then a value that is no number.
  private static Series random(Random random, int size) {
    Series.Builder builder = new Series.Builder();
    boolean strange = random.nextBoolean();
    long step = random.nextInt(10);
    for (int i = 0; i < size; i++) {
      builder.add(step, strange && random.nextInt(500) == 0 ? Double.NaN : random.nextGaussian());
      step += 1 + (random.nextInt(50) == 0 ? random.nextInt(2000) : 0);
    }
    return builder.build();
  }

  private static java.util.stream.DoubleStream finite(Series series) {
    return Arrays.stream(series.values()).filter(Double::isFinite);
  }
}
