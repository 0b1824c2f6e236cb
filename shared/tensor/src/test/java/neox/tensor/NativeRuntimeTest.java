package neox.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class NativeRuntimeTest {
  @Test
  void setsTheNumberOfThreadsAsOftenAsItIsCalled() {
    NativeRuntime.start(2);
    assertThat(torch.get_num_threads()).isEqualTo(2);
    NativeRuntime.start(1);
    assertThat(torch.get_num_threads()).isEqualTo(1);
    assertThat(NativeRuntime.defaultThreads()).isPositive();
  }

  @Test
  void refusesZeroThreads() {
    assertThatThrownBy(() -> NativeRuntime.start(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("threads must be at least 1, not 0");
  }

  @Test
  void tellsInOneLineThatATensorDoesNotFit() {
    assertThatThrownBy(() -> NativeRuntime.run(() -> torch.zeros(1L << 50)))
        .isInstanceOf(OutOfMemoryError.class)
        .hasMessage(
            "a tensor of 4503599627370496 bytes does not fit; use a smaller micro-batch, seq_length"
                + " or model, or bfloat16")
        .hasCauseExactlyInstanceOf(RuntimeException.class);
  }

  @Test
  void leavesOtherFailuresAlone() {
    try (var _ = Scope.open()) {
      assertThatThrownBy(() -> NativeRuntime.run(() -> torch.ones(2).add(torch.ones(3))))
          .isExactlyInstanceOf(RuntimeException.class)
          .hasMessageStartingWith("The size of tensor a (2) must match the size of tensor b (3)");
    }
  }
}
