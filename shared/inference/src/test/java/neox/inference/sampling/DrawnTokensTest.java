package neox.inference.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Frequencies against probabilities: Pearson's χ² with a level of 3·10⁻⁵, and seeds that are
/// fixed.
class DrawnTokensTest {
  private static final int DRAWS = 60_000;

  private static Stream<Sampler> samplers() {
    return Stream.of(
        new Sampler(1, 0, 0),
        new Sampler(0.3, 0, 0),
        new Sampler(4, 0, 0),
        new Sampler(1, 7, 0),
        new Sampler(1, 0, 0.8),
        new Sampler(1.5, 12, 0.9),
        new Sampler(1, 0, 0).withMinP(0.05),
        new Sampler(0.7, 20, 0.95).withMinP(0.02).withRepetitionPenalty(1.3));
  }

  private static float[] logits() {
    Random random = new Random(9);
    float[] logits = new float[40];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = i % 8 == 5 ? Float.NEGATIVE_INFINITY : (float) (2 * random.nextGaussian());
    }
    return logits;
  }

  /// One draw of each of many samples, and many draws of one sample.
  @ParameterizedTest
  @MethodSource("samplers")
  void areAsFrequentAsTheFilteredDistributionSays(Sampler sampler) {
    int[] context = {2, 7};
    float[] logits = logits();
    float[] changed = logits.clone(); // as a sample has it that has written nothing
    if (sampler.mindsRepetition()) {
      IntStream.of(context).forEach(token -> changed[token] = sampler.penalized(changed[token]));
    }
    sampler.filter(changed);
    double[] expected = softmax(changed);
    long[] acrossSamples = new long[logits.length];
    long[] alongASample = new long[logits.length];
    for (int i = 0; i < DRAWS; i++) {
      TokenSampler fresh =
          new TokenSampler(sampler, TokenDetails.NONE, RandomStream.of(17, i), context);
      acrossSamples[fresh.next(logits).token()]++;
      alongASample[LogitFilters.draw(changed, RandomStream.of(17).uniform(i))]++;
    }
    assertLikely(acrossSamples, expected);
    assertLikely(alongASample, expected);
  }

  private static double[] softmax(float[] logits) {
    double total = 0;
    for (float logit : logits) {
      total += Math.exp(logit);
    }
    double[] probabilities = new double[logits.length];
    for (int i = 0; i < logits.length; i++) {
      probabilities[i] = Math.exp(logits[i]) / total;
    }
    return probabilities;
  }

  private static void assertLikely(long[] counts, double[] probabilities) {
    long draws = Arrays.stream(counts).sum();
    double statistic = 0;
    int cells = 0;
    double rareExpected = 0;
    long rareCount = 0;
    for (int i = 0; i < counts.length; i++) {
      double expected = draws * probabilities[i];
      if (probabilities[i] == 0) {
        assertThat(counts[i]).as("token %d is left out", i).isZero();
      } else if (expected < 10) {
        rareExpected += expected;
        rareCount += counts[i];
      } else {
        statistic += (counts[i] - expected) * (counts[i] - expected) / expected;
        cells++;
      }
    }
    if (rareExpected > 0) {
      statistic += (rareCount - rareExpected) * (rareCount - rareExpected) / rareExpected;
      cells++;
    }
    assertThat(statistic).isLessThan(limit(Math.max(1, cells - 1)));
  }

  /// The quantile 1 - 3·10⁻⁵ of χ² (Wilson and Hilferty 1931).
  private static double limit(int freedom) {
    double variance = 2 / (9.0 * freedom);
    return freedom * Math.pow(1 - variance + 4 * Math.sqrt(variance), 3);
  }

  @Test
  void numbersOfAStreamAndOfItsNeighboursAreUniform() {
    double[] equal = new double[64];
    Arrays.fill(equal, 1 / 64.0);
    long[] along = new long[64];
    long[] seeds = new long[64];
    long[] samples = new long[64];
    long[] pairs = new long[64];
    for (int i = 0; i < DRAWS; i++) {
      along[(int) (64 * RandomStream.of(3).uniform(i))]++;
      seeds[(int) (64 * RandomStream.of(i, 0).uniform(0))]++;
      samples[(int) (64 * RandomStream.of(1, i).uniform(0))]++;
      int first = (int) (8 * RandomStream.of(1, i).uniform(0));
      int next = (int) (8 * RandomStream.of(1, i).uniform(1));
      pairs[8 * first + next]++;
    }
    assertLikely(along, equal);
    assertLikely(seeds, equal);
    assertLikely(samples, equal);
    assertLikely(pairs, equal);
  }

  @Test
  void aNumberIsThatOfItsKeyAndPlaceAlone() {
    assertThat(RandomStream.of(1, 2).uniform(5)).isEqualTo(RandomStream.of(1, 2).uniform(5));
    assertThat(RandomStream.of(1, 2)).isNotEqualTo(RandomStream.of(2, 1));
    assertThat(RandomStream.of(1)).isNotEqualTo(RandomStream.of(1, 0));
  }
}
