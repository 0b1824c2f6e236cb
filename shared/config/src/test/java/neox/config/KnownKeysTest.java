package neox.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import neox.config.table.KnownKeys;
import neox.config.table.OldKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KnownKeysTest {
  private static final Set<String> REMOVED_SINCE_2023 =
      Set.of("mlp_type", "save_iters", "label_data_paths", "gas", "detect_nvlink_pairs");

  /// Keys that GPT-NeoX does not have, one a line.
  private static final Set<String> OUR_OWN =
      Set.of(
          "async_save", //
          "data_stages",
          "deterministic",
          "deterministic_shards",
          "ema",
          "eval_on_startup",
          "eval_task_data",
          "eval_task_limit",
          "eval_task_num_fewshot",
          "fim_level",
          "fim_middle_token",
          "fim_prefix_token",
          "fim_rate",
          "fim_spm_rate",
          "fim_suffix_token",
          "freeze_params",
          "grad_accum_reduction",
          "histogram_interval",
          "init_from",
          "launcher_args",
          "lora",
          "lr_warmup_iters",
          "lr_wsd_decay_fraction",
          "lr_wsd_decay_iters",
          "lr_wsd_decay_style",
          "max_consecutive_skips",
          "mup_rules",
          "reference_model",
          "remote_save_folder",
          "remote_save_stop_seconds",
          "reset_attention_mask",
          "reset_position_ids",
          "rope_scaling",
          "sample_interval",
          "sample_prompts",
          "skip_nonfinite_steps",
          "skip_step_rolling_interval_length",
          "skip_step_sigma_factor",
          "rampup_batch_size",
          "recompute_granularity",
          "recompute_modules",
          "skip_steps",
          "train_biases_only",
          "train_tokens",
          "validation_sets",
          "z_loss_multiplier");

  private static List<String> neoxKeys() throws IOException {
    return Files.readAllLines(Path.of("src/test/resources/golden/neox-keys/keys.txt"));
  }

  /// Keys that the records read, nested ones by their outermost name.
  private static Set<String> supported() {
    Set<String> keys = new TreeSet<>();
    ConfigLoader.supportedKeys().forEach(key -> keys.add(key.replaceFirst("\\..*", "")));
    return keys;
  }

  private static Set<String> known() {
    Set<String> keys = new TreeSet<>();
    KnownKeys.names().stream().filter(key -> !key.contains(".")).forEach(keys::add);
    return keys;
  }

  @Test
  void eachOfThe321KeysIsSupportedOrKnown() throws IOException {
    Set<String> all = supported();
    all.addAll(known());
    assertThat(neoxKeys()).hasSize(321);
    assertThat(all).containsAll(neoxKeys());
    all.removeAll(neoxKeys());
    assertThat(all).containsAll(OUR_OWN);
    all.removeAll(OUR_OWN);
    assertThat(all).isEqualTo(REMOVED_SINCE_2023);
  }

  @Test
  void noKeyIsBothSupportedAndKnown() {
    assertThat(supported()).doesNotContainAnyElementsOf(known());
    assertThat(ConfigLoader.supportedKeys()).doesNotContainAnyElementsOf(KnownKeys.names());
  }

  @Test
  void eachKnownKeyHasAReason() {
    assertThat(KnownKeys.all()).allSatisfy(key -> assertThat(key.reason()).isNotBlank());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hostfile: /job/hostfile",
        "num_workers: 7",
        "scaled_upper_triang_masked_softmax_fusion: true",
        "partition_activations: true",
        "launcher: slurm",
        "deepspeed: true",
        "zero_optimization: {stage: 1, allgather_bucket_size: 500000000, stage3_max_live_parameters: 1}",
        "zero_optimization: {cpu_offload: false, offload_param: {device: none, pin_memory: true}}",
        "fp16: {enabled: false, loss_scale: 0, initial_scale_power: 12, hysteresis: 2}",
        "fp16: {}",
        "data_impl: MMAP",
        "clip_grad: 1",
        "moe_num_experts: 1",
        "moe_num_experts: null",
        "use_wandb: false",
        "flops_profiler: {enabled: false, profile_step: 5}",
        "autotuning: {}",
        "train_label_data_paths: []",
        "soft_prompt_tuning: {enabled: false, num_tokens: 10}",
        "data_types: {grad_accum_dtype: fp32}",
        "optimizer: {type: ADAM, params: {lr: 1, bias_correction: true, freeze_step: 9}}",
        "gas: 1",
        "bf16: {enabled: true, bf16: true, loss_scale: 0, hysteresis: 2}",
        "deepspeed_extra_args: {}",
        "deepspeed_extra_args: {comms_logger: {enabled: false}, steps_per_print: 5}",
        "mlp_type: regular",
      })
  void isSilentAboutWhatAsksForNothing(String line) {
    assertThat(TestConfig.load(line).model().layers()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mlp_type: llama",
        "optimizer: {type: Adam, params: {lr: 1, amsgrad: true}}",
        "world_size: 2",
        "lr: 0.1",
        "autotuning_run: tune",
      })
  void reportsWhatAsksForSomething(String line) {
    assertThat(TestConfig.problems(line)).containsPattern(": not (supported|built yet): ");
  }

  /// What changes no number, however loudly it is asked for, is named and otherwise passed over.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "wandb: {enabled: true}|wandb",
        "use_comet: yes\\ncomet_tags: [a]|use_comet",
        "memory_profiling: true\\nmemory_profiling_path: p|memory_profiling",
        "comms_logger: {enabled: true}|comms_logger",
        "dpo_fp32: false\\nkto_fp32: true\\nfp16_lm_cross_entropy: true|dpo_fp32, fp16_lm_cross_entropy",
        "deepspeed_extra_args: {comms_logger: {enabled: true}, dump_state: true}|deepspeed_extra_args.comms_logger",
        "flops_profiler: {profile_step: 5}|flops_profiler",
        "tensorboard: {enabled: true, output_path: x}|tensorboard",
        "autotuning: {enabled: true}|autotuning",
      })
  void warnsOnceOfWhatIsUnheard(String lines, String names) {
    LoadedConfig loaded = TestConfig.loaded(lines.replace("\\n", "\n"), Map.of());
    assertThat(loaded.warning())
        .contains("no effect here, and no number gets less exact: " + names);
  }

  @Test
  void thereIsNoWarningWithoutNeed() {
    assertThat(TestConfig.loaded("use_wandb: false\nhostfile: /job/hostfile", Map.of()).warning())
        .isEmpty();
  }

  @Test
  void anOldKeyIsNeitherSupportedNorKnownAndIsAnsweredWithKeysOfToday() {
    Set<String> today = supported();
    today.addAll(known());
    assertThat(OldKeys.all().keySet()).doesNotContainAnyElementsOf(today);
    Pattern write = Pattern.compile("^write ([a-z_]+)");
    assertThat(OldKeys.all().values())
        .allSatisfy(answer -> assertThat(answer).matches("(write|remove it: ).*"))
        .allSatisfy(answer ->
            assertThat(write.matcher(answer).results().map(m -> m.group(1))).isSubsetOf(today));
  }
}
