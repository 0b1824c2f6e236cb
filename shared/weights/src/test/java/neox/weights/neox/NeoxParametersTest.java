package neox.weights.neox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import neox.config.InitMethod;
import neox.weights.Initializer;
import neox.weights.ParameterSpec;
import neox.weights.Shape;
import neox.weights.Share;
import org.junit.jupiter.api.Test;

class NeoxParametersTest {
  @Test
  void listsAPythiaBlockInTheOrderOfNeoxsFiles() {
    List<String> block =
        NeoxParameters.of(Models.pythia(), 512).stream()
            .filter(spec -> spec.layer() == 2)
            .map(spec -> spec.name() + " " + spec.shape() + " " + spec.share())
            .toList();
    assertThat(block)
        .containsExactly(
            "input_layernorm.weight [64] SAME",
            "input_layernorm.bias [64] SAME",
            "attention.query_key_value.weight [192, 64] COLUMNS",
            "attention.query_key_value.bias [192] COLUMNS",
            "attention.dense.weight [64, 64] ROWS",
            "attention.dense.bias [64] SUMMED",
            "post_attention_layernorm.weight [64] SAME",
            "post_attention_layernorm.bias [64] SAME",
            "mlp.linear1.weight [256, 64] COLUMNS",
            "mlp.linear1.bias [256] COLUMNS",
            "mlp.linear2.weight [64, 256] ROWS",
            "mlp.linear2.bias [64] SUMMED");
  }

  @Test
  void numbersLayersAsNeoxDoes() {
    assertThat(NeoxParameters.of(Models.pythia(), 512))
        .extracting(ParameterSpec::key)
        .hasSize(40)
        .startsWith("0.word_embeddings.weight", "2.input_layernorm.weight")
        .endsWith("6.norm.weight", "6.norm.bias", "7.final_linear.weight");
  }

  @Test
  void tiedHeadHasNoParameterAndLearnedPositionsHaveOne() {
    assertThat(NeoxParameters.of(Models.gpt3(), 512))
        .extracting(ParameterSpec::key)
        .contains("0.position_embeddings.weight")
        .endsWith("6.norm.weight", "6.norm.bias");
  }

  @Test
  void rowParallelBiasesOfASequentialBlockAreTheSameOnEveryRank() {
    List<ParameterSpec> table = NeoxParameters.of(Models.gpt3(), 512);
    assertThat(find(table, "2.attention.dense.bias").share()).isEqualTo(Share.SAME);
    assertThat(find(table, "4.mlp.linear2.bias").share()).isEqualTo(Share.SAME);
  }

  @Test
  void gatedMlpAndGroupedHeadsChangeShapesAndShares() {
    List<ParameterSpec> table = NeoxParameters.of(Models.llama(), 512);
    assertThat(table).hasSize(1 + 3 * 6 + 1 + 1);
    assertThat(find(table, "6.norm.scale").shape()).isEqualTo(Shape.of(64));
    ParameterSpec qkv = find(table, "2.attention.query_key_value.weight");
    assertThat(qkv.shape()).isEqualTo(Shape.of(128, 64));
    assertThat(qkv.share()).isEqualTo(Share.GROUPED_QKV);
    ParameterSpec linear1 = find(table, "2.mlp.linear1.weight");
    assertThat(linear1.shape()).isEqualTo(Shape.of(384, 64));
    assertThat(linear1.share()).isEqualTo(Share.GATED_COLUMNS);
    assertThat(find(table, "2.mlp.linear2.weight").shape()).isEqualTo(Shape.of(64, 192));
  }

  @Test
  void matricesDecayAndNormsAndBiasesDoNot() {
    for (ParameterSpec spec : NeoxParameters.of(Models.gpt3(), 512)) {
      boolean matrix = spec.shape().rank() == 2;
      assertThat(spec.decays()).as(spec.key()).isEqualTo(matrix);
    }
  }

  @Test
  void initializersFollowTheConfiguration() {
    List<ParameterSpec> table = NeoxParameters.of(Models.pythia(), 512);
    Initializer input = new Initializer.Random(InitMethod.SMALL_INIT, 0.02, 3, 64);
    Initializer output = new Initializer.Random(InitMethod.WANG_INIT, 0.02, 3, 64);
    assertThat(find(table, "0.word_embeddings.weight").initializer()).isEqualTo(input);
    assertThat(find(table, "3.mlp.linear1.weight").initializer()).isEqualTo(input);
    assertThat(find(table, "7.final_linear.weight").initializer()).isEqualTo(input);
    assertThat(find(table, "3.attention.dense.weight").initializer()).isEqualTo(output);
    assertThat(find(table, "3.mlp.linear2.weight").initializer()).isEqualTo(output);
    assertThat(find(table, "3.mlp.linear2.bias").initializer())
        .isEqualTo(new Initializer.Constant(0));
    assertThat(find(table, "3.input_layernorm.weight").initializer())
        .isEqualTo(new Initializer.Constant(1));
  }

  private static ParameterSpec find(List<ParameterSpec> table, String key) {
    return table.stream().filter(spec -> spec.key().equals(key)).findFirst().orElseThrow();
  }
}
