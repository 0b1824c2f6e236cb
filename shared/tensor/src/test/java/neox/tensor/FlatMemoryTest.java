package neox.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class FlatMemoryTest {
  private static final Placement FLOATS = Placement.cpu(ScalarType.Float);

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @Test
  void memoryIsTakenAgainUnderTheSameViews() {
    try (var _ = Scope.open();
        FlatMemory memory = FlatMemory.of(FLOATS, 1000)) {
      Tensor view = memory.tensor().narrow(0, 10, 4);
      memory.giveBack();
      assertThat(memory.isThere()).isFalse();
      assertThat(view.storage().nbytes()).isZero();
      memory.take();
      assertThat(view.storage().nbytes()).isEqualTo(4000);
      memory.tensor().copy_(FLOATS.range(0, 1000, 1));
      assertThat(TensorData.floats(view)).containsExactly(10, 11, 12, 13);
    }
  }

  /// A linear map saves a transposed view of its weight: that must find the weight again.
  @Test
  void aBackwardPassReadsWhatWasWrittenAgain() {
    try (var _ = Scope.open();
        FlatMemory memory = FlatMemory.of(FLOATS, 64)) {
      Tensor weight = FLOATS.zeros(2, 3).set_requires_grad(true);
      try (var _ = new NoGradGuard()) {
        Gradients.move(weight, memory.tensor().narrow(0, 32, 6).view(2, 3));
      }
      Tensor values = FLOATS.floats(new float[] {1, 2, 3, 4, 5, 6}, 6);
      write(memory, values);
      Tensor x = FLOATS.floats(new float[] {1, 1, 1}, 1, 3).set_requires_grad(true);
      Tensor loss = torch.linear(x, weight).pow(new Scalar(2)).sum();
      memory.giveBack();
      memory.take();
      write(memory, values);
      loss.backward();
      // y = (6, 15): dx = 2 yᵀW
      assertThat(TensorData.floats(Gradients.of(x).orElseThrow())).containsExactly(132, 174, 216);
      assertThat(TensorData.floats(Gradients.of(weight).orElseThrow().view(-1)))
          .containsExactly(12, 12, 12, 30, 30, 30);
    }
  }

  private static void write(FlatMemory memory, Tensor values) {
    try (var _ = new NoGradGuard()) {
      memory.tensor().zero_();
      memory.tensor().narrow(0, 32, 6).copy_(values);
    }
  }
}
