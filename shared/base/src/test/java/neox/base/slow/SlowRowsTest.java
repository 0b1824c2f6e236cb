package neox.base.slow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlowRowsTest {
  @Test
  void aRowIsReadAsCsvSourceDoes() {
    assertThat(SlowRowsProvider.fields("pythia, 1, ''")).containsExactly("pythia", "1", "");
    assertThat(SlowRowsProvider.fields("2,'a=[[b, c], d]' , e.*=1"))
        .containsExactly("2", "a=[[b, c], d]", "e.*=1");
    assertThat(SlowRowsProvider.fields("alone")).containsExactly("alone");
  }

  @Test
  void aCommaWithoutQuotesIsNoFieldOfItsOwn() {
    assertThatThrownBy(() -> SlowRowsProvider.fields("[6.*, 7.*]", 1))
        .hasMessage(
            "row \"[6.*, 7.*]\" has 2 fields, the test 1 parameters; put ' around a field with"
                + " commas");
    assertThat(SlowRowsProvider.fields("'[6.*, 7.*]'", 1)).containsExactly("[6.*, 7.*]");
  }

  @ParameterizedTest
  @CsvSource("1, false")
  @SlowRows({"2, true", "3, true"})
  void furtherRowsRunWhereTheyAreAskedFor(int row, boolean slow) {
    assertThat(slow).isIn(false, SlowTests.areAskedFor());
    assertThat(row > 1).isEqualTo(slow);
  }
}
