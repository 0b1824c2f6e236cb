package neox.config.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.config.table.YamlWriter;
import org.junit.jupiter.api.Test;

class ModelKeysTest {
  private static final ModelConfig PYTHIA =
      new ModelConfig(
          new Dims(64, 4, 4, 32, 48, 16),
          Collections.nCopies(
              3,
              new TransformerConfig(
                  AttentionConfig.PLAIN.withSoftmaxInFp32(true),
                  new MlpConfig(Activation.GELU, true, 201, true),
                  Residual.PARALLEL)),
          new Positions.Rotary(0.25, 10_000),
          new Norm.LayerNorm(1e-5),
          new HeadConfig(false),
          new DropoutConfig(0.1, 0.2),
          new InitConfig(InitMethod.NORMAL, InitMethod.NORMAL, 0.01));

  private static final ModelConfig LLAMA =
      PYTHIA
          .withDims(new Dims(64, 4, 2, 48, 48, 128))
          .withTransformers(_ ->
              new TransformerConfig(
                  AttentionConfig.PLAIN.withBias(false).withWindow(OptionalInt.of(7)),
                  new MlpConfig(Activation.SWIGLU, false, 173, false),
                  Residual.SEQUENTIAL))
          .withPositions(new Positions.Rotary(1, 500_000))
          .withNorm(new Norm.RmsNorm(1e-6))
          .withHead(new HeadConfig(true));

  private static List<ModelConfig> models() {
    List<ModelConfig> models = new ArrayList<>(List.of(PYTHIA, LLAMA));
    for (RotaryScaling scaling :
        List.of(
            new RotaryScaling.Linear(2.5),
            new RotaryScaling.Yarn(4, 16),
            new RotaryScaling.Yarn(4, 16, 24, 2, 0.9),
            new RotaryScaling.Llama3(8, 16, 2, 5))) {
      models.add(LLAMA.withPositions(new Positions.Rotary(1, 10_000, scaling)));
    }
    for (Positions positions :
        List.of(
            new Positions.Learned(48, 2),
            new Positions.Sinusoidal(),
            new Positions.Alibi(),
            new Positions.Relative(16, 64),
            new Positions.None())) {
      models.add(PYTHIA.withPositions(positions));
    }
    for (Norm norm : List.of(new Norm.ScaleNorm(1e-7), new Norm.NonParametricLayerNorm(1e-4))) {
      models.add(PYTHIA.withNorm(norm));
    }
    for (Activation activation : Activation.values()) {
      for (int width : new int[] {2, 64, 201, 11_008}) {
        models.add(
            LLAMA.withTransformers(
                block -> block.withMlp(new MlpConfig(activation, false, width, true))));
      }
    }
    models.add(PYTHIA.withTransformers(b -> b.withResidual(Residual.PARALLEL_TIED_NORM)));
    models.add(PYTHIA.withTransformers(b -> b.withAttention(b.attention().withNormed(true))));
    return models;
  }

  @Test
  void whatIsSaidOfANetworkIsReadAsThatNetwork() throws IOException {
    for (ModelConfig model : models()) {
      assertThat(read(ModelKeys.of(model))).isEqualTo(model);
    }
  }

  private static ModelConfig read(Map<String, Object> keys) throws IOException {
    Map<String, String> values = new LinkedHashMap<>();
    keys.forEach((key, value) -> values.put(key, YamlWriter.inline(value)));
    ConfigSource source = new ConfigSource(Optional.empty(), List.of(), values);
    return ConfigLoader.readModel(source).config().model();
  }

  /// Both are the width, so that GPT-NeoX's converters, which take `intermediate_size` for it, are
  /// right, too: 2/3 of 173, rounded up to a multiple of 173.
  @Test
  void theWidthOfAGatedMlpStandsInIntermediateSize() {
    assertThat(ModelKeys.of(LLAMA)).containsEntry("intermediate_size", 173);
    assertThat(ModelKeys.of(LLAMA)).containsEntry("mlp_multiple_of", 173);
    assertThat(ModelKeys.of(PYTHIA)).containsEntry("intermediate_size", 201);
    assertThat(ModelKeys.of(PYTHIA)).doesNotContainKey("mlp_multiple_of");
  }

  @Test
  void keysOfOursStandOnlyWhereTheyAreNeeded() {
    assertThat(ModelKeys.of(LLAMA).keySet()).noneMatch(key -> key.startsWith("rope_scaling"));
    assertThat(ModelKeys.of(LLAMA)).containsEntry("num_kv_heads", 2);
    assertThat(ModelKeys.of(PYTHIA)).doesNotContainKey("num_kv_heads");
  }

  @Test
  void networksOfUnequalBlocksAreNoneOfThese() {
    List<TransformerConfig> blocks = new ArrayList<>(PYTHIA.transformers());
    blocks.set(1, LLAMA.transformers().getFirst());
    assertThatThrownBy(() -> ModelKeys.of(PYTHIA.withBlocks(blocks)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("not a plain network of equal transformer blocks");
  }
}
