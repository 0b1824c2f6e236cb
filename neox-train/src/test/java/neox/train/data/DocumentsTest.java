package neox.train.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.OptionalInt;
import neox.config.DocumentMask;
import neox.model.Inputs;
import neox.model.position.Places;
import neox.tensor.NativeRuntime;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DocumentsTest {
  private static final Placement CPU = Placement.cpu(ScalarType.Float);
  private static final int EOD = 0;

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @Test
  void anEndOfDocumentTokenBelongsToTheDocumentThatItEnds() {
    Documents documents = documents(true, true);
    assertThat(documents.lengths(new int[] {5, EOD, 6, 7, EOD, 8, 9}, new int[] {0}, 6))
        .containsExactly(2, 3, 1);
    assertThat(documents.lengths(new int[] {EOD, EOD, 6, EOD}, new int[] {0}, 4))
        .containsExactly(1, 1, 2);
  }

  @Test
  void theBeginningsThatTheDataKnowNeedNoToken() {
    Documents documents = new Documents(new DocumentMask(true, true), OptionalInt.empty());
    int[] starts = {0, 2, 6, 9};
    assertThat(documents.lengths(new int[] {5, 4, 6, 7, 4, 8, 9}, starts, 6)).containsExactly(2, 4);
    assertThat(documents.lengths(new int[] {5, 4, 6, 7, 4, 8, 9}, starts, 2)).containsExactly(2);
  }

  @Test
  void bothKindsOfBoundsCountOnce() {
    assertThat(documents(true, true).lengths(new int[] {5, EOD, 6, 7}, new int[] {0, 2}, 4))
        .containsExactly(2, 2);
  }

  @Test
  void positionsAndAttentionAreResetEachByItsOwnKey() {
    int[][] rows = {{5, EOD, 6, 7, 8}, {5, 6, 7, EOD, 8}};
    int[][] starts = {{0}, {0, 1}};
    try (var _ = Scope.open()) {
      Inputs both = inputs(documents(true, true), rows, starts);
      assertThat(positions(both)).containsExactly(0, 1, 0, 1, 0, 0, 1, 2);
      assertThat(both.positions().end(4)).isEqualTo(3);
      assertThat(both.visibility().segments().orElseThrow().lengths())
          .containsExactly(new int[] {2, 2}, new int[] {1, 3});
      Inputs positionsAlone = inputs(documents(true, false), rows, starts);
      assertThat(positions(positionsAlone)).containsExactly(0, 1, 0, 1, 0, 0, 1, 2);
      assertThat(positionsAlone.visibility().segments()).isEmpty();
      Inputs attentionAlone = inputs(documents(false, true), rows, starts);
      assertThat(attentionAlone.positions()).isEqualTo(Places.fromStart());
      assertThat(attentionAlone.visibility().segments()).isPresent();
    }
  }

  @Test
  void aSampleOfOneDocumentIsReadAsWithoutAMask() {
    try (var _ = Scope.open()) {
      Inputs inputs = inputs(documents(true, true), new int[][] {{5, 6, 7}}, new int[][] {{0}});
      assertThat(inputs.positions()).isEqualTo(Places.fromStart());
      assertThat(inputs.visibility().segments()).isEmpty();
    }
  }

  private static Documents documents(boolean positions, boolean attention) {
    return new Documents(new DocumentMask(positions, attention), OptionalInt.of(EOD));
  }

  private static Inputs inputs(Documents documents, int[][] rows, int[][] starts) {
    int[][] tokens = new int[rows.length][];
    for (int row = 0; row < rows.length; row++) {
      tokens[row] = Arrays.copyOf(rows[row], rows[row].length - 1);
    }
    return documents.inputs(CPU.ids(tokens), rows, starts, CPU);
  }

  private static long[] positions(Inputs inputs) {
    return switch (inputs.positions()) {
      case Places.From _ -> new long[0];
      case Places.Each(var each, _) -> TensorData.longs(each);
    };
  }
}
