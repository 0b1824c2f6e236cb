package neox.train.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import neox.weights.spec.Group;
import org.junit.jupiter.api.Test;

class FlatLayoutTest {
  private static final long[] COUNTS = {1, 63, 64, 65, 130, 1000};

  @Test
  void partsCoverEveryElementOnceAndInOrder() {
    forAllLayouts((whole, parts) -> {
      FlatLayout layout = new FlatLayout(whole, parts, Cut.ANYWHERE);
      Map<String, Long> covered = new HashMap<>();
      for (int part = 0; part < parts; part++) {
        for (Slice slice : layout.part(part)) {
          assertThat(slice.from()).isEqualTo(covered.getOrDefault(slice.key(), 0L));
          assertThat(slice.count()).isPositive();
          covered.put(slice.key(), slice.to());
        }
      }
      for (Slice parameter : whole) {
        assertThat(covered).containsEntry(parameter.key(), parameter.to());
      }
    });
  }

  @Test
  void slicesLieInsideTheirPartOfTheBufferWithoutOverlap() {
    forAllLayouts((whole, parts) -> {
      FlatLayout layout = new FlatLayout(whole, parts, Cut.ANYWHERE);
      assertThat(layout.length()).isEqualTo(parts * layout.partLength());
      long end = 0;
      for (int part = 0; part < parts; part++) {
        for (Slice slice : layout.part(part)) {
          assertThat(layout.offset(slice)).isGreaterThanOrEqualTo(end);
          end = layout.offset(slice) + slice.count();
          assertThat(layout.offset(slice)).isGreaterThanOrEqualTo(part * layout.partLength());
          assertThat(end).isLessThanOrEqualTo((part + 1) * layout.partLength());
        }
      }
    });
  }

  @Test
  void cutsAndParametersBeginAtMultiplesOfTheAlignment() {
    forAllLayouts((whole, parts) -> {
      FlatLayout layout = new FlatLayout(whole, parts, Cut.ANYWHERE);
      for (int part = 0; part < parts; part++) {
        for (Slice slice : layout.part(part)) {
          assertThat(slice.from() % FlatLayout.ALIGNMENT).isZero();
          assertThat(layout.offset(slice) % FlatLayout.ALIGNMENT).isZero();
        }
      }
    });
  }

  @Test
  void noPartIsLongerThanItsShareRoundedUp() {
    forAllLayouts((whole, parts) -> {
      long padded = 0;
      for (Slice parameter : whole) {
        padded += Math.ceilDiv(parameter.count(), FlatLayout.ALIGNMENT) * FlatLayout.ALIGNMENT;
      }
      long length = new FlatLayout(whole, parts, Cut.ANYWHERE).partLength();
      assertThat(length - Math.ceilDiv(padded, parts)).isBetween(0L, FlatLayout.ALIGNMENT - 1);
    });
  }

  @Test
  void aSliceIsARunOfElements() {
    assertThatThrownBy(() -> new Slice(Parameters.spec("w", Group.PLAIN, 3), 2, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("0.w has no slice 2 to 1");
  }

  private interface Check {
    void of(List<Slice> whole, int parts);
  }

  /// All lists of one to three of the counts, cut into one to nine parts.
  private static void forAllLayouts(Check check) {
    for (int length = 1; length <= 3; length++) {
      for (int code = 0; code < Math.pow(COUNTS.length, length); code++) {
        List<Slice> whole = new ArrayList<>();
        for (int i = 0, rest = code; i < length; i++, rest /= COUNTS.length) {
          long count = COUNTS[rest % COUNTS.length];
          whole.add(Slice.whole(Parameters.spec("w" + i, Group.PLAIN, count), count));
        }
        for (int parts = 1; parts <= 9; parts++) {
          check.of(whole, parts);
        }
      }
    }
  }
}
