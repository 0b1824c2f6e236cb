package neox.config.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PartitionTest {
  @Test
  void theFirstUniformPartsTakeWhatIsLeftOver() {
    assertThat(Partition.uniform(9, 2).bounds()).isEqualTo(List.of(0, 5, 9));
    assertThat(Partition.uniform(9, 4).bounds()).isEqualTo(List.of(0, 3, 5, 7, 9));
    assertThat(Partition.uniform(4, 4).bounds()).isEqualTo(List.of(0, 1, 2, 3, 4));
    assertThat(Partition.uniform(7, 1).bounds()).isEqualTo(List.of(0, 7));
  }

  @Test
  void balancedPartsAreCutAsLateAsTheyMayBe() {
    long[] weights = {0, 1, 1, 1, 1, 1, 1, 0, 0};
    assertThat(Partition.balanced(weights, 1).bounds()).isEqualTo(List.of(0, 9));
    assertThat(Partition.balanced(weights, 2).bounds()).isEqualTo(List.of(0, 4, 9));
    assertThat(Partition.balanced(weights, 3).bounds()).isEqualTo(List.of(0, 3, 5, 9));
  }

  @Test
  void moreUnequalWeightsAreBalanced() {
    assertThat(Partition.balanced(new long[] {5, 1, 1, 1, 5}, 3).bounds())
        .isEqualTo(List.of(0, 1, 4, 5));
    assertThat(Partition.balanced(new long[] {100, 7, 7, 7, 7, 1, 100}, 4).bounds())
        .isEqualTo(List.of(0, 1, 3, 6, 7));
  }

  /// In two parts, trying every cut is the definition.
  @Test
  void twoPartsAreAsEqualAsAnyTwo() {
    Random random = new Random(1);
    for (int run = 0; run < 200; run++) {
      long[] weights = random.longs(2 + random.nextInt(12), 0, 20).toArray();
      int cut = Partition.balanced(weights, 2).from(1);
      for (int other = 1; other < weights.length; other++) {
        assertThat(difference(weights, cut)).isLessThanOrEqualTo(difference(weights, other));
        if (other > cut) {
          assertThat(difference(weights, cut)).isLessThan(difference(weights, other));
        }
      }
    }
  }

  private static long difference(long[] weights, int cut) {
    long left = 0;
    long right = 0;
    for (int i = 0; i < weights.length; i++) {
      left += i < cut ? weights[i] : 0;
      right += i < cut ? 0 : weights[i];
    }
    return Math.abs(left - right);
  }

  @Test
  void refusesMorePartsThanItems() {
    assertThatThrownBy(() -> Partition.uniform(2, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("2 items in 3 parts");
    assertThatThrownBy(() -> Partition.balanced(new long[2], 3))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
