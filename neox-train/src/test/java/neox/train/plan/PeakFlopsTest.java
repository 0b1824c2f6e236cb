package neox.train.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeakFlopsTest {
  @ParameterizedTest
  @CsvSource({
    "NVIDIA H200, h200",
    "NVIDIA H100 80GB HBM3, h100-80g",
    "NVIDIA A100-SXM4-80GB, a100-80g",
    "NVIDIA A100-SXM4-40GB, a100-40g",
    "Tesla V100-SXM2-32GB, v100-32g",
    "NVIDIA GeForce RTX 4090, rtx4090",
    "NVIDIA H100 PCIe,",
    "NVIDIA A100-PCIE-40GB,",
    "NVIDIA GeForce RTX 4090 D,",
  })
  void knowsTheModelsWhosePeakIsKnown(String model, String name) {
    assertThat(PeakFlops.named(model).map(Gpu::name).orElse(null)).isEqualTo(name);
  }
}
