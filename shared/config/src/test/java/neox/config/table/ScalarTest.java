package neox.config.table;

import static org.assertj.core.api.Assertions.assertThat;

import neox.config.table.Value.Scalar;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScalarTest {
  private static Object resolve(String text) {
    return String.valueOf(new Scalar(text, true, Origin.OVERRIDE).resolve());
  }

  @ParameterizedTest
  @CsvSource({
    "12,12",
    "-3,-3",
    "+4,4",
    "0,0",
    "500_000_000,500000000",
    "0x1F,31",
    "-0x1f,-31",
    "0b101,5",
    "9223372036854775807," + "9223372036854775807"
  })
  void readsIntegers(String text, long value) {
    assertThat(new Scalar(text, true, Origin.OVERRIDE).resolve()).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource({
    "1e-5,1e-5",
    "1e8,1e8",
    "5E8,5e8",
    "1.0e-8,1e-8",
    "1.0e+3,1000",
    "-.5,-0.5",
    "3.,3",
    "1_0.5,10.5",
    ".inf,Infinity",
    "-.inf,-Infinity",
    ".nan,NaN",
    "99999999999999999999,1e20"
  })
  void readsRealNumbersThatPyYamlTakesForText(String text, double value) {
    assertThat(new Scalar(text, true, Origin.OVERRIDE).resolve()).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "True", "TRUE", "yes", "Yes", "on", "ON"})
  void readsTrue(String text) {
    assertThat(resolve(text)).isEqualTo("true");
  }

  @ParameterizedTest
  @ValueSource(strings = {"false", "False", "no", "No", "off"})
  void readsFalse(String text) {
    assertThat(resolve(text)).isEqualTo("false");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "~", "null", "Null", "NULL"})
  void readsNull(String text) {
    assertThat(resolve(text)).isEqualTo("null");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"None", "y", "n", "010", "1-2", "1e", "e5", "1.2.3", "0x", "_1", "969, 30, 1"})
  void leavesTheRestAsText(String text) {
    assertThat(new Scalar(text, true, Origin.OVERRIDE).resolve()).isEqualTo(text);
  }

  @Test
  void quotesMakeText() {
    assertThat(new Scalar("12", false, Origin.OVERRIDE).resolve()).isEqualTo("12");
    assertThat(new Scalar("", false, Origin.OVERRIDE).resolve()).isEqualTo("");
  }
}
