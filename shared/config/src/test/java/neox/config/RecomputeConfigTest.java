package neox.config;

import static neox.config.TestConfig.load;
import static neox.config.TestConfig.problems;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import neox.config.RecomputeConfig.Part;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecomputeConfigTest {
  @Test
  void nothingIsRecomputedUnlessAskedFor() {
    assertThat(load("").recompute()).isEqualTo(new RecomputeConfig.Nothing());
    assertThat(load("checkpoint_num_layers: 2\n").recompute())
        .isEqualTo(new RecomputeConfig.Nothing());
  }

  @Test
  void blocksAreRecomputedOneByOneOrTogether() {
    assertThat(load("checkpoint_activations: true\n").recompute())
        .isEqualTo(new RecomputeConfig.Blocks(1));
    assertThat(load("recompute_granularity: full\ncheckpoint_num_layers: 3\n").recompute())
        .isEqualTo(new RecomputeConfig.Blocks(3));
  }

  @Test
  void partsAreRecomputedByThemselves() {
    assertThat(load("recompute_granularity: selective\n").recompute())
        .isEqualTo(new RecomputeConfig.Selected(Set.of(Part.CORE_ATTN)));
    RecomputeConfig both =
        load("recompute_granularity: selective\nrecompute_modules: [mlp, core_attn]\n").recompute();
    assertThat(both).isEqualTo(new RecomputeConfig.Selected(Set.of(Part.CORE_ATTN, Part.MLP)));
    assertThat(both.recomputes(Part.MLP)).isTrue();
    assertThat(new RecomputeConfig.Blocks(1).recomputes(Part.MLP)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "recompute_granularity: selective;checkpoint_activations: true|recompute_granularity: selective contradicts checkpoint_activations, which recomputes whole blocks; remove one",
        "recompute_modules: [mlp]|recompute_modules: has a meaning with recompute_granularity: selective alone",
        "recompute_granularity: some|recompute_granularity: expected one of full, selective, found text 'some'",
        "recompute_modules: [moe]|recompute_modules: expected a list, each item one of core_attn, mlp, found a list",
        "checkpoint_num_layers: 0|checkpoint_num_layers: expected an integer that is at least 1, found number 0",
      })
  void saysWhatIsWrong(String lines, String problem) {
    assertThat(problems(lines.replace(';', '\n') + "\n")).isEqualTo("c.yml:1: " + problem);
  }
}
