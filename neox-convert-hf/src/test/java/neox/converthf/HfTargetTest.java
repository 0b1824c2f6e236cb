package neox.converthf;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import neox.config.ConfigLoader;
import neox.config.model.HeadConfig;
import neox.config.model.ModelConfig;
import org.junit.jupiter.api.Test;

class HfTargetTest {
  private static final Path CONFIGS =
      Path.of(
          "../shared/weights/src/test/resources/golden/checkpoints/A0_nopipe/global_step0/configs");

  @Test
  void aRewardModelNeedsAPaddingTokenBesideAllElse() throws Exception {
    ModelConfig model = ConfigLoader.readCheckpoint(CONFIGS).config().model();
    ModelConfig reward = model.withHead(new HeadConfig(false, HeadConfig.Output.REWARD));
    assertThat(target(OptionalInt.empty()).obstacles(model)).isEmpty();
    assertThat(target(OptionalInt.of(1)).obstacles(reward)).isEmpty();
    assertThat(target(OptionalInt.empty()).obstacles(reward))
        .containsExactly(
            "transformers looks for the end of a text before its padding to reward it (train_impl:"
                + " rm); name the padding with --pad-token-id");
  }

  private static HfTarget target(OptionalInt padId) {
    return new HfTarget(
        Optional.empty(),
        Optional.empty(),
        1,
        new VocabularyRows.All(),
        new TokenizerChoice(TokenizerChoice.Files.NONE, Optional.empty(), Optional.empty(), padId));
  }
}
