package neox.inference.decoding;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import neox.tensor.NativeRuntime;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class GrowingStoreTest {
  private static final Placement PLACEMENT = Placement.cpu(ScalarType.Float);

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @Test
  void keepsWhatItHoldsAndIsZeroElsewhereHoweverItGrows() {
    Random random = new Random(1);
    float[][] expected = new float[9][300]; // one head of one number
    long places = 0;
    try (var _ = Scope.open();
        GrowingStore store = new GrowingStore(PLACEMENT, PLACEMENT.zeros(1, 1, 1, 1))) {
      for (int step = 0; step < 60; step++) {
        int row = random.nextInt(1 + step / 8);
        int place = random.nextInt(1 + 4 * step);
        Tensor all = store.reserve(row + 1L, place + 1L, 250);
        assertThat(all.size(0)).isEqualTo(row + 1L);
        assertThat(all.size(2)).isBetween(place + 1L, 250L);
        places = Math.max(places, all.size(2));
        assertThat(all.size(2)).isEqualTo(places); // never smaller again
        expected[row][place] = step;
        all.select(0, row).narrow(1, place, 1).fill_(new Scalar(step));
      }
      float[] held = TensorData.floats(store.reserve(8, 1, 250));
      for (int i = 0; i < held.length; i++) {
        int width = held.length / 8;
        assertThat(held[i]).isEqualTo(expected[i / width][i % width]);
      }
    }
  }

  @Test
  void growsInBlocksAndByHalfOfWhatItIs() {
    try (var _ = Scope.open();
        GrowingStore store = new GrowingStore(PLACEMENT, PLACEMENT.zeros(1, 2, 1, 3))) {
      assertThat(store.reserve(1, 1, 1000).size(2)).isEqualTo(64);
      assertThat(store.reserve(1, 64, 1000).size(2)).isEqualTo(64);
      assertThat(store.reserve(1, 65, 1000).size(2)).isEqualTo(128);
      assertThat(store.reserve(1, 400, 1000).size(2)).isEqualTo(448);
      assertThat(store.reserve(1, 449, 1000).size(2)).isEqualTo(704);
      assertThat(store.reserve(1, 705, 1000).size(2)).isEqualTo(1000);
    }
  }

  @Test
  void copiesTheBeginningOfARow() {
    try (var _ = Scope.open();
        GrowingStore from = new GrowingStore(PLACEMENT, PLACEMENT.zeros(1, 1, 1, 1));
        GrowingStore to = from.another()) {
      Tensor held = PLACEMENT.floats(new float[] {0, 0, 0, 1, 2, 3}, 2, 1, 3, 1);
      from.reserve(2, 3, 9).narrow(2, 0, 3).copy_(held);
      to.reserve(3, 3, 9);
      to.copy(from, 1, 1, 2, 2);
      assertThat(TensorData.floats(to.reserve(3, 3, 9).narrow(2, 0, 3)))
          .containsExactly(0, 0, 0, 1, 2, 0, 1, 2, 0);
    }
  }
}
