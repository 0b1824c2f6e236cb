package neox.inference.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import neox.inference.sampling.Logprobs.Alternative;
import neox.inference.sampling.TokenSampler.Chosen;
import org.junit.jupiter.api.Test;

class LogprobsTest {
  private static final float[] LOGITS = {1, Float.NEGATIVE_INFINITY, 3, 1, 2.5f};

  @Test
  void areTheModelsWhateverTheSamplerDoes() {
    double normalizer = Math.log(2 * Math.exp(1) + Math.exp(3) + Math.exp(2.5));
    Sampler sampler = new Sampler(0.2, 1, 0.5).withRepetitionPenalty(2);
    TokenSampler tokens =
        new TokenSampler(
            sampler, TokenDetails.NONE.withLogprobs(3), RandomStream.of(1), new int[] {2});
    Chosen chosen = tokens.next(LOGITS);
    assertThat(chosen.token()).isEqualTo(4);
    Logprobs logprobs = chosen.logprobs().orElseThrow();
    assertThat(logprobs.chosen()).isCloseTo(2.5 - normalizer, within(1e-9));
    assertThat(logprobs.likeliest().stream().map(Alternative::token)).containsExactly(2, 4, 0);
    assertThat(logprobs.likeliest().getFirst().logprob()).isCloseTo(3 - normalizer, within(1e-9));
  }

  @Test
  void nameNoTokenThatMayNotBeChosenHoweverManyAreAskedFor() {
    Logprobs all = Logprobs.of(LOGITS, 0, 99);
    assertThat(all.likeliest().stream().map(Alternative::token)).containsExactly(2, 4, 0, 3);
    double total = all.likeliest().stream().mapToDouble(each -> Math.exp(each.logprob())).sum();
    assertThat(total).isCloseTo(1, within(1e-9));
    assertThat(Logprobs.of(LOGITS, 0, 0).likeliest()).isEmpty();
  }

  @Test
  void exponentialsAreExactEnoughForAnyLogits() {
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      double x = -Math.pow(10, 4 * random.nextDouble() - 1);
      assertThat(LogitFilters.exp(x)).isCloseTo(Math.exp(x), within(1e-9 * Math.exp(x) + 1e-300));
    }
    assertThat(LogitFilters.exp(0)).isOne();
    assertThat(LogitFilters.exp(Double.NEGATIVE_INFINITY)).isZero();
    assertThat(LogitFilters.exp(Double.NaN)).isNaN();
  }

  @Test
  void areMadeOnlyWhereTheyAreAskedFor() {
    TokenSampler plain =
        new TokenSampler(Sampler.greedy(), TokenDetails.NONE, RandomStream.of(1), new int[] {2});
    assertThat(plain.takesLikeliest()).isTrue();
    assertThat(plain.next(LOGITS)).isEqualTo(plain.take(2));
    assertThat(plain.take(2).logprobs()).isEmpty();
    TokenDetails wanted = TokenDetails.NONE.withLogprobs(0);
    TokenSampler told =
        new TokenSampler(Sampler.greedy(), wanted, RandomStream.of(1), new int[] {2});
    assertThat(told.takesLikeliest()).isFalse();
    assertThat(told.next(LOGITS).logprobs()).isPresent();
  }
}
