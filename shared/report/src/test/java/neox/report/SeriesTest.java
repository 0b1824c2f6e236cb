package neox.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SeriesTest {
  @Test
  void keepsNumbersAsTheyCame() {
    Series series = series(1, 5.0, 2, Double.NaN, 7, -1.0);
    assertThat(series.steps()).containsExactly(1, 2, 7);
    assertThat(series.values()).containsExactly(5.0, Double.NaN, -1.0);
  }

  @Test
  void takesTheLastOfWhatWasRecordedTwice() {
    Series series = series(1, 1.0, 2, 2.0, 3, 3.0, 2, 20.0, 3, 30.0, 4, 40.0, 3, 300.0);
    assertThat(series.steps()).containsExactly(1, 2, 3, 4);
    assertThat(series.values()).containsExactly(1.0, 20.0, 300.0, 40.0);
  }

  @Test
  void growsWithWhatComes() {
    Series.Builder builder = new Series.Builder();
    for (int i = 0; i < 1000; i++) {
      builder.add(i, i);
    }
    assertThat(builder.build().size()).isEqualTo(1000);
  }

  private static Series series(Number... stepsAndValues) {
    Series.Builder builder = new Series.Builder();
    for (int i = 0; i < stepsAndValues.length; i += 2) {
      builder.add(stepsAndValues[i].longValue(), stepsAndValues[i + 1].doubleValue());
    }
    return builder.build();
  }
}
