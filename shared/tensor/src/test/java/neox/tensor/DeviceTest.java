package neox.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import neox.base.UserException;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceTest {
  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @Test
  void hasNames() {
    assertThat(Device.named("cpu")).isEqualTo(Device.CPU);
    assertThat(Device.named("meta")).isEqualTo(Device.META);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpu", "CPU", "", "cuda:", "cuda:-1", "cuda:x", "cuda:12345"})
  void refusesNamesThatItDoesNotKnow(String name) {
    assertThatThrownBy(() -> Device.named(name))
        .isInstanceOf(UserException.class)
        .hasMessage("device '%s': expected cpu, cuda or cuda:N (N from 0)", name);
  }

  @Test
  void refusesGpusThatAreNotThere() {
    assumeThat(torch.cuda_is_available()).isFalse();
    assertThatThrownBy(() -> Device.named("cuda"))
        .isInstanceOf(UserException.class)
        .hasMessage("device cuda:0: this machine has no GPU that libtorch can use; use cpu");
    assertThatThrownBy(() -> Device.named("cuda:3"))
        .hasMessage("device cuda:3: this machine has no GPU that libtorch can use; use cpu");
  }

  @Test
  void tensorsLieWhereTheyArePlaced() {
    try (var _ = Scope.open()) {
      for (Device device : new Device[] {Device.CPU, Device.META}) {
        Placement placement = new Placement(device, ScalarType.BFloat16);
        Tensor[] made = {
          placement.zeros(2, 3),
          placement.full(1, 2),
          placement.range(0, 4, 2),
          placement.ids(new int[][] {{1, 2}}),
          placement.indices(1, 2),
          placement.floats(new float[] {1, 2}, 2)
        };
        for (Tensor tensor : made) {
          assertThat(tensor.is_meta()).isEqualTo(device.equals(Device.META));
        }
        assertThat(ElementType.of(made[0])).isEqualTo(ScalarType.BFloat16);
        assertThat(ElementType.of(made[3])).isEqualTo(ScalarType.Long);
        assertThat(ElementType.of(made[5])).isEqualTo(ScalarType.Float);
      }
    }
  }
}
