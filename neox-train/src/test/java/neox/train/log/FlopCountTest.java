package neox.train.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.config.RecomputeConfig;
import neox.config.model.ModelConfig;
import neox.config.step.StepShape;
import org.junit.jupiter.api.Test;

class FlopCountTest {
  @Test
  void countsABackwardPassAsTwoForwardPasses() {
    FlopCount flops = new FlopCount(10, 0);
    assertThat(flops.model()).isEqualTo(30);
    assertThat(flops.hardware()).isEqualTo(30);
  }

  @Test
  void whatIsRecomputedIsWorkForTheHardwareAlone() throws IOException {
    ModelConfig model =
        ConfigLoader.load(
                ConfigSource.of(Path.of("src/test/resources/golden/train/A_pythia/config.yml")))
            .model();
    StepShape shape = new StepShape(0, 8, 0, 2, 32);
    FlopCount kept = FlopCount.of(model, new RecomputeConfig.Nothing(), shape, 512);
    FlopCount again = FlopCount.of(model, new RecomputeConfig.Blocks(1), shape, 512);
    assertThat(again.model()).isEqualTo(kept.model()).isEqualTo(kept.hardware());
    // 2 operations for each entry of 12 h² weights and for both products of 32 keys with h
    double block = 8 * 32 * (2.0 * 12 * 64 * 64 + 2.0 * 2 * 32 * 64);
    double head = 8 * 32 * 2.0 * 512 * 64 * 3 / 4; // the formula's is for four passes
    assertThat(again.hardware() - again.model()).isEqualTo(3 * block + head);
    assertThat(again.hardware()).as("f = 4 instead of 3").isEqualTo(again.model() * 4 / 3);
    RecomputeConfig attention =
        new RecomputeConfig.Selected(Set.of(RecomputeConfig.Part.CORE_ATTN));
    FlopCount parts = FlopCount.of(model, attention, shape, 512);
    assertThat(parts.hardware() - parts.model()).isEqualTo(3 * 8 * 32 * 2.0 * 2 * 32 * 64);
    RecomputeConfig both =
        new RecomputeConfig.Selected(
            Set.of(RecomputeConfig.Part.CORE_ATTN, RecomputeConfig.Part.MLP));
    parts = FlopCount.of(model, both, shape, 512);
    assertThat(parts.hardware() - parts.model())
        .isEqualTo(3 * 8 * 32 * (2.0 * 8 * 64 * 64 + 2.0 * 2 * 32 * 64));
  }
}
