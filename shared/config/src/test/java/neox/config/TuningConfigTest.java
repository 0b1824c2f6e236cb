package neox.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TuningConfigTest {
  private static final List<String> NAMES =
      List.of(
          "0.word_embeddings.weight",
          "2.input_layernorm.bias",
          "2.attention.query_key_value.weight",
          "2.attention.query_key_value.bias",
          "2.attention.dense.bias",
          "2.mlp.linear1.bias",
          "2.mlp.linear2.bias",
          "12.mlp.linear2.weight",
          "16.final_linear.weight");

  private static Stream<String> trained(String lines) {
    TuningConfig tuning = TestConfig.load(lines).tuning();
    return NAMES.stream().filter(tuning::trains);
  }

  @Test
  void trainsEverythingUnlessToldOtherwise() {
    assertThat(TestConfig.load("seed: 1").tuning()).isEqualTo(TuningConfig.ALL);
    assertThat(trained("seed: 1")).isEqualTo(NAMES);
  }

  @Test
  void leavesOutWhatAGlobMeans() {
    assertThat(trained("freeze_params: ['0.*', '*.linear?.*', '*.[ai]*']"))
        .containsExactly("16.final_linear.weight");
    assertThat(trained("freeze_params: ['2.*']"))
        .containsExactly(
            "0.word_embeddings.weight", "12.mlp.linear2.weight", "16.final_linear.weight");
  }

  /// As labml's FineTuneBiases: not the second projection of the MLP, no norm.
  @Test
  void trainsThreeBiasesOfEachBlockAlone() {
    assertThat(trained("train_biases_only: true"))
        .containsExactly(
            "2.attention.query_key_value.bias", "2.attention.dense.bias", "2.mlp.linear1.bias");
    assertThat(trained("train_biases_only: true\nfreeze_params: ['*.mlp.*']"))
        .containsExactly("2.attention.query_key_value.bias", "2.attention.dense.bias");
  }

  @Test
  void refusesWhatIsNoGlob() {
    assertThat(TestConfig.problems("freeze_params: ['2.[ab']"))
        .isEqualTo(
            "c.yml:1: freeze_params: expected names in which * stands for any characters, ? for"
                + " one, [ab] for one of several, found 2.[ab");
  }

  @Test
  void beginsWithAModelOrContinuesARunButNotBoth() {
    assertThat(TestConfig.problems("init_from: m\nfinetune: true"))
        .isEqualTo(
            "c.yml:1: init_from: contradicts finetune, which takes the weights of load; give one"
                + " of the two");
    assertThat(TestConfig.problems("init_from: m\nload: other\nsave: s\ncheckpoint_factor: 1"))
        .isEqualTo(
            "c.yml:1: init_from: contradicts load, which names another run to continue; leave load"
                + " out, or set it to what save is, so that this run continues itself");
    CheckpointConfig own =
        TestConfig.load("init_from: m\nload: s\nsave: ./s\ncheckpoint_factor: 1").checkpoint();
    assertThat(own.initFrom()).contains(Path.of("m"));
    assertThat(own.loadsOwn()).isTrue();
  }
}
