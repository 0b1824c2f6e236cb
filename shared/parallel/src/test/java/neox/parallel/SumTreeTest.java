package neox.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import neox.parallel.SumTree.Node;
import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SumTreeTest {
  private static final int NUMBERS = 64;

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @Test
  void powersOfTwoLieTogetherOnEachRank() {
    for (int ranks : List.of(1, 2, 4, 8)) {
      assertThat(SumTree.ofTurns(8, ranks).mostHeld(ranks)).isEqualTo(1);
      assertThat(SumTree.ofRuns(8, ranks).mostHeld(ranks)).isEqualTo(1);
    }
    assertThat(SumTree.ofTurns(8, 2).termsOf(1)).containsExactly(1, 5, 3, 7);
    assertThat(SumTree.ofRuns(8, 2).termsOf(1)).containsExactly(4, 5, 6, 7);
  }

  @Test
  void ranksThatCannotShareTermsAlikeAreRefused() {
    assertThatThrownBy(() -> SumTree.ofTurns(8, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("3 ranks cannot share 8 terms alike");
  }

  /// Of so many numbers, some have other bits in another order.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 6, 12})
  void theSumIsTheSameWhoeverHoldsTheTerms(int ranks) {
    float[][] terms = terms();
    assertThat(sum(SumTree.ofTurns(12, ranks), ranks, terms))
        .isEqualTo(sum(SumTree.ofTurns(12, 1), 1, terms));
    assertThat(sum(SumTree.ofRuns(12, ranks), ranks, terms))
        .isEqualTo(sum(SumTree.ofRuns(12, 1), 1, terms));
    assertThat(sum(SumTree.ofRuns(12, 1), 1, terms))
        .isNotEqualTo(sum(SumTree.ofTurns(12, 1), 1, terms));
  }

  private static float[][] terms() {
    Random random = new Random(1);
    float[][] terms = new float[12][NUMBERS];
    for (float[] term : terms) {
      for (int i = 0; i < NUMBERS; i++) {
        term[i] = (float) random.nextGaussian();
      }
    }
    return terms;
  }

  /// Each rank adds up what it holds of them; the rest is added of that.
  private static float[] sum(SumTree tree, int ranks, float[][] terms) {
    try (var _ = Scope.open()) {
      Map<Node, Tensor> gathered = new HashMap<>();
      for (int rank = 0; rank < ranks; rank++) {
        Map<Node, Tensor> mine = new HashMap<>();
        List<Node> leaves = tree.leavesOf(rank);
        for (int i = 0; i < leaves.size(); i++) {
          float[] term = terms[tree.termsOf(rank).get(i)];
          mine.put(leaves.get(i), TensorData.ofFloats(term, NUMBERS));
        }
        for (Node node : tree.held(rank)) {
          gathered.put(node, tree.sum(node, each -> Optional.ofNullable(mine.get(each))));
        }
      }
      return TensorData.floats(tree.sum(gathered));
    }
  }
}
