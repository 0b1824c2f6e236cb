package neox.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import neox.base.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BatchSizeTest {
  @ParameterizedTest
  @CsvSource({"1, 1, 1", "64, 64, 64", "auto, auto, 8", "auto:4, auto, 8"})
  void isANumberOrAuto(String value, String shown, int chosenOfEight) {
    BatchSize size = BatchSize.parse("--batch-size", value);
    assertThat(size).hasToString(shown);
    assertThat(size.orElse(8)).isEqualTo(chosenOfEight);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "many", "auto:", "auto:0", "1.5", "", "12345678901"})
  void refusesWhatIsNeither(String value) {
    assertThatThrownBy(() -> BatchSize.parse("--batch-size", value))
        .isInstanceOf(UserException.class)
        .hasMessage("--batch-size " + value + ": expected a number from 1 on, or auto");
  }

  @Test
  void aBatchHasAtLeastOneRow() {
    assertThatThrownBy(() -> BatchSize.of(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("batches have at least one row, not 0");
  }
}
