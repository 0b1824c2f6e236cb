package neox.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Objects;
import neox.base.UserException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What GPT-NeoX refuses to combine, or fails at, on several ranks: it works here, or is refused
/// with a reason. That it works is shown by `CombinedRunTest` and `LayoutMatrixTest` of neox-train.
class CombinationsTest {
  /// @param upstream what GPT-NeoX does
  @ParameterizedTest(name = "{1} ranks, {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "exits: ZeRO 2 and the PipelineModule     | 2 | zero_optimization: {stage: 2}\\npipe_parallel_size: 1",
        "exits: ZeRO 2 and pipeline               | 4 | zero_optimization: {stage: 2}\\npipe_parallel_size: 2",
        "exits: ZeRO 3 and pipeline               | 4 | zero_optimization: {stage: 3}\\npipe_parallel_size: 2",
        "exits: ZeRO 2 and tensor parallelism     | 4 | zero_optimization: {stage: 2}\\nmodel_parallel_size: 2",
        "exits: ZeRO 3 and tensor parallelism     | 4 | zero_optimization: {stage: 3}\\nmodel_parallel_size: 2",
        "warns that bf16, ZeRO 1, pipeline break  | 4 | zero_optimization: {stage: 1}\\npipe_parallel_size: 2\\nbf16: {enabled: true}",
        "crashes: soft prompts                    | 4 | soft_prompt_tuning: {enabled: true}\\npipe_parallel_size: 2\\nmodel_parallel_size: 2",
        "crashes: gradient noise scale            | 2 | log_gradient_noise_scale: true\\nzero_optimization: {stage: 0}",
        "asserts: gradient noise scale with ZeRO  | 2 | log_gradient_noise_scale: true\\nzero_optimization: {stage: 2}",
        "asserts: gmlp and partition_activations  | 2 | attention_config: [[[gmlp], all]]\\npartition_activations: true",
        "crashes: Lion with ZeRO on a CPU         | 2 | optimizer: {type: lion, params: {lr: 0.1}}\\nzero_optimization: {stage: 1}",
        "sums the final norm's gradient twice     | 4 | model_parallel_size: 2\\nsequence_parallel: true\\npipe_parallel_size: 2",
        "has no adapters                          | 4 | lora: {rank: 2}\\ninit_from: x\\npipe_parallel_size: 2\\nzero_optimization: {stage: 3}",
      })
  void worksHere(String upstream, int ranks, String lines) {
    assertThatCode(() -> load(ranks, lines)).as(upstream).doesNotThrowAnyException();
  }

  @ParameterizedTest(name = "{0} ranks, {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "4 | num_kv_heads: 2\\nmodel_parallel_size: 4 | c.yml:2: model_parallel_size: must divide num_kv_heads (2), found 4",
        "3 | model_parallel_size: 3 | c.yml:1: model_parallel_size: must divide num_attention_heads (4), found 3",
        "2 | output_layer_parallelism: row | c.yml:1: output_layer_parallelism: not supported: an output layer split by rows (nor in GPT-NeoX); remove it or set it to column, found text 'row'",
        "6 | pipe_parallel_size: 6 | c.yml:1: pipe_parallel_size: each stage needs a layer: expected at most 5 (embedding, blocks, norm and head), found 6",
        "2 | pipe_parallel_size: 2\\npipe_partition_method: profile | c.yml:2: pipe_partition_method: expected uniform, parameters or type:PATTERN, found text 'profile'",
        "2 | attention_config: [[[gmlp], all]]\\nmodel_parallel_size: 2 | c.yml:1: attention_config: gmlp and amlp blocks are not built yet with model_parallel_size above 1, found 2",
        "2 | use_qk_layernorm: true\\nmodel_parallel_size: 2 | c.yml:1: use_qk_layernorm: with norm layernorm it takes all heads of a rank together, another formula for each model_parallel_size, found 2; set that to 1, or norm to rmsnorm",
        "2 | soft_prompt_tuning: {enabled: true}\\nmodel_parallel_size: 2\\nsequence_parallel: true | c.yml:3: sequence_parallel: a soft prompt before a sequence in slices is not built yet; set it to false",
        "2 | coord_check: true | c.yml:1: coord_check: it is for one rank; start neox-train alone",
      })
  void isRefusedWithAReason(int ranks, String lines, String message) {
    assertThatThrownBy(() -> load(ranks, lines))
        .isInstanceOf(UserException.class)
        .satisfies(e ->
            assertThat(Objects.requireNonNull(e.getMessage()).replaceAll("\\S*/c\\.yml", "c.yml"))
                .contains(message));
  }

  private static void load(int ranks, String lines) {
    TestConfig.load(lines.replace("\\n", "\n"), RunShape.ofRanks(ranks));
  }
}
