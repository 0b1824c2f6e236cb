package neox.tokenizer.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PairCountsTest {
  @Test
  void numbersPairsAsTheyComeAndCountsThemWhileItGrows() {
    Random random = new Random(3);
    PairCounts counts = new PairCounts();
    Map<Long, Long> expected = new HashMap<>();
    List<Long> order = new ArrayList<>();
    for (int i = 0; i < 200_000; i++) {
      long pair = PairCounts.pair(random.nextInt(200), random.nextInt(200));
      long change = random.nextLong(10) - 4;
      if (!expected.containsKey(pair)) {
        order.add(pair);
      }
      expected.merge(pair, change, Long::sum);
      int number = counts.add(pair, change);
      assertThat(counts.pair(number)).isEqualTo(pair);
    }
    assertThat(order).hasSizeGreaterThan(1 << 14);
    for (int number = 0; number < order.size(); number++) {
      assertThat(counts.pair(number)).isEqualTo(order.get(number));
      assertThat(counts.count(number)).isEqualTo(expected.get(order.get(number)));
    }
  }
}
