package neox.weights.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import neox.config.model.ModelConfig;
import neox.weights.DType;
import neox.weights.Golden;
import neox.weights.Models;
import neox.weights.Shape;
import neox.weights.TensorView;
import org.junit.jupiter.api.Test;

class ShardsTest {
  private static final int MAX_RANKS = 4;

  /// Every share, on tensors of one to three dims, each of which divides over 1 to 4 ranks.
  @Test
  void joiningWhatWasSplitGivesTheWhole() {
    for (int ranks = 1; ranks <= MAX_RANKS; ranks++) {
      for (ParameterSpec spec : everyShare()) {
        TensorView whole = counted(spec.shape());
        List<TensorView> pieces = pieces(spec, whole, ranks);
        for (TensorView piece : pieces) {
          assertThat(piece.shape()).as(spec.toString()).isEqualTo(Shards.local(spec, ranks));
        }
        assertThat(Golden.values(Shards.join(spec, pieces)))
            .as("%s on %d ranks", spec, ranks)
            .isEqualTo(Golden.values(whole));
      }
    }
  }

  @Test
  void aSplitDimShrinksAndTheOthersStay() {
    for (int ranks = 1; ranks <= MAX_RANKS; ranks++) {
      for (ParameterSpec spec : everyShare()) {
        Shape local = Shards.local(spec, ranks);
        switch (spec.share()) {
          case Share.Split split ->
              assertThat(local.with(split.dim(), spec.shape().size(split.dim())))
                  .isEqualTo(spec.shape());
          case Share.Same _, Share.AddedOnce _, Share.Summed _ ->
              assertThat(local).isEqualTo(spec.shape());
        }
        assertThat(local.count() * (spec.share() instanceof Share.Split ? ranks : 1))
            .isEqualTo(spec.shape().count());
      }
    }
  }

  @Test
  void wholeNetworksSurviveEveryNumberOfRanks() {
    for (ModelConfig model :
        List.of(Models.pythia(), Models.gpt3(), Models.relative(), allKeyHeads())) {
      for (ParameterSpec spec : NetworkSpec.of(model, 512).parameters()) {
        for (int ranks : new int[] {1, 2, 4}) {
          TensorView whole = counted(spec.shape());
          TensorView joined = Shards.join(spec, pieces(spec, whole, ranks));
          assertThat(joined.bytes().mismatch(whole.bytes())).as(spec.key()).isEqualTo(-1);
        }
      }
    }
  }

  private static ModelConfig allKeyHeads() {
    ModelConfig llama = Models.llama();
    return llama.withDims(llama.dims().withKvHeads(4));
  }

  /// formats c.3: per rank all its q heads, then its k heads, then its v heads.
  @Test
  void groupedQueriesAreSplitSectionBySection() {
    Share.Split share = new Share.Split(0, List.of(4L, 2L, 2L));
    assertThat(split(share, row(0, 1, 2, 3, 10, 11, 20, 21), 2))
        .containsExactly("[0.0, 1.0, 10.0, 20.0]", "[2.0, 3.0, 11.0, 21.0]");
    assertThat(join(share, Shape.of(8), row(1, 2, 3, 4), row(5, 6, 7, 8)))
        .containsExactly(1, 2, 5, 6, 3, 7, 4, 8);
  }

  /// formats c.3: per rank `[up | gate]` of its part.
  @Test
  void gatedColumnsAreSplitHalfByHalf() {
    Share.Split share = new Share.Split(0, List.of(4L, 4L));
    assertThat(split(share, row(0, 1, 2, 3, 10, 11, 12, 13), 2))
        .containsExactly("[0.0, 1.0, 10.0, 11.0]", "[2.0, 3.0, 12.0, 13.0]");
    assertThat(join(share, Shape.of(8), row(1, 2, 3, 4), row(5, 6, 7, 8)))
        .containsExactly(1, 2, 5, 6, 3, 4, 7, 8);
  }

  @Test
  void contiguousPartsAreViewsOfTheWhole() {
    TensorView whole = row(1, 2, 3, 4);
    ParameterSpec spec = spec(Share.Split.even(0, 4), whole.shape());
    TensorView second = Shards.split(spec, whole, 1, 2);
    assertThat(Golden.values(second)).containsExactly(3, 4);
    assertThat(second.bytes().asOverlappingSlice(whole.bytes())).isPresent();
    assertThat(Shards.split(spec, whole, 0, 1)).isSameAs(whole);
  }

  @Test
  void onlyTheFirstRankHoldsASummedBias() {
    Share summed = new Share.Summed();
    assertThat(split(summed, row(1, 2), 3))
        .containsExactly("[1.0, 2.0]", "[0.0, 0.0]", "[0.0, 0.0]");
    assertThat(join(summed, Shape.of(2), row(1, 2), row(3, 4))).containsExactly(4, 6);
  }

  @Test
  void equalCopiesAreAveragedWhereTheyDrifted() {
    for (Share share : List.of(Share.SAME, new Share.AddedOnce())) {
      assertThat(join(share, Shape.of(2), row(1, 2), row(1, 2))).containsExactly(1, 2);
      assertThat(join(share, Shape.of(2), row(1, 2), row(3, 2))).containsExactly(2, 2);
    }
  }

  @Test
  void joinsRowParallelMatricesColumnByColumn() {
    TensorView left = new TensorView(DType.FLOAT64, Shape.of(2, 1), row(1, 2).bytes());
    TensorView right = new TensorView(DType.FLOAT64, Shape.of(2, 1), row(3, 4).bytes());
    assertThat(join(Share.Split.even(1, 2), Shape.of(2, 2), left, right))
        .containsExactly(1, 3, 2, 4);
  }

  @Test
  void refusesWhatDoesNotDivide() {
    ParameterSpec five = spec(Share.Split.even(0, 5), Shape.of(5));
    assertThatThrownBy(() -> Shards.local(five, 2))
        .hasMessage("0.x [5] does not divide over 2 ranks");
    ParameterSpec sections = spec(new Share.Split(0, List.of(3L, 5L)), Shape.of(8));
    assertThatThrownBy(() -> Shards.local(sections, 2))
        .as("though the whole dim would")
        .hasMessage("0.x [8] does not divide over 2 ranks");
  }

  private static List<ParameterSpec> everyShare() {
    List<ParameterSpec> specs = new ArrayList<>();
    for (Shape shape : List.of(Shape.of(24), Shape.of(24, 12), Shape.of(12, 24, 36))) {
      for (Share share : List.of(Share.SAME, new Share.AddedOnce(), new Share.Summed())) {
        specs.add(spec(share, shape));
      }
      for (int dim = 0; dim < shape.rank(); dim++) {
        long size = shape.size(dim);
        specs.add(spec(Share.Split.even(dim, size), shape));
        if (size == 24) {
          specs.add(spec(new Share.Split(dim, List.of(12L, 12L)), shape));
        }
        if (size == 36) {
          specs.add(spec(new Share.Split(dim, List.of(12L, 24L)), shape));
          specs.add(spec(new Share.Split(dim, List.of(12L, 12L, 12L)), shape));
        }
      }
    }
    return specs;
  }

  private static List<TensorView> pieces(ParameterSpec spec, TensorView whole, int ranks) {
    return IntStream.range(0, ranks)
        .mapToObj(rank -> Shards.split(spec, whole, rank, ranks))
        .toList();
  }

  private static List<String> split(Share share, TensorView whole, int ranks) {
    return pieces(spec(share, whole.shape()), whole, ranks).stream()
        .map(piece -> Arrays.toString(Golden.values(piece)))
        .toList();
  }

  private static double[] join(Share share, Shape whole, TensorView... pieces) {
    return Golden.values(Shards.join(spec(share, whole), List.of(pieces)));
  }

  private static ParameterSpec spec(Share share, Shape shape) {
    return new ParameterSpec(
        List.of(new Home(0, "x")), shape, new Initializer.Constant(0), share, Group.PLAIN, true);
  }

  private static TensorView counted(Shape shape) {
    double[] values = DoubleStream.iterate(1, x -> x + 1).limit(shape.count()).toArray();
    return new TensorView(DType.FLOAT64, shape, MemorySegment.ofArray(values));
  }

  private static TensorView row(double... values) {
    return new TensorView(DType.FLOAT64, Shape.of(values.length), MemorySegment.ofArray(values));
  }
}
