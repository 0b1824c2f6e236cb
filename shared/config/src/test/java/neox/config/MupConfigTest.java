package neox.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import neox.base.UserException;
import neox.config.model.BaseShapes;
import neox.config.model.Mup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MupConfigTest {
  @TempDir Path directory;

  @Test
  void takesTheWidthFromTheBaseShapes() throws IOException {
    write("0.word_embeddings.weight:\n- null\n- 8\n");
    Mup mup = TestConfig.load(lines("mup_rules: paper")).model().mup().orElseThrow();
    assertThat(mup.widthFactor()).isEqualTo(4);
    assertThat(mup.rules()).isEqualTo(Mup.Rules.PAPER);
    assertThat(TestConfig.load("seed: 1").model().mup()).isEmpty();
  }

  @Test
  void decaysAsL2ByTheRulesOfNeox() throws IOException {
    write("0.word_embeddings.weight:\n- null\n- 8\n");
    assertThat(TestConfig.load(lines("seed: 1")).optimizer().rule())
        .isEqualTo(new OptimizerRule.Adam(0.9, 0.999, 1e-8, OptimizerRule.Decay.L2, true));
    assertThat(TestConfig.load(lines("mup_rules: paper")).optimizer().rule())
        .isEqualTo(new OptimizerRule.Adam(0.9, 0.999, 1e-8));
    assertThat(TestConfig.problems(lines("optimizer: {type: lion, params: {lr: 1}}")))
        .endsWith(
            "optimizer.type: use_mup knows how rates of adam depend on the width; expected adam");
  }

  @Test
  void saysWhatTheFileLacks() throws IOException {
    assertThat(TestConfig.problems("use_mup: true"))
        .isEqualTo(
            "c.yml:1: base_shapes_file: required but missing: the file of the base network's"
                + " shapes");
    assertThat(TestConfig.problems(lines("seed: 1")))
        .endsWith("base_shapes_file: " + file() + ".0 does not exist");
    assertThat(TestConfig.problems("save_base_shapes: true"))
        .isEqualTo("c.yml:1: base_shapes_file: required but missing: where to save the shapes");
    write("0.word_embeddings.weight: 8\n");
    assertThatThrownBy(() -> BaseShapes.read(Mup.fileOf(file())))
        .isInstanceOf(UserException.class)
        .hasMessage(
            file()
                + ".0:1: 0.word_embeddings.weight: expected a list of sizes and nulls, as"
                + " save_base_shapes writes it");
  }

  @Test
  void knowsWhichSidesGrow() throws IOException {
    write("m:\n- 6\n- 4\nt:\n- null\n- 4\nv:\n- 4\nfixed:\n- null\n");
    BaseShapes shapes = BaseShapes.read(Mup.fileOf(file()));
    assertThat(shapes.isMatrix("m", 12, 12)).isTrue();
    assertThat(shapes.isMatrix("t", 512, 12)).isFalse();
    assertThat(shapes.widthFactor("m", 12, 12)).isEqualTo(3);
    assertThat(shapes.widthFactor("v", 8)).isEqualTo(2);
    assertThat(shapes.widthFactor("fixed", 8)).isEqualTo(1);
    assertThatThrownBy(() -> shapes.isMatrix("m", 12))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "base_shapes_file: it has no shape of 1 sizes for m; expected that of the same"
                + " architecture with another width (save_base_shapes)");
  }

  private Path file() {
    return directory.resolve("shapes");
  }

  private void write(String text) throws IOException {
    Files.writeString(Mup.fileOf(file()), text);
  }

  private String lines(String more) {
    return more + "\nuse_mup: true\nbase_shapes_file: " + file();
  }
}
