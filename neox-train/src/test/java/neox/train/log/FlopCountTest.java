package neox.train.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FlopCountTest {
  @Test
  void countsABackwardPassAsTwoForwardPasses() {
    FlopCount flops = new FlopCount(10);
    assertThat(flops.model()).isEqualTo(30);
    assertThat(flops.hardware()).isEqualTo(30);
  }
}
