package neox.train.plan;

import static org.assertj.core.api.Assertions.assertThat;

import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TensorMemoryTest {
  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @Test
  void countsWhatThisThreadAllocatesAndGivesBack() {
    try (TensorMemory memory = TensorMemory.ofThisThread()) {
      try (var _ = Scope.open()) {
        Tensor a = torch.zeros(1000, 100);
        assertThat(memory.bytes()).isEqualTo(400_000);
        try (var _ = Scope.open()) {
          assertThat(a.add(a).numel()).isEqualTo(100_000);
          assertThat(memory.bytes()).isEqualTo(800_000);
        }
        assertThat(memory.bytes()).isEqualTo(400_000);
      }
      assertThat(memory.bytes()).isZero();
      assertThat(memory.peak()).isEqualTo(800_000);
    }
  }
}
