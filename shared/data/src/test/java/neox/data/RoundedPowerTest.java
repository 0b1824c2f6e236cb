package neox.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoundedPowerTest {
  /// See the README beside the cases.
  private static final Path POWERS = Path.of("src/test/resources/golden/powers/powers.tsv");

  @Test
  void isPythonsToTheLastBitUnlessThatMissesTheNearestNumber() throws IOException {
    List<String> different = new ArrayList<>();
    int missed = 0;
    for (String line : Files.readAllLines(POWERS)) {
      String[] fields = line.split("\t", -1);
      double python = Double.parseDouble(fields[2]);
      double ours = RoundedPower.of(Double.parseDouble(fields[0]), Double.parseDouble(fields[1]));
      boolean isNearest = fields.length == 3;
      missed += isNearest ? 0 : 1;
      boolean expected =
          isNearest ? ours == python : ours == Math.nextUp(python) || ours == Math.nextDown(python);
      if (!expected) {
        different.add(line + " found " + Double.toHexString(ours));
      }
    }
    assertThat(different).isEmpty();
    assertThat(missed).isLessThan(10);
  }

  @Test
  void hasTheLimitsOfPowers() {
    assertThat(RoundedPower.of(0, 0.3)).isZero();
    assertThat(RoundedPower.of(0, 0)).isEqualTo(1);
    assertThat(RoundedPower.of(0.5, 2000)).isZero();
    assertThat(RoundedPower.of(0.5, -2000)).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(RoundedPower.of(0.25, -0.5)).isEqualTo(2);
  }
}
