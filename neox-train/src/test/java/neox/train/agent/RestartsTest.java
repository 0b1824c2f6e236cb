package neox.train.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import neox.train.agent.Restarts.Again;
import neox.train.agent.Restarts.Decision;
import neox.train.agent.Restarts.GiveUp;
import org.junit.jupiter.api.Test;

class RestartsTest {
  private static final long HOUR = Duration.ofHours(1).toMillis();

  @Test
  void startsNothingAgainUnlessAsked() {
    assertThat(Restarts.atMost(0).afterFailureAt(12, 0)).isEqualTo(new GiveUp(""));
  }

  @Test
  void startsAtOnceWhatGetsOn() {
    Restarts restarts = Restarts.atMost(9);
    for (long step : new long[] {10, 20, 30}) {
      Again again = (Again) restarts.afterFailureAt(step, step);
      assertThat(again.pause()).isZero();
      restarts = again.after();
    }
    assertThat(restarts.best()).isEqualTo(30);
  }

  @Test
  void pausesLongerAndGivesUpWhereNothingIsGained() {
    Again first = (Again) Restarts.atMost(9).afterFailureAt(10, 0);
    Again second = (Again) first.after().afterFailureAt(8, 0);
    Again third = (Again) second.after().afterFailureAt(10, 0);

    assertThat(second.pause()).isEqualTo(Duration.ofSeconds(5));
    assertThat(third.pause()).isEqualTo(Duration.ofSeconds(10));
    assertThat(third.after().afterFailureAt(10, 0))
        .isEqualTo(new GiveUp("not started again: 3 attempts in a row did not get beyond step 10"));
    assertThat(third.after().afterFailureAt(11, 0)).isInstanceOf(Again.class);
  }

  @Test
  void countsTheRestartsOfADay() {
    Restarts restarts = Restarts.atMost(2);
    restarts = ((Again) restarts.afterFailureAt(10, 0)).after();
    restarts = ((Again) restarts.afterFailureAt(20, HOUR)).after();

    Decision third = restarts.afterFailureAt(30, 2 * HOUR);

    assertThat(third)
        .isEqualTo(
            new GiveUp("not started again: that was done 2 times in 24 hours (--max-restarts)"));
    assertThat(restarts.afterFailureAt(30, 24 * HOUR + 1)).isInstanceOf(Again.class);
  }
}
