package neox.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.List;
import neox.config.ModelConfig;
import neox.weights.neox.Models;
import org.junit.jupiter.api.Test;

class ShardsTest {
  private static final ModelConfig LLAMA = Models.llama();

  @Test
  void joinsEachShareItsOwnWay() {
    assertThat(join(Share.COLUMNS, Shape.of(4), row(1, 2), row(3, 4))).containsExactly(1, 2, 3, 4);
    assertThat(join(Share.VOCABULARY, Shape.of(4), row(1, 2), row(3, 4)))
        .containsExactly(1, 2, 3, 4);
    assertThat(join(Share.GATED_COLUMNS, Shape.of(8), row(1, 2, 3, 4), row(5, 6, 7, 8)))
        .containsExactly(1, 2, 5, 6, 3, 4, 7, 8);
    // 4 query heads and 2 key/value heads on 2 ranks: [q q k v] and [q q k v]
    assertThat(join(Share.GROUPED_QKV, Shape.of(8), row(1, 2, 3, 4), row(5, 6, 7, 8)))
        .containsExactly(1, 2, 5, 6, 3, 7, 4, 8);
    assertThat(join(Share.SUMMED, Shape.of(2), row(1, 2), row(3, 4))).containsExactly(4, 6);
    assertThat(join(Share.SAME, Shape.of(2), row(1, 2), row(1, 2))).containsExactly(1, 2);
    assertThat(join(Share.SAME, Shape.of(2), row(1, 2), row(3, 2))).containsExactly(2, 2);
  }

  @Test
  void joinsRowParallelMatricesColumnByColumn() {
    TensorView left = new TensorView(DType.FLOAT64, Shape.of(2, 1), row(1, 2).bytes());
    TensorView right = new TensorView(DType.FLOAT64, Shape.of(2, 1), row(3, 4).bytes());
    assertThat(join(Share.ROWS, Shape.of(2, 2), left, right)).containsExactly(1, 3, 2, 4);
  }

  @Test
  void refusesWhatDoesNotDivide() {
    ParameterSpec spec = spec(Share.COLUMNS, Shape.of(5));
    assertThatThrownBy(() -> new Shards(LLAMA, 2).shape(spec))
        .hasMessage("0.x [5] does not divide over 2 ranks");
  }

  private static double[] join(Share share, Shape whole, TensorView... pieces) {
    return Golden.values(
        new Shards(LLAMA, pieces.length).join(spec(share, whole), List.of(pieces)));
  }

  private static ParameterSpec spec(Share share, Shape shape) {
    return new ParameterSpec(0, "x", shape, new Initializer.Constant(0), false, share);
  }

  private static TensorView row(double... values) {
    return new TensorView(DType.FLOAT64, Shape.of(values.length), MemorySegment.ofArray(values));
  }
}
