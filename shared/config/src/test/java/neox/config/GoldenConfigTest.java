package neox.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.base.UserException;
import neox.config.model.Activation;
import neox.config.model.AttentionConfig;
import neox.config.model.Dims;
import neox.config.model.DropoutConfig;
import neox.config.model.HeadConfig;
import neox.config.model.InitConfig;
import neox.config.model.InitMethod;
import neox.config.model.MlpConfig;
import neox.config.model.ModelConfig;
import neox.config.model.Norm;
import neox.config.model.Positions;
import neox.config.model.Residual;
import neox.config.model.TransformerConfig;
import neox.config.pipeline.PartitionMethod;
import neox.config.step.StepChanges;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GoldenConfigTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/configs");

  @TempDir Path directory;

  private static NeoxConfig load(String name) throws IOException {
    return ConfigLoader.load(ConfigSource.of(GOLDEN.resolve(name)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "A_pythia",
        "A0_pythia_nopipe",
        "A_clip05",
        "A_bf16",
        "B_gpt3",
        "C_llama",
        "D_mp2",
        "E_pp2",
        "F_dp2_zero1",
        "C_llama_for_hf",
        "generate_A_pythia"
      })
  void loadsWhatGptNeoxRan(String name) throws IOException {
    NeoxConfig config = load(name);
    assertThat(config.model().hiddenSize()).isEqualTo(64);
    assertThat(config.batch()).isEqualTo(batch(8, 4, 2, 20));
    assertThat(config.tokenizer().type()).isEqualTo("CharLevelTokenizer");
  }

  @Test
  void readsEveryPartOfThePythiaRun() throws IOException {
    NeoxConfig config = load("A_pythia");
    assertThat(config.model())
        .isEqualTo(
            new ModelConfig(
                new Dims(64, 4, 4, 64, 64, 128),
                Collections.nCopies(3, pythiaBlock()),
                new Positions.Rotary(0.25, 10000),
                new Norm.LayerNorm(1e-5),
                new HeadConfig(false),
                DropoutConfig.NONE,
                new InitConfig(InitMethod.SMALL_INIT, InitMethod.WANG_INIT, 0.02)));
    assertThat(config.parallel())
        .isEqualTo(new ParallelConfig(1, PartitionMethod.BLOCKS, 1, false, ZeroConfig.NONE));
    assertThat(config.optimizer())
        .isEqualTo(new OptimizerConfig(new OptimizerRule.Adam(0.9, 0.95, 1e-8), 0.003, 0.1, 1.0));
    assertThat(config.schedule())
        .isEqualTo(new ScheduleConfig(DecayStyle.Whole.COSINE, 20, 0.0003, 2, false, false));
    assertThat(config.precision()).isEqualTo(Precision.FP32);
    assertThat(config.data().dataPath()).contains(Path.of("_data/corpus1_text_document"));
    assertThat(config.data().split()).isEqualTo("90,5,5");
    assertThat(config.checkpoint().factor()).contains(10.0);
    assertThat(config.checkpoint().extraIters()).containsExactly(0L);
    EvalConfig.Tasks tasks =
        new EvalConfig.Tasks(Optional.empty(), Optional.empty(), Optional.empty());
    assertThat(config.eval()).isEqualTo(new EvalConfig(10, 2, false, false, true, Map.of(), tasks));
    assertThat(config.monitor().each().gradNorms()).isTrue();
    assertThat(config.monitor().tensorboardDir()).contains(Path.of("train/A_pythia/tb"));
  }

  @Test
  void readsWhatTheOtherRunsDoDifferently() throws IOException {
    assertThat(load("A0_pythia_nopipe").parallel().pipeParallelSize()).isZero();
    assertThat(load("A_clip05").optimizer().gradientClipping()).isEqualTo(0.5);
    assertThat(load("A_bf16").precision()).isEqualTo(Precision.BFLOAT16);
    ModelConfig gpt3 = load("B_gpt3").model();
    assertThat(gpt3.positions()).isEqualTo(new Positions.Learned(64));
    assertThat(gpt3.head().tied()).isTrue();
    assertThat(gpt3.transformers())
        .extracting(TransformerConfig::residual)
        .containsOnly(Residual.SEQUENTIAL);
    assertThat(load("D_mp2").parallel().modelParallelSize()).isEqualTo(2);
    assertThat(load("E_pp2").parallel().stages()).isEqualTo(2);
    assertThat(load("F_dp2_zero1").parallel().zeroStage()).isEqualTo(1);
    assertThat(load("generate_A_pythia").generate().maximumTokens()).isEqualTo(40);
    assertThat(load("generate_A_pythia").generate().textGenType())
        .isEqualTo(Optional.of("input-file"));
  }

  @Test
  void readsTheLlamaNetwork() throws IOException {
    ModelConfig llama = load("C_llama").model();
    assertThat(llama.norm()).isEqualTo(new Norm.RmsNorm(1e-6));
    assertThat(llama.kvHeads()).isEqualTo(2);
    TransformerConfig block = llama.transformers().getFirst();
    assertThat(block.mlp()).isEqualTo(new MlpConfig(Activation.SWIGLU, false, 192, false));
    assertThat(block.attention().bias()).isFalse();
    assertThat(llama.blocks()).hasSize(3).containsOnly(block);
  }

  @Test
  void dividesTheRanksOfARunAsTheConfigurationSays() throws IOException {
    assertThat(load("D_mp2").parallel().ranksPerReplica()).isEqualTo(2);
    assertThat(load("E_pp2").parallel().ranksPerReplica()).isEqualTo(2);
    assertThatCode(load("A_pythia")::requireTrainable).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"A_pythia", "A_bf16", "C_llama", "E_pp2", "generate_A_pythia"})
  void theEffectiveConfigurationLoadsToTheSameRecords(String name) throws IOException {
    LoadedConfig loaded = ConfigLoader.read(ConfigSource.of(GOLDEN.resolve(name)));
    Path effective = Files.writeString(directory.resolve("effective.yml"), loaded.effectiveYaml());
    assertThat(ConfigLoader.load(ConfigSource.of(effective))).isEqualTo(loaded.config());
  }

  @Test
  void readsTheConfigurationsOfACheckpoint() throws IOException {
    LoadedConfig loaded = ConfigLoader.read(ConfigSource.of(GOLDEN.resolve("A_pythia")));
    assertThat(loaded.originals().keySet()).isEqualTo(java.util.Set.of("A_pythia.yml"));
    Files.copy(GOLDEN.resolve("A_pythia.yml"), directory.resolve("config.yml"));
    assertThat(ConfigLoader.readCheckpoint(directory).config()).isEqualTo(loaded.config());
    for (var file : loaded.checkpointFiles().entrySet()) {
      Files.writeString(directory.resolve(file.getKey()), file.getValue());
    }
    assertThat(ConfigLoader.readCheckpoint(directory).config()).isEqualTo(loaded.config());
  }

  @Test
  void aCheckpointNeedsNoTrainingPart() throws IOException {
    Files.writeString(
        directory.resolve("config.yml"),
        """
        {"num_layers": 2, "hidden_size": 8, "num_attention_heads": 2, "seq_length": 16,
         "max_position_embeddings": 16, "fp16": {"enabled": true}, "use_wandb": true,
         "optimizer": {"type": "OneBitAdam"}, "train_iters": 1.5, "an_unknown_key": 1}
        """);
    NeoxConfig config = ConfigLoader.readCheckpoint(directory).config();
    assertThat(config.model().layers()).isEqualTo(2);
    assertThat(config.precision()).isEqualTo(Precision.FP16);
  }

  @Test
  void overridesAreCheckedEvenWhereFilesAreNot() throws IOException {
    Path file = directory.resolve("config.yml");
    Files.writeString(
        file,
        """
        {"num_layers": 2, "hidden_size": 8, "num_attention_heads": 2, "seq_length": 16,
         "max_position_embeddings": 16, "pos_emb": "none", "tokenizer_type": "CharLevelTokenizer",
         "an_unknown_key": 1, "top_k": "many"}
        """);
    ConfigSource source =
        new ConfigSource(Optional.empty(), List.of(file), Map.of("top_p", "2", "temprature", "1"));
    assertThatThrownBy(() -> ConfigLoader.readModel(source))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("--set: top_p: expected a number between 0 and 1, found number 2")
        .hasMessageContaining("--set: temprature: unknown key; did you mean 'temperature'?")
        .hasMessageNotContaining("an_unknown_key")
        .hasMessageNotContaining("top_k");
  }

  @Test
  void aCheckpointOfAnotherNetworkIsRefused() throws IOException {
    Path file = directory.resolve("config.yml");
    Files.writeString(
        file,
        """
        num_layers: 2
        hidden_size: 9
        num_attention_heads: 2
        seq_length: 16
        max_position_embeddings: 16
        pos_emb: none
        moe_num_experts: 8
        """);
    assertThatThrownBy(() -> ConfigLoader.readCheckpoint(directory))
        .isInstanceOf(UserException.class)
        .hasMessage(
            String.join(
                "\n",
                List.of(
                    file + ":2: hidden_size: must be divisible by num_attention_heads (2), found 9",
                    file
                        + ":7: moe_num_experts: not built yet: mixtures of experts; remove it or "
                        + "set it to 1, found number 8")));
  }

  @Test
  void aDirectoryWithoutConfigurationsIsRefused() {
    assertThatThrownBy(() -> ConfigLoader.readCheckpoint(directory))
        .isInstanceOf(UserException.class)
        .hasMessage(directory + ": no configuration in it; expected the .yml files of the run");
  }

  private static TransformerConfig pythiaBlock() {
    return new TransformerConfig(
        AttentionConfig.PLAIN, new MlpConfig(Activation.GELU, false, 256, true), Residual.PARALLEL);
  }

  private static BatchConfig batch(int samples, int micro, int accumulation, long steps) {
    BatchConfig.RunLength length = BatchConfig.RunLength.ofSteps(steps);
    return new BatchConfig(samples, micro, accumulation, length, StepChanges.NONE);
  }
}
