package neox.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.Supplier;
import neox.tensor.fixture.NativeHeap;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CustomFunctionTest {
  private static final Scalar TWO = new Scalar(2);

  @AfterEach
  void noCallOutlivesItsGraph() {
    assertThat(FunctionCall.pending()).isZero();
  }

  private static Tensor withoutGraph(Supplier<Tensor> body) {
    try (var _ = new NoGradGuard()) {
      return body.get();
    }
  }

  /// x²
  private static Tensor square(Tensor x) {
    return CustomFunction.apply(
        withoutGraph(() -> x.mul(x)),
        List.of(x),
        List.of(x),
        (gradient, saved) -> List.of(Optional.of(gradient.mul(saved.getFirst()).mul(TWO))));
  }

  /// a·b + c
  private static Tensor multiplyAdd(Tensor a, Tensor b, Tensor c) {
    return CustomFunction.apply(
        withoutGraph(() -> a.mul(b).add(c)),
        List.of(a, b, c),
        List.of(a, b),
        (gradient, saved) ->
            List.of(
                Optional.of(gradient.mul(saved.get(1))),
                Optional.of(gradient.mul(saved.get(0))),
                Optional.of(gradient)));
  }

  private static Tensor leaf(float... values) {
    return TensorData.ofFloats(values, values.length).set_requires_grad(true);
  }

  private static float[] gradient(Tensor leaf) {
    return TensorData.floats(Gradients.of(leaf).orElseThrow());
  }

  /// Compares the gradients of three leaves with those of the same formula in plain operations.
  private static void sameGradients(
      Function<Tensor[], Tensor> custom, Function<Tensor[], Tensor> plain) {
    List<List<float[]>> results = new ArrayList<>();
    for (Function<Tensor[], Tensor> formula : List.of(custom, plain)) {
      Tensor[] leaves = {leaf(1, 2, 3), leaf(-4, 5, 6), leaf(0.5f, 0.25f, -7)};
      Tensor loss = formula.apply(leaves);
      loss.backward();
      results.add(
          List.of(
              TensorData.floats(loss),
              gradient(leaves[0]),
              gradient(leaves[1]),
              gradient(leaves[2])));
    }
    for (int i = 0; i < 4; i++) {
      // The same float32 products in the same order.
      assertThat(results.get(0).get(i)).containsExactly(results.get(1).get(i));
    }
  }

  @Test
  void agreesWithAutogradOnLeavesAndOnResults() {
    try (var _ = Scope.open()) {
      sameGradients(l -> multiplyAdd(l[0], l[1], l[2]).sum(), l -> l[0].mul(l[1]).add(l[2]).sum());
      sameGradients(
          l -> square(multiplyAdd(l[0].exp(), l[1], l[2].mul(TWO))).mul(l[1]).sum(),
          l -> {
            Tensor inner = l[0].exp().mul(l[1]).add(l[2].mul(TWO));
            return inner.mul(inner).mul(l[1]).sum();
          });
    }
  }

  @Test
  void agreesWithAutogradWhenUsedTwiceAndWhenOneInputComesTwice() {
    try (var _ = Scope.open()) {
      sameGradients(
          l -> {
            Tensor y = multiplyAdd(l[0], l[1], l[2]);
            return y.mul(y).add(y.exp().mul(new Scalar(0.125))).sum();
          },
          l -> {
            Tensor y = l[0].mul(l[1]).add(l[2]);
            return y.mul(y).add(y.exp().mul(new Scalar(0.125))).sum();
          });
      sameGradients(
          l -> multiplyAdd(l[0], l[0], l[1]).mul(l[2]).sum(),
          l -> l[0].mul(l[0]).add(l[1]).mul(l[2]).sum());
    }
  }

  @Test
  void agreesWithAutogradOnScalarsAndAfterInPlaceOperations() {
    try (var _ = Scope.open()) {
      sameGradients(
          l -> square(l[0].mul(l[1]).mul(l[2]).sum()),
          l -> {
            Tensor s = l[0].mul(l[1]).mul(l[2]).sum();
            return s.mul(s);
          });
      sameGradients(
          l -> multiplyAdd(l[0], l[1], l[2]).mul_(TWO).exp().sum(),
          l -> l[0].mul(l[1]).add(l[2]).mul_(TWO).exp().sum());
    }
  }

  @Test
  void shapesAndTypesOfOutputAndInputsMayDiffer() {
    try (var _ = Scope.open()) {
      Tensor x = torch.ones(2, 3).set_requires_grad(true);
      Tensor half = torch.ones(4).to(ScalarType.BFloat16).set_requires_grad(true);
      Tensor y =
          CustomFunction.apply(
              torch.ones(5),
              List.of(x, half),
              List.of(),
              (gradient, _) ->
                  List.of(
                      Optional.of(gradient.sum().expand(2, 3)),
                      Optional.of(gradient.narrow(0, 0, 4).to(ScalarType.BFloat16))));
      y.sum().backward();
      assertThat(gradient(x)).containsOnly(5f).hasSize(6);
      assertThat(gradient(half)).containsOnly(1f).hasSize(4);
      assertThat(ElementType.of(half.grad())).isSameAs(ScalarType.BFloat16);
    }
  }

  @Test
  void inputsWithoutGradientGetNone() {
    try (var _ = Scope.open()) {
      Tensor a = leaf(1, 2);
      Tensor fixed = TensorData.ofFloats(new float[] {3, 4}, 2);
      Tensor c = leaf(5, 6);
      multiplyAdd(a, fixed, c).sum().backward();
      assertThat(gradient(a)).containsExactly(3f, 4f);
      assertThat(gradient(c)).containsExactly(1f, 1f);
      assertThat(Gradients.of(fixed)).isEmpty();
    }
  }

  @Test
  void anEmptyGradientLeavesItsInputAlone() {
    try (var _ = Scope.open()) {
      Tensor a = leaf(1);
      Tensor b = leaf(2);
      CustomFunction.apply(
              torch.ones(1),
              List.of(a, b),
              List.of(),
              (gradient, _) -> List.of(Optional.empty(), Optional.of(gradient)))
          .backward();
      assertThat(Gradients.of(a)).isEmpty();
      assertThat(gradient(b)).containsExactly(1f);
    }
  }

  @Test
  void oneGradientForTwoInputsIsNotSharedBetweenThem() {
    try (var _ = Scope.open()) {
      Tensor a = leaf(1);
      Tensor b = leaf(1);
      for (int pass = 0; pass < 2; pass++) {
        CustomFunction.apply(
                torch.ones(1),
                List.of(a, b),
                List.of(),
                (gradient, _) -> List.of(Optional.of(gradient), Optional.of(gradient)))
            .backward();
      }
      a.mul(TWO).backward();
      assertThat(gradient(a)).containsExactly(4f);
      assertThat(gradient(b)).containsExactly(2f);
    }
  }

  @Test
  void theBackwardMayRunAGraphOfItsOwn() {
    try (var _ = Scope.open()) {
      Function<Tensor, Tensor> recomputed =
          x ->
              CustomFunction.apply(
                  withoutGraph(() -> square(x.exp())),
                  List.of(x),
                  List.of(x),
                  (gradient, saved) -> {
                    try (var _ = new AutoGradMode(true)) {
                      Tensor again = saved.getFirst().detach().set_requires_grad(true);
                      Tensor y = square(again.exp());
                      y.backward(gradient, new BoolOptional(), false, new TensorArrayRefOptional());
                      return List.of(Gradients.of(again));
                    }
                  });
      sameGradients(
          l -> recomputed.apply(square(l[0])).mul(l[1]).add(l[2]).sum(),
          l -> {
            Tensor e = l[0].mul(l[0]).exp();
            return e.mul(e).mul(l[1]).add(l[2]).sum();
          });
    }
  }

  @Test
  void returnsTheValueItselfWhenNoGradientCanBeAskedFor() {
    try (var _ = Scope.open()) {
      Tensor value = torch.ones(1);
      Tensor leaf = leaf(1);
      assertThat(CustomFunction.apply(value, torch.ones(1), g -> g)).isSameAs(value);
      assertThat(withoutGraph(() -> CustomFunction.apply(value, leaf, g -> g))).isSameAs(value);
      Tensor output = CustomFunction.apply(value, leaf, g -> g);
      assertThat(output.data_ptr().address()).isEqualTo(value.data_ptr().address());
      assertThat(output.requires_grad()).isTrue();
      assertThat(value.requires_grad()).isFalse();
    }
  }

  @Test
  void exceptionsOfTheBackwardArriveAsThemselves() {
    try (var _ = Scope.open()) {
      IllegalStateException mine = new IllegalStateException("the peer is gone");
      Supplier<Tensor> function =
          () ->
              CustomFunction.apply(
                  torch.ones(1),
                  leaf(1).exp(),
                  g -> {
                    throw mine;
                  });
      assertThatThrownBy(() -> CustomFunction.run(() -> function.get().backward())).isSameAs(mine);
      assertThatThrownBy(() -> function.get().backward())
          .isExactlyInstanceOf(RuntimeException.class)
          .hasMessage("java.lang.IllegalStateException: the peer is gone");
      Error error = new OutOfMemoryError("no");
      assertThatThrownBy(() ->
              CustomFunction.run(() ->
                  CustomFunction.apply(
                          torch.ones(1),
                          leaf(1),
                          g -> {
                            throw error;
                          })
                      .backward()))
          .isSameAs(error);
      assertThatThrownBy(() -> CustomFunction.run(() -> leaf(1, 2).backward()))
          .isExactlyInstanceOf(RuntimeException.class)
          .hasMessageContaining("grad can be implicitly created only for scalar outputs");
    }
  }

  @Test
  void refusesWrongGradientsAndASecondPass() {
    try (var _ = Scope.open()) {
      assertThatThrownBy(() ->
              CustomFunction.run(
                  () -> CustomFunction.apply(torch.ones(1), leaf(1, 2), g -> g).backward()))
          .hasMessage("gradient 0 has the shape [1], its input [2]");
      assertThatThrownBy(() ->
              CustomFunction.run(() ->
                  CustomFunction.apply(
                          torch.ones(1), List.of(leaf(1), leaf(2)), List.of(), (_, _) -> List.of())
                      .backward()))
          .hasMessage("the backward of a function of 2 inputs returned 0 gradients");
      Tensor y = square(leaf(1));
      y.backward(new Tensor(), new BoolOptional(true), false, new TensorArrayRefOptional());
      assertThatThrownBy(() -> CustomFunction.run(y::backward))
          .hasMessage("a second backward pass through the same custom function");
    }
  }

  @Test
  void hooksLiveAsLongAsTheGraphAndNotLonger() throws Exception {
    List<Tensor> outputs = new ArrayList<>();
    Tensor x = Scope.keep(leaf(3));
    for (int i = 0; i < 50; i++) {
      try (var _ = Scope.open()) {
        outputs.add(Scope.keep(square(x.exp().log())));
      }
    }
    for (int i = 0; i < 3; i++) {
      System.gc();
      Thread.sleep(20);
    }
    assertThat(FunctionCall.pending()).isEqualTo(50);
    outputs.subList(0, 25).forEach(Tensor::backward);
    assertThat(gradient(x)[0]).isEqualTo(25 * 6f);
    outputs.forEach(Scope::release); // half of them never ran
    assertThat(FunctionCall.pending()).isZero();
    Scope.release(x);
  }

  @Test
  void graphsAsDeepAsANetworkAreDroppedWithoutRecursion() throws Exception {
    int depth = 2000;
    boolean[] finished = new boolean[1];
    Thread small =
        new Thread(
            null,
            () -> {
              Tensor x = Scope.keep(leaf(1));
              for (int i = 0; i < depth; i++) {
                Tensor below = x;
                try (var _ = Scope.open()) {
                  x = Scope.keep(CustomFunction.apply(below.detach(), below, g -> g));
                }
                Scope.release(below);
              }
              finished[0] = FunctionCall.pending() == depth;
              Scope.release(x); // the only handle: drops the whole chain
            },
            "small stack",
            512 << 10);
    small.start();
    small.join();
    assertThat(finished).containsExactly(true);
    assertThat(FunctionCall.pending()).isZero();
  }

  @Test
  void freesEverythingAfterEachPass() throws Exception {
    Tensor w = Scope.keep(torch.ones(1 << 18).set_requires_grad(true)); // 1 MiB
    long pointers = 0;
    long inUse = 0;
    for (int i = 0; i < 300; i++) {
      try (var _ = Scope.open()) {
        Tensor x = torch.ones(1 << 18);
        Tensor y = square(multiplyAdd(x.add(w), w, x));
        y.sum().backward();
        Gradients.clear(w);
      }
      if (i % 100 == 50) {
        System.gc();
      }
      if (i == 100) {
        pointers = Pointer.totalCount();
        inUse = NativeHeap.bytes();
      }
    }
    assertThat(FunctionCall.pending()).isZero();
    assertThat(Pointer.totalCount()).isLessThanOrEqualTo(pointers + 20);
    assertThat(NativeHeap.bytes())
        .as("one leaked tensor a call were 200 MiB")
        .isLessThan(inUse + (40 << 20));
    Scope.release(w);
  }

  @Test
  void threadsDoNotDisturbEachOther() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      List<Future<?>> runs = new ArrayList<>();
      for (int t = 0; t < 2; t++) {
        float value = t + 1;
        runs.add(
            threads.submit(() -> {
              for (int i = 0; i < 200; i++) {
                try (var _ = Scope.open()) {
                  Tensor x = leaf(value);
                  square(square(x)).backward();
                  assertThat(gradient(x)[0]).isEqualTo(4 * value * value * value);
                }
              }
            }));
      }
      for (Future<?> run : runs) {
        run.get();
      }
    }
  }
}
