package neox.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import neox.parallel.comm.CommunicationException;
import neox.parallel.comm.Communicator;
import neox.tensor.CustomFunction;
import neox.tensor.Gradients;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 10, unit = TimeUnit.MINUTES)
class TensorParallelTest {
  private static final long HIDDEN = 16;
  private static final long INNER = 64;

  /// The ranks' sums have other orders than the whole's: one float32 rounding each.
  private static final double TOLERANCE = 1e-5;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void partsOfTheLastDimComeSideBySideOnEveryRank(int size) {
    Tensor whole;
    try (var _ = Scope.open()) {
      whole = Scope.keep(torch.arange(new Scalar(2 * 3 * 8)).view(2, 3, 8).to(ScalarType.BFloat16));
    }
    Ranks.runInProcess(
        ranks(size),
        ranks -> {
          try (var _ = Scope.open()) {
            long columns = 8 / size;
            Tensor part = whole.narrow(2, ranks.tensor().rank() * columns, columns);
            for (TensorParallel tp :
                new TensorParallel[] {ranks.tensorParallel(), ranks.sequenceParallel()}) {
              assertThat(torch.equal(tp.gather(part), whole)).isTrue();
            }
            TensorParallel shards = TensorParallel.ofShards(ranks.tensor(), 4);
            List<Tensor> each = new ArrayList<>();
            for (long shard = 0; shard < shards.ownShards(); shard++) {
              each.add(part.narrow(2, shard * 2, 2));
            }
            assertThat(torch.equal(shards.gatherAll(each), whole)).isTrue();
          }
        });
  }

  private static Topology ranks(int tensor) {
    return new Topology(1, 1, tensor);
  }

  private static void close(Tensor actual, Tensor expected) {
    assertThat(torch.allclose(actual, expected, TOLERANCE, TOLERANCE, false))
        .as("largest difference %s", actual.sub(expected).abs().max().item_float())
        .isTrue();
  }

  /// x + W₂ gelu(W₁ x + b₁) + b₂, whole or one rank's part (arXiv:1909.08053 fig. 3a).
  private record Mlp(Tensor x, Tensor w1, Tensor b1, Tensor w2, Tensor b2) {
    static Mlp whole() {
      Generator draws = torch.make_generator_cpu(7);
      return new Mlp(
          random(draws, 5, HIDDEN),
          random(draws, INNER, HIDDEN),
          random(draws, INNER),
          random(draws, HIDDEN, INNER),
          random(draws, HIDDEN));
    }

    private static Tensor random(Generator draws, long... sizes) {
      return torch.randn(sizes, new GeneratorOptional(draws)).mul(new Scalar(0.25));
    }

    Mlp part(int rank, int size) {
      long rows = INNER / size;
      return new Mlp(
          x,
          w1.narrow(0, rank * rows, rows),
          b1.narrow(0, rank * rows, rows),
          w2.narrow(1, rank * rows, rows),
          b2);
    }

    Mlp map(UnaryOperator<Tensor> each) {
      return new Mlp(each.apply(x), each.apply(w1), each.apply(b1), each.apply(w2), each.apply(b2));
    }

    Mlp leaves() {
      return map(t -> t.contiguous().clone().set_requires_grad(true));
    }

    Mlp gradients() {
      return map(t -> Gradients.of(t).orElseThrow());
    }

    Tensor forward(TensorParallel tp) {
      Tensor inner = torch.linear(tp.enter(x), w1, new TensorOptional(b1));
      return x.add(tp.leave(torch.linear(torch.gelu(inner), w2))).add(b2);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void megatronsMlpIsTheSameOnAnyNumberOfRanks(int size) {
    Ranks.runInProcess(
        ranks(size),
        ranks -> {
          try (var _ = Scope.open()) {
            Mlp whole = Mlp.whole().leaves();
            Tensor expected = whole.forward(TensorParallel.single());
            Mlp part = Mlp.whole().part(ranks.at().tensor(), size).leaves();
            Tensor actual = part.forward(ranks.tensorParallel());
            close(actual.detach(), expected.detach());
            Tensor gradient = Mlp.whole().x();
            for (Tensor output : new Tensor[] {expected, actual}) {
              output.backward(gradient, new BoolOptional(), false, new TensorArrayRefOptional());
            }
            Mlp theirs = whole.gradients().part(ranks.at().tensor(), size);
            Mlp mine = part.gradients();
            close(mine.x, Gradients.of(whole.x).orElseThrow());
            close(mine.w1, theirs.w1);
            close(mine.b1, theirs.b1);
            close(mine.w2, theirs.w2);
            close(mine.b2, theirs.b2);
          }
        });
  }

  /// The same with a slice of the sequence on each rank between the regions: what a slice leads to
  /// is that slice of the whole, in forward and backward.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void slicesOfTheSequenceAreSlicesOfTheWhole(int size) {
    Ranks.runInProcess(
        ranks(size),
        ranks -> {
          try (var _ = Scope.open()) {
            Generator draws = torch.make_generator_cpu(7);
            Tensor x = Mlp.random(draws, 3, 8, HIDDEN).set_requires_grad(true);
            Tensor w1 = Mlp.random(draws, INNER, HIDDEN);
            Tensor w2 = Mlp.random(draws, HIDDEN, INNER);
            Tensor expected = x.add(torch.linear(torch.gelu(torch.linear(x, w1)), w2));
            Tensor upstream = Mlp.random(draws, 3, 8, HIDDEN);
            backward(expected, upstream);

            long rows = INNER / size;
            long rank = ranks.at().tensor();
            Tensor whole = x.detach().set_requires_grad(true);
            TensorParallel tp = ranks.sequenceParallel();
            Tensor slice = tp.slice(whole);
            assertThat(slice.size(1)).isEqualTo(8 / size);
            Tensor inner = torch.linear(tp.enter(slice), w1.narrow(0, rank * rows, rows));
            Tensor part = torch.linear(torch.gelu(inner), w2.narrow(1, rank * rows, rows));
            Tensor actual = slice.add(tp.leave(part));
            close(actual.detach(), slice(expected.detach(), rank, size));
            backward(actual, slice(upstream, rank, size));
            close(Gradients.of(whole).orElseThrow(), Gradients.of(x).orElseThrow());
          }
        });
  }

  private static Tensor slice(Tensor x, long rank, int size) {
    return x.narrow(1, rank * x.size(1) / size, x.size(1) / size);
  }

  private static void backward(Tensor output, Tensor gradient) {
    output.backward(gradient, new BoolOptional(), false, new TensorArrayRefOptional());
  }

  @Test
  void oneRankReturnsTheVeryTensor() {
    try (var _ = Scope.open()) {
      Tensor x = torch.ones(2).set_requires_grad(true);
      TensorParallel single = TensorParallel.of(Communicator.alone());
      assertThat(single.enter(x)).isSameAs(x);
      assertThat(single.leave(x)).isSameAs(x);
      assertThat(single.max(x)).isSameAs(x);
      assertThat(single.sum(x)).isSameAs(x);
      assertThat(single.rank()).isZero();
      assertThat(single.size()).isOne();
    }
  }

  @Test
  void leavingDoesNotTouchWhatAutogradHasSaved() {
    Ranks.runInProcess(
        ranks(2),
        ranks -> {
          try (var _ = Scope.open()) {
            Tensor x = torch.full(new long[] {1}, new Scalar(2.0)).set_requires_grad(true);
            Tensor saved = x.exp(); // exp's backward reads its output
            Tensor y = ranks.tensorParallel().leave(saved);
            y.backward();
            assertThat(y.item_float()).isEqualTo(2 * saved.item_float());
            assertThat(Gradients.of(x).orElseThrow().item_float()).isEqualTo(saved.item_float());
          }
        });
  }

  @Test
  void gradientsThatEnterAreSummedInACopy() {
    Ranks.runInProcess(
        ranks(2),
        ranks -> {
          try (var _ = Scope.open()) {
            Tensor x = torch.ones(1).set_requires_grad(true);
            Tensor other = torch.ones(1).set_requires_grad(true);
            // add hands one gradient tensor to both of its arguments
            ranks.tensorParallel().enter(x).add(other).mul(new Scalar(ranks.rank() + 1)).backward();
            assertThat(Gradients.of(x).orElseThrow().item_float()).isEqualTo(3);
            assertThat(Gradients.of(other).orElseThrow().item_float()).isEqualTo(ranks.rank() + 1);
          }
        });
  }

  @Test
  void maxAndSumHaveNoGradientAndLeaveTheirArgumentAlone() {
    Ranks.runInProcess(
        ranks(3),
        ranks -> {
          try (var _ = Scope.open()) {
            int rank = ranks.at().tensor();
            Tensor x = TensorData.ofFloats(new float[] {rank, -rank}, 2).set_requires_grad(true);
            TensorParallel tp = ranks.tensorParallel();
            assertThat(TensorData.floats(tp.max(x))).containsExactly(2, 0);
            assertThat(TensorData.floats(tp.sum(x))).containsExactly(3, -3);
            assertThat(tp.sum(x).requires_grad()).isFalse();
            assertThat(TensorData.floats(x)).containsExactly(rank, -rank);
            assertThat(tp.rank()).isEqualTo(rank);
            assertThat(tp.size()).isEqualTo(3);
          }
        });
  }

  @Test
  void aPeerThatIsMissingInTheBackwardShowsAsWhatItIs() {
    assertThatThrownBy(() ->
            Ranks.runInProcess(
                ranks(2),
                ranks -> {
                  try (var _ = Scope.open()) {
                    Tensor y = ranks.tensorParallel().enter(torch.ones(1).set_requires_grad(true));
                    if (ranks.isFirstOfAll()) {
                      CustomFunction.run(y::backward);
                    }
                  }
                }))
        .hasCauseExactlyInstanceOf(CommunicationException.class)
        .hasMessageEndingWith(
            "rank 0 of group tensor[0, 1]: allReduce SUM of Float[1]: rank 1 of the world left the"
                + " group");
  }
}
