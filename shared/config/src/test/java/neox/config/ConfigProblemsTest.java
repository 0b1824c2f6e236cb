package neox.config;

import static neox.config.TestConfig.problems;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigProblemsTest {
  @Test
  void tenMistakesGiveTenLines() {
    String lines =
        """
        num_layers: twelve
        hidden-size: 30
        attention_droput: 0.1
        norm: layernrm
        rotary_pct: 1.5
        train_iters: 1.0e3
        moe_num_experts: 8
        train_batch_size: 10
        save: checkpoints
        norm: rmsnorm
        """;
    assertThat(problems(lines))
        .isEqualTo(
            """
            c.yml:1: num_layers: expected an integer that is at least 1, found text 'twelve'
            c.yml:2: hidden_size: must be divisible by num_attention_heads (4), found 30
            c.yml:3: attention_droput: unknown key; did you mean 'attention_dropout'?
            c.yml:4: norm: expected one of layernorm, rmsnorm, non_parametric_layernorm, \
            scalenorm, found text 'layernrm'; did you mean 'layernorm'?
            c.yml:5: rotary_pct: expected a number between 0 and 1, found number 1.5
            c.yml:6: train_iters: expected an integer that is at least 0, found number 1.0e3; \
            write 1000
            c.yml:7: moe_num_experts: not built yet: mixtures of experts; remove it or set it to \
            1, found number 8
            c.yml:8: train_batch_size: 10 is not train_micro_batch_size_per_gpu (4) x \
            gradient_accumulation_steps (1, the default) x data-parallel ranks (1) = 4; leave \
            train_batch_size out
            c.yml:9: save: says where but not when; add checkpoint_factor (steps between saves) \
            or extra_save_iters
            c.yml:10: norm: given twice with two values, first at c.yml:4; remove one of them\
            """);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "eval_iters: true|eval_iters: expected an integer that is at least 0, found true",
        "eval_iters: \"5\"|eval_iters: expected an integer that is at least 0, found text '5'; remove the quotes",
        "eval_iters: 010|eval_iters: expected an integer that is at least 0, found text '010'; remove the leading zero",
        "eval_iters: 1e2|eval_iters: expected an integer that is at least 0, found number 1e2; write 100",
        "eval_iters: 1.5|eval_iters: expected an integer that is at least 0, found number 1.5",
        "eval_iters: -1|eval_iters: expected an integer that is at least 0, found number -1",
        "eval_iters: [1]|eval_iters: expected an integer that is at least 0, found a list",
        "eval_iters: []|eval_iters: expected an integer that is at least 0, found an empty list",
        "eval_iters: None|eval_iters: expected an integer that is at least 0, found text 'None'; YAML's word for no value is null",
        "validation_sets: [a]|validation_sets: expected a mapping of names, each to a path, found a list",
        "validation_sets: {a: 1}|validation_sets: expected a mapping of names, each to a path, found a mapping",
        "validation_sets: {a b: c}|validation_sets: expected names of letters, digits, '_', '.' and '-', which name metrics, found 'a b'",
        "num_layers: 3000000000|num_layers: expected an integer that is at least 1, found number 3000000000",
        "num_layers: null|num_layers: required but missing: transformer blocks",
        "min_lr: {a: 1}|min_lr: expected a number that is at least 0, found a mapping",
        "min_lr: .nan|min_lr: expected a number that is at least 0, found number .nan",
        "min_lr: .inf|min_lr: expected a number that is at least 0, found number .inf",
        "min_lr: 1e-2|min_lr: must not be above optimizer.params.lr (0.001), found 0.01",
        "gpt_j_residual: 1|gpt_j_residual: expected true or false, found number 1",
        "gpt_j_residual: 'true'|gpt_j_residual: expected true or false, found text 'true'; remove the quotes",
        "split: 90|split: expected text, found number 90; put it in quotes",
        "split: a,b|split: expected up to three shares like '969, 30, 1' that are not all 0, found 'a,b'",
        "split: 1,2,3,x|split: expected up to three shares like '969, 30, 1' that are not all 0, found '1,2,3,x'",
        "split: 0,0,0,4|split: expected up to three shares like '969, 30, 1' that are not all 0, found '0,0,0,4'",
        "split: 9/5,1|split: expected up to three shares like '969, 30, 1' that are not all 0, found '9/5,1'",
        "split: 0,0|split: expected up to three shares like '969, 30, 1' that are not all 0, found '0,0'",
        "save: 5|save: expected a path, found number 5",
        "extra_save_iters: [1, x]|extra_save_iters: expected a list, each item an integer that is at least 0, found a list",
        "seed: 0|seed: expected an integer between 1 and 2147483647, found number 0",
        "hidden_dropout: 1|hidden_dropout: expected a number of at least 0 and less than 1, found number 1",
        "init_method_std: 0|init_method_std: expected a number greater than 0, found number 0",
        "init_method: orthogonale|init_method: expected one of normal, scaled_normal, orthogonal, scaled_orthogonal, xavier_uniform, xavier_normal, wang_init, small_init, single_residual_scaled_normal, found text 'orthogonale'; did you mean 'orthogonal'?",
        "norm: te_rmsnorm|norm: expected one of layernorm, rmsnorm, non_parametric_layernorm, scalenorm, found text 'te_rmsnorm'; GPT-NeoX has it, this program does not: it is a TransformerEngine kernel; write it without te_",
        "text_gen_type: chat|text_gen_type: expected one of unconditional, input-file, interactive, precompute, found text 'chat'",
        "num_kv_heads: 3|num_kv_heads: must divide num_attention_heads (4), found 3",
        "max_position_embeddings: 8|max_position_embeddings: must be at least seq_length (16), found 8",
        "use_qk_layernorm: true\\nmodel_parallel_size: 2|use_qk_layernorm: with norm layernorm it takes all heads of a rank together, another formula for each model_parallel_size, found 2; set that to 1, or norm to rmsnorm",
        "expansion_factor: 2\\nintermediate_size: 9|expansion_factor: give either intermediate_size or expansion_factor, not both",
        "rotary_pct: 0.4\\npos_emb: rotary|rotary_pct: 0.4 of a head of 8 dimensions rotates 3 of them; expected an even number above 0",
        "rope_scaling: {rope_type: linear}|rope_scaling.factor: expected a number greater than 1 with rope_type linear, found 1.0",
        "rope_scaling: {rope_type: yarn, factor: 2}|rope_scaling.original_max_position_embeddings: required with rope_type yarn: positions that the network was trained for",
        "rope_scaling: {rope_type: llama3, factor: 2}|rope_scaling.original_max_position_embeddings: required with rope_type llama3: positions that the network was trained for",
        "rope_scaling: {low_freq_factor: 4}|rope_scaling.high_freq_factor: must be greater than rope_scaling.low_freq_factor (4.0), found 4.0",
        "rope_scaling: {rope_type: dynamic}|rope_scaling.rope_type: expected one of default, linear, yarn, llama3, found text 'dynamic'",
        "rope_scaling: {beta_fast: 1}|rope_scaling.beta_fast: must be greater than rope_scaling.beta_slow (1.0), found 1.0",
        "opt_pos_emb_offset: 2|opt_pos_emb_offset: seq_length (16) and 2 rows before do not fit max_position_embeddings (16)",
        "soft_prompt_tuning: {enabled: true, num_tokens: 3, n_tokens: 4}|soft_prompt_tuning.num_tokens: contradicts n_tokens (4), another name of it, found 3",
        "soft_prompt_tuning: {enabled: true}\\nattention_config: [[[gmlp], 2]]|soft_prompt_tuning.enabled: gmlp and amlp blocks have no place for a soft prompt; set it to false",
        "soft_prompt_tuning: {enabled: true}\\nreset_attention_mask: true|soft_prompt_tuning.enabled: a soft prompt before every document of a sample is not built yet; set reset_attention_mask and reset_position_ids to false",
        "gpt_j_tied: true|gpt_j_tied: one norm can be shared only when gpt_j_residual is true",
        "attention_config: [[[global], 3]]|attention_config: describes 3 blocks, num_layers is 2",
        "attention_config: [[[mamba], 2]]|attention_config: expected a list like [[[global], 12]] of the words global, flash, gmlp and amlp, found a list; GPT-NeoX has 'mamba', this program does not: its state-space blocks are not built yet: they need the CUDA kernels of mamba_ssm",
        "attention_config: [[[sparse_variable], all]]|attention_config: expected a list like [[[global], 12]] of the words global, flash, gmlp and amlp, found a list; GPT-NeoX has 'sparse_variable', this program does not: block-sparse attention is not built yet: it needs the Triton kernels of DeepSpeed",
        "activation: swiglu\\nattention_config: [[[gmlp], all]]|activation: gmlp and amlp blocks gate by themselves: expected an activation without a gate, found swiglu",
        "attention_config: [[[gmlp], all]]\\nmodel_parallel_size: 2|attention_config: gmlp and amlp blocks are not built yet with model_parallel_size above 1, found 2",
        "attention_config: [[[global]]]|attention_config: expected a list like [[[global], 12]] of the words global, flash, gmlp and amlp, found a list",
        "fp16: {enabled: true, min_loss_scale: 2048, initial_scale_power: 10}|fp16.min_loss_scale: above the first scale: expected at most 2 to the power of 10, found 2048.0",
        "fp16: {hysteresis: 0}|fp16.hysteresis: expected an integer that is at least 1, found number 0",
        "fp16: {loss_scale: dynamic}|fp16.loss_scale: expected a number that is at least 0, found text 'dynamic'",
        "fp16: {fp16_master_weights_and_grads: true}|fp16.fp16_master_weights_and_grads: not supported: weights are always updated in fp32; remove it, found true",
        "data_types: {grad_accum_dtype: bf16}\\nprecision: fp16|data_types.grad_accum_dtype: expected fp32 or fp16 with precision fp16, found bf16",
        "data_types: {grad_accum_dtype: bf16}|data_types.grad_accum_dtype: expected fp32 with precision fp32, found bf16",
        "data_types: {grad_accum_dtype: half}|data_types.grad_accum_dtype: expected one of fp32, fp16, bf16, found text 'half'; did you mean 'fp16'?",
        "z_loss_multiplier: -1|z_loss_multiplier: expected a number that is at least 0, found number -1",
        "z_loss_multiplier: 0.1\\ntrain_impl: rm\\nno_weight_tying: true\\ndataset_impl: pairwise\\npack_impl: unpacked|z_loss_multiplier: belongs to train_impl normal; a reward model has z_loss; remove it",
        "sample_prompts: [a]\\ntrain_impl: rm\\nno_weight_tying: true\\ndataset_impl: pairwise\\npack_impl: unpacked|sample_prompts: a reward model (train_impl rm) writes no text; leave it out",
        "max_consecutive_skips: 0|max_consecutive_skips: expected an integer that is at least 1, found number 0",
        "skip_step_sigma_factor: -1|skip_step_sigma_factor: expected a number that is at least 0, found number -1",
        "skip_step_rolling_interval_length: 1|skip_step_rolling_interval_length: expected an integer that is at least 4, found number 1",
        "fp16: {enabled: true}\\nprecision: fp32|fp16.enabled: contradicts precision fp32; remove one of them",
        "bf16: {enabled: true}\\nprecision: fp32|bf16.enabled: contradicts precision fp32; remove one of them",
        "fp16: true|fp16: expected a mapping, found true",
        "zero_optimization: {stage: 4}|zero_optimization.stage: expected an integer between 0 and 3, found number 4",
        "zero_optimization: {stages: 1}|zero_optimization.stages: unknown key; did you mean 'zero_optimization.stage'?",
        "zero_optimization: {offload_param: {device: cpu}}|zero_optimization.offload_param.device: not supported: weights lie where they are computed with; stage 3 shares them among the ranks; remove it or set it to none, found text 'cpu'",
        "override_lr_scheduler: on\\nuse_checkpoint_lr_scheduler: on|override_lr_scheduler: override_lr_scheduler and use_checkpoint_lr_scheduler contradict each other",
        "model_parallel_size: 3\\nintermediate_size: 129|model_parallel_size: must divide num_attention_heads (4), found 3",
        "model_parallel_size: 4\\nnum_kv_heads: 2|model_parallel_size: must divide num_kv_heads (2), found 4",
        "model_parallel_size: 2\\nintermediate_size: 65|model_parallel_size: must divide the MLP's width (65), found 2",
        "model_parallel_size: 2\\nactivation: swiglu|model_parallel_size: must divide each half of the gated MLP (43), found 2",
        "sequence_parallel: true\\nmodel_parallel_size: 2\\nseq_length: 15\\nmax_position_embeddings: 16|sequence_parallel: model_parallel_size (2) must divide seq_length, found 15; set it to false",
        "sequence_parallel: true\\nmodel_parallel_size: 2\\ncurriculum_learning: {enabled: true, min_difficulty: 3, max_difficulty: 8, schedule_type: fixed_linear, schedule_config: {total_curriculum_step: 5, difficulty_step: 3}}|sequence_parallel: model_parallel_size (2) must divide every length of the curriculum (with difficulty_step and max_difficulty, or the lengths in difficulty); set it to false",
        "sequence_parallel: true\\nmodel_parallel_size: 2\\ncurriculum_learning: {enabled: true, min_difficulty: 3, max_difficulty: 8, schedule_type: fixed_discrete, schedule_config: {difficulty: [3, 8], max_step: [5]}}|sequence_parallel: model_parallel_size (2) must divide every length of the curriculum (with difficulty_step and max_difficulty, or the lengths in difficulty); set it to false",
        "sequence_parallel: true\\nmodel_parallel_size: 2\\nsoft_prompt_tuning: {enabled: true, num_tokens: 2}|sequence_parallel: a soft prompt before a sequence in slices is not built yet; set it to false",
        "pipe_parallel_size: 6|pipe_parallel_size: each stage needs a layer: expected at most 5 (embedding, blocks, norm and head), found 6",
        "pipe_parallel_size: 5\\npipe_partition_method: uniform|pipe_parallel_size: stage 2 of 5 would hold nothing but _post_transformer_block, which has no parameters; use fewer stages or another pipe_partition_method",
        "pipe_partition_method: profile|pipe_partition_method: expected uniform, parameters or type:PATTERN, found text 'profile'",
        "pipe_partition_method: 'type:['|pipe_partition_method: expected a regular expression without a colon after type:, found text '['",
        "pipe_partition_method: 'type:(?:mlp)'|pipe_partition_method: expected a regular expression without a colon after type:, found text '(?:mlp)'",
        "pipe_partition_method: type:mamba\\npipe_parallel_size: 2|pipe_partition_method: no layer is called like 'mamba'; the layers are EmbeddingPipe, _pre_transformer_block, ParallelTransformerLayerPipe, _post_transformer_block, NormPipe",
        "warmup: 1.1|warmup: expected a number between 0 and 1, found number 1.1",
        "train_data_paths: [a]|train_data_paths: give all three of train_data_paths, valid_data_paths and test_data_paths, or none",
        "train_data_weights: [1.0]|train_data_weights: expected one weight for each of the 0 train_data_paths, found 1",
        "checkpoint_factor: 1.5|checkpoint_factor: expected a whole number with checkpoint_scale linear, found 1.5",
        "checkpoint_factor: 1\\ncheckpoint_scale: log|checkpoint_factor: expected a number greater than 1 with checkpoint_scale log, found 1.0",
        "tokenizer_type: HFTokenizer|vocab_file: required but missing: the file of the HFTokenizer",
        "data_impl: lazy|data_impl: not supported: datasets in the cached and lazy formats; remove it or set it to infer or mmap, found text 'lazy'",
        "clip_grad: 0.5|clip_grad: not supported: GPT-NeoX ignores it; the key is gradient_clipping; remove it or set it to 1.0, found number 0.5",
        "attention_config: global|attention_config: expected a list like [[[global], 12]] of the words global, flash, gmlp and amlp, found text 'global'; for all blocks write [[[global], all]]",
        "precision: bf16|precision: expected one of fp32, fp16, bfloat16, found text 'bf16'; did you mean 'bfloat16'?",
        "save_interval: 5|save_interval: GPT-NeoX has this key no more; write checkpoint_factor, the steps between saves, found number 5",
        "attention-type: groupedquery|attention_type: GPT-NeoX has this key no more; remove it: num_kv_heads alone says it today, 1 for multiquery, some for groupedquery, all heads when not given, found text 'groupedquery'",
        "decay_lr_to: 0.033|decay_lr_to: GPT-NeoX has this key no more; write min_lr, a rate: decay_lr_to x optimizer.params.lr, found number 0.033",
        "gas: 2|gas: not supported: renamed: write gradient_accumulation_steps; remove it or set it to 1, found number 2",
        "deepspeed_extra_args: {gradient_clipping: 2}|deepspeed_extra_args.gradient_clipping: not supported: DeepSpeed would prefer it to the other keys; write gradient_clipping at the top level",
        "deepspeed_extra_args: {zero_optimization: {stage: 3}}|deepspeed_extra_args.zero_optimization: not supported: DeepSpeed would prefer it to the other keys; write zero_optimization at the top level",
        "deepspeed_extra_args: {zenflow: 1}|deepspeed_extra_args.zenflow: not supported: DeepSpeed would prefer it to the other keys; remove it",
        "deepspeed_extra_args: 5|deepspeed_extra_args: not supported: further DeepSpeed options are a mapping; remove it, found number 5",
        "'': 5|expected a name before ':', found none",
        "num_layers: 2147483647|num_layers: expected at most 10,000, found 2147483647",
        "hidden_size: 2147483644|hidden_size: expected at most 1,048,576, found 2147483644",
        "hidden_size: 9e18|hidden_size: expected an integer that is at least 1, found number 9e18",
        "hidden_size: 9223372036854775808|hidden_size: expected an integer that is at least 1, found number 9223372036854775808",
        "hidden_size: 1e400|hidden_size: expected an integer that is at least 1, found number 1e400",
        "seed: 1:30|seed: expected an integer between 1 and 2147483647, found text '1:30'",
        "intermediate_size: 2147483647|intermediate_size: expected a width of the MLP from 1 to 16,777,216, found 2147483647",
        "expansion_factor: 1e300|intermediate_size: expected a width of the MLP from 1 to 16,777,216, found 9223372036854775807",
        "intermediate_size: 1\\nactivation: swiglu|intermediate_size: expected a width of the MLP from 1 to 16,777,216, found 0",
        "attention_config: [[[global], 2147483647]]|attention_config: describes 2147483647 blocks, num_layers is 2",
        "train_iters: 9223372036854775807|train_iters: 6.49e+20 tokens are more than can be counted; expected fewer than 1.00e+18 in the run",
        "eval_iters: 9223372036854775807|eval_iters: 6.49e+20 tokens are more than can be counted; expected fewer than 1.00e+18 in the run",
        "Num-Layer: 5|Num_Layer: unknown key; did you mean 'num_layers'?",
        "something_else_entirely: 5|something_else_entirely: unknown key",
      })
  void saysWhatIsWrongAndWhatToDo(String lines, String message) {
    assertThat(problems(lines.replace("\\n", "\n"))).isEqualTo("c.yml:1: " + message);
  }

  @Test
  void namesWhatTheOptimizerLacks() {
    assertThat(problems("optimizer: {type: AdamW, params: {weight_decay: 0.1}}"))
        .isEqualTo(
            """
            c.yml:1: optimizer.type: expected one of adam, cpu_adam, cpu_torch_adam, lion, sgd, sm3, madgrad_wd, muon, found text \
            'AdamW'; did you mean 'adam'?
            c.yml:1: optimizer.params.lr: required but missing: peak learning rate
            c.yml:1: optimizer.params.weight_decay: not supported: it belongs at the top level: \
            weight_decay; remove it, found number 0.1\
            """);
    assertThat(problems("optimizer: {type: OneBitAdam, params: {lr: 1e8, betas: [0.9]}}"))
        .isEqualTo(
            """
            c.yml:1: optimizer.type: expected one of adam, cpu_adam, cpu_torch_adam, lion, sgd, sm3, madgrad_wd, muon, found text \
            'OneBitAdam'; GPT-NeoX has it, this program does not: 1-bit Adam is not built yet; it only compresses what ranks send; use Adam
            c.yml:1: optimizer.params.betas: expected two numbers of at least 0 and less than 1, \
            like [0.9, 0.95], found a list\
            """);
  }

  @Test
  void saysWhatIsRequired() {
    assertThat(catchThrowable(() -> TestConfig.read("seed: 1", Map.of())))
        .message()
        .satisfies(message ->
            assertThat(message.lines().map(l -> l.replaceAll("^\\S+c\\.yml: ", "")))
                .containsExactly(
                    "num_layers: required but missing: transformer blocks",
                    "hidden_size: required but missing: width of the residual stream",
                    "num_attention_heads: required but missing: query heads",
                    "seq_length: required but missing: tokens per training sample",
                    "max_position_embeddings: required but missing: rows of a learned position"
                        + " table; at least seq_length",
                    "train_iters: required but missing: optimizer steps of the whole run (or give"
                        + " train_epochs or train_tokens)",
                    "train_micro_batch_size_per_gpu: required but missing: samples per forward"
                        + " pass and rank (or give train_batch_size)",
                    "optimizer.type: required but missing: the rule by which gradients change weights;"
                        + " cpu_adam and cpu_torch_adam are adam",
                    "optimizer.params.lr: required but missing: peak learning rate",
                    "vocab_file: required but missing: the file of the GPT2BPETokenizer",
                    "merge_file: required but missing: the merges of the GPT2BPETokenizer"));
  }

  @Test
  void aWrongOverrideIsReportedAsSuch() {
    assertThat(problems("seed: 1", Map.of("train_iters", "ten")))
        .isEqualTo("--set: train_iters: expected an integer that is at least 0, found text 'ten'");
    assertThat(problems("seed: 1", Map.of("train_itres", "10")))
        .isEqualTo("--set: train_itres: unknown key; did you mean 'train_iters'?");
  }

  @Test
  void dataIsGivenInOneWay() {
    assertThat(
            problems(
                """
                train_data_paths: [a, b]
                valid_data_paths: [a]
                test_data_paths: [a]
                data_path: c
                train_data_weights: [0, 0]
                """))
        .isEqualTo(
            """
            c.yml:4: data_path: give either data_path or the three lists train_data_paths …, not \
            both
            c.yml:5: train_data_weights: at least one weight must be above 0\
            """);
  }

  @Test
  void bothHalfPrecisionsAreTooMany() {
    assertThat(problems("fp16: {enabled: true}\nbf16: {enabled: true}"))
        .isEqualTo("c.yml:2: bf16.enabled: fp16 is enabled too; choose one");
  }
}
