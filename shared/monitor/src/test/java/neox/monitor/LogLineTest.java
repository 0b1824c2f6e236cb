package neox.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LogLineTest {
  @Test
  void putsEveryFieldBetweenASpaceAndABar() {
    String line =
        new LogLine().field("iteration %8d/%8d", 7, 20).field("lm_loss: %.6E", 3.25).toString();
    assertThat(line).isEqualTo(" iteration        7/      20 | lm_loss: 3.250000E+00 |");
  }

  @Test
  void scalesFlopsByThousands() {
    assertThat(LogLine.flops(0)).isEqualTo("0.0");
    assertThat(LogLine.flops(999)).isEqualTo("999.0");
    assertThat(LogLine.flops(1_500)).isEqualTo("1.5KFLOPS");
    assertThat(LogLine.flops(2.34e13)).isEqualTo("23.4TFLOPS");
  }

  @Test
  void framesResultsWithDashesOneLongerThanTheText() {
    assertThat(LogLine.framed("abc")).isEqualTo("----\nabc\n----");
  }
}
