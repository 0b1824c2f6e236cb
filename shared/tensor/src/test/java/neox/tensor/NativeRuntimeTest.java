package neox.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
            "a tensor of 4.0 PiB does not fit; use a smaller micro-batch, seq_length or model, or"
                + " bfloat16")
        .hasCauseExactlyInstanceOf(RuntimeException.class);
    assertThatThrownBy(() -> NativeRuntime.run("step 3", () -> torch.zeros(1L << 50)))
        .isInstanceOf(OutOfMemoryError.class)
        .hasMessageStartingWith("step 3: a tensor of 4.0 PiB does not fit; use");
  }

  @Test
  void tellsInOneLineThatSizesCannotBeCounted() {
    assertThatThrownBy(() -> NativeRuntime.run(() -> torch.zeros(1L << 40, 1L << 40)))
        .isInstanceOf(OutOfMemoryError.class)
        .hasMessage(
            "a tensor with sizes [1099511627776, 1099511627776] does not fit into any memory; use a"
                + " smaller micro-batch, seq_length or model, or bfloat16");
  }

  /// As libtorch has said it elsewhere.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79 GiB"
            + " | a tensor of 2.00 GiB does not fit",
        "std::bad_alloc | the machine has no memory left",
        "numel: integer multiplication overflow | a tensor does not fit into any memory"
      })
  void knowsTheOtherWordsForIt(String message, String meaning) {
    assertThatThrownBy(() -> NativeRuntime.run(() -> fail(new RuntimeException(message))))
        .isInstanceOf(OutOfMemoryError.class)
        .hasMessageStartingWith(meaning + "; ");
  }

  @Test
  void leavesTheCppStackOutOfOtherFailures() {
    try (var _ = Scope.open()) {
      assertThatThrownBy(() -> NativeRuntime.run(() -> torch.ones(2).add(torch.ones(3))))
          .isExactlyInstanceOf(RuntimeException.class)
          .hasMessage(
              "The size of tensor a (2) must match the size of tensor b (3) at non-singleton"
                  + " dimension 0")
          .satisfies(e ->
              assertThat(e.getStackTrace())
                  .anyMatch(frame -> frame.getClassName().equals(getClass().getName())));
    }
  }

  @Test
  void leavesFailuresOfOurOwnAlone() {
    RuntimeException own = new IllegalStateException("frame #0\nframe #1");
    assertThatThrownBy(() -> NativeRuntime.run(() -> fail(own))).isSameAs(own);
  }

  private static Object fail(RuntimeException e) {
    throw e;
  }
}
