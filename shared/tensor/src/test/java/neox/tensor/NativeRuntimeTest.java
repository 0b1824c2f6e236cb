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
  void tellsWhatLibtorchThrowsInOneLine() {
    try (var _ = Scope.open()) {
      assertThatThrownBy(
              () -> NativeRuntime.translating("adding", () -> torch.ones(2).add(torch.ones(3))))
          .isInstanceOf(NativeException.class)
          .hasMessage(
              "adding: The size of tensor a (2) must match the size of tensor b (3) at"
                  + " non-singleton dimension 0")
          .hasCauseExactlyInstanceOf(RuntimeException.class);
    }
  }

  @Test
  void leavesOurOwnExceptionsAlone() {
    assertThatThrownBy(() ->
            NativeRuntime.translating(
                "x",
                () -> {
                  throw new IllegalStateException("ours");
                }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("ours");
  }
}
