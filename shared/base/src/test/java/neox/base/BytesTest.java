package neox.base;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BytesTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0 bytes",
    "1023, '1,023 bytes'",
    "1024, 1.0 KiB",
    "24696061952, 23.0 GiB",
    "4617948836659, 4.2 TiB",
    "1e30, '867,361,737,988.4 EiB'"
  })
  void areWrittenWithTheUnitThatFits(double bytes, String text) {
    assertThat(Bytes.text(bytes)).isEqualTo(text);
  }
}
