package neox.config.table;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The one table of keys that GPT-NeoX has and this program does not use, each with the reason. (A
/// table: longer than our limit.)
public final class KnownKeys {
  private static final Map<String, Known> TABLE = new LinkedHashMap<>();

  /// What becomes of a key that is not used.
  public enum Effect {
    /// No value can change anything that is seen: passed over in silence.
    NONE,
    /// No value can change a number, or only make it less exact, but something was asked for: named
    /// in a warning.
    UNHEARD,
    /// It would change a result, and always will be missing: refused unless it asks for nothing.
    REFUSED,
    /// It would change a result, and is to come: refused unless it asks for nothing.
    LATER
  }

  /// A key that is known but not used.
  ///
  /// @param silent values that ask for nothing, besides null, false and what is empty
  /// @param changesModel it decides which network the weights belong to
  public record Known(
      String name, Effect effect, List<String> silent, boolean changesModel, String reason) {

    /// Whether this value asks for something that does not happen, though no number depends on it.
    public boolean isUnheard(Value value) {
      return effect == Effect.UNHEARD && !asksForNothing(value);
    }

    /// What to report about this value, if it would change a result.
    public Optional<String> refusal(Value value) {
      return switch (effect) {
        case NONE, UNHEARD -> Optional.empty();
        case REFUSED -> refusal(value, "not supported");
        case LATER -> refusal(value, "not built yet");
      };
    }

    private Optional<String> refusal(Value value, String verdict) {
      if (asksForNothing(value)) {
        return Optional.empty();
      }
      String way =
          silent.isEmpty() ? "remove it" : "remove it or set it to " + String.join(" or ", silent);
      return Optional.of(
          "%s: %s: %s; %s, found %s".formatted(name, verdict, reason, way, value.describe()));
    }

    private boolean asksForNothing(Value value) {
      return switch (value) {
        case Value.Scalar scalar -> {
          Object resolved = scalar.resolve();
          yield resolved == null
              || (resolved.equals(false) && !silent.contains("true"))
              || silent.stream().anyMatch(s -> same(s, scalar));
        }
        case Value.Items items -> items.items().stream().allMatch(this::asksForNothing);
        case Value.Fields fields -> {
          Value enabled = fields.get("enabled");
          yield fields.fields().isEmpty() || (enabled != null && asksForNothing(enabled));
        }
      };
    }

    private static boolean same(String silent, Value.Scalar scalar) {
      Object wanted = new Value.Scalar(silent, true, scalar.origin()).resolve();
      Object found = scalar.resolve();
      if (wanted instanceof Number a && found instanceof Number b) {
        return a.doubleValue() == b.doubleValue();
      }
      boolean sameText = silent.equals(scalar.text().toLowerCase(Locale.ROOT));
      return sameText || (wanted != null && wanted.equals(found));
    }
  }

  static {
    model();
    batchAndPrecision();
    optimizer();
    data();
    training();
    logging();
    launching();
    setByTheProgram();
    oldNames();
  }

  private static void model() {
    refusedModel(
        "an output layer split by rows (nor in GPT-NeoX)", "output_layer_parallelism=column");
    laterModel("mixtures of experts", "moe_num_experts=1");
    laterModel("the scaling of positions", "mup_rp_embedding_mult=1.0");
    ignored(
        "used by mixtures of experts only",
        "moe_expert_interval",
        "moe_top_k",
        "moe_router_type",
        "moe_lbl_in_fp32",
        "moe_jitter_eps");
    ignored("used by block-sparse attention only", "sparsity_config", "sparse_attention");
    ignored(
        "used by Mamba blocks only",
        "mamba_selective_scan_fusion",
        "mamba_causal_conv_fusion",
        "mamba_inner_func_fusion",
        "mamba_selective_fp32_params",
        "mamba_use_bias_in_conv",
        "mamba_use_bias_in_linears");
    ignored("used by RWKV blocks only", "dim_att", "head_size", "ffn_dim");
    ignored(
        "a faster GPU kernel of the same formula",
        "layernorm_fusion",
        "rmsnorm_fusion",
        "use_flashattn_swiglu",
        "scaled_upper_triang_masked_softmax_fusion",
        "scaled_masked_softmax_fusion",
        "bias_dropout_fusion",
        "rope_fusion",
        "fused_kernels_build_path");
    later(
        "TransformerEngine, which runs on GPUs only",
        "te_columnparallel",
        "te_rowparallel",
        "te_layernorm_mlp",
        "te_mha",
        "te_fp8_mha");
    ignored(
        "used by TransformerEngine only",
        "te_fp8_format",
        "te_fp8_wgrad",
        "te_fp8_amax_history_len",
        "te_fp8_amax_compute_algo",
        "te_fp8_margin");
    ignored(
        "no effect in GPT-NeoX either",
        "num_unique_layers",
        "param_sharing_style",
        "use_bias_in_norms",
        "onnx_safe");
    ignored(
        "values that follow from the configuration are not stored; older files are read",
        "rotary_save_freqs_buffer");
    ignored(
        "weights are always drawn as a whole, so they do not depend on the ranks",
        "use_cpu_initialization");
  }

  private static void batchAndPrecision() {
    unheard(
        "cross entropy is always computed in fp32; fp16 would only make it less exact",
        "fp16_lm_cross_entropy");
    refused("apex AMP", "amp");
    ignored(
        "no effect in GPT-NeoX either, whose inputs are integers", "fp16.fp16", "fp16.auto_cast");
    refused("weights are always updated in fp32", "fp16.fp16_master_weights_and_grads");
    ignored(
        "no effect in GPT-NeoX either; they belong into fp16",
        "hysteresis",
        "loss_scale",
        "loss_scale_window",
        "min_scale",
        "dynamic_loss_scale");
    ignored(
        "bf16 has no further options",
        "bf16.immediate_grad_update",
        "bf16.type",
        "bf16.bf16",
        "bf16.auto_cast",
        "bf16.loss_scale",
        "bf16.loss_scale_window",
        "bf16.hysteresis",
        "bf16.min_loss_scale",
        "bf16.initial_scale_power",
        "bf16.consecutive_hysteresis");
    ignored(
        "there is one rank, nothing is communicated",
        "fp32_allreduce",
        "prescale_gradients",
        "gradient_predivide_factor",
        "communication_data_type");
    unheard("a log of what ranks send each other", "comms_logger");
    refused("sparse gradients (unusable in GPT-NeoX)", "sparse_gradients");
    refused("batch sizes that follow the number of machines", "elasticity");
  }

  private static void optimizer() {
    refused("GPT-NeoX ignores it; the key is gradient_clipping", "clip_grad=1.0");
    refused("it belongs at the top level: weight_decay", "optimizer.params.weight_decay");
    refused("AMSGrad", "optimizer.params.amsgrad");
    ignored(
        "used by other optimizers only",
        "optimizer.params.freeze_step",
        "optimizer.params.cuda_aware",
        "optimizer.params.torch_adam");
    later("8-bit Adam, which runs on GPUs only", "use_bnb_optimizer");
    ignored(
        "used by onebitadam only; the schedule has its own keys, lr_decay_style and so on",
        "scheduler");
    ignored(
        "no effect here: gradients lie in one piece, a rank reduces what it keeps, and parts are"
            + " gathered bucket by bucket",
        "zero_optimization.allgather_partitions",
        "zero_optimization.allgather_bucket_size",
        "zero_optimization.reduce_scatter",
        "zero_optimization.contiguous_gradients",
        "zero_optimization.round_robin_gradients",
        "zero_optimization.sub_group_size",
        "zero_optimization.ignore_unused_parameters",
        "zero_optimization.legacy_stage1",
        "zero_optimization.memory_efficient_linear");
    ignored(
        "a checkpoint continues on any number of ranks, with any stage",
        "zero_optimization.elastic_checkpoint",
        "zero_optimization.load_from_fp32_weights");
    ignored("weights are gathered layer by layer, and saved whole", "zero_optimization.stage3_*");
    refused(
        "a second partition of the weights within each host",
        "zero_optimization.zero_hpz_partition_size=1");
    refused(
        "sending weights and gradients in fewer bits",
        "zero_optimization.zero_quantized_weights=false",
        "zero_optimization.zero_quantized_gradients=false",
        "zero_optimization.zero_quantized_nontrainable_weights=false");
    ignored(
        "used with offloading to a disk or from pinned memory only",
        "zero_optimization.offload_optimizer.*",
        "zero_optimization.offload_param.*");
    refused(
        "weights lie where they are computed with; stage 3 shares them among the ranks",
        "zero_optimization.offload_param.device=none",
        "zero_optimization.cpu_offload_params=false");
  }

  private static void data() {
    refused("datasets in the cached and lazy formats", "data_impl=infer|mmap");
    ignored("index files are written atomically, shared file system or not", "use_shared_fs");
    ignored("data is read from the memory map, without workers", "num_workers");
    ignored("no effect in GPT-NeoX either", "short_seq_prob");
    refused("DeepSpeed's data sampling", "data_efficiency");
  }

  private static void training() {
    unheard(
        "log-probabilities are always computed in fp32; others would only make them less exact",
        "dpo_fp32=true",
        "kto_fp32=true");
    ignored(
        "used by train_impl reinforce only, which is not supported",
        "fp32_reinforce",
        "kl_impl",
        "kl_div_beta",
        "reinforce_leave_one_out",
        "online_dataserver_ips",
        "online_dataserver_ports",
        "weight_server_port");
    refused("serving weights while training", "serve_model_weights");
    unheard("comparing logits after loading", "checkpoint_validation_with_forward_pass");
    ignored(
        "no effect in GPT-NeoX either",
        "no_save_optim",
        "deepspeed_activation_checkpointing",
        "lazy_mpu_init",
        "adlr_autoresume_interval",
        "deepscale_config");
    refused("NVIDIA's cluster autoresume", "adlr_autoresume");
    refused("deprecated in GPT-NeoX", "deepscale");
    ignored("there is no DeepSpeed here", "deepspeed", "checkpoint", "activation_checkpointing");
    ignored(
        "where recomputed activations are kept on GPUs",
        "contiguous_checkpointing",
        "checkpoint_in_cpu",
        "synchronize_each_layer",
        "partition_activations");
    refused("compression of weights", "compression_training");
    refused("further DeepSpeed options are a mapping", "deepspeed_extra_args");
  }

  private static void logging() {
    unheard("Comet; metrics go to metrics.jsonl and TensorBoard", "use_comet");
    ignored(
        "used with use_comet only",
        "comet_workspace",
        "comet_project",
        "comet_experiment_name",
        "comet_tags",
        "comet_others");
    unheard(
        "DeepSpeed's monitors; the keys are tensorboard_dir, log_dir and use_wandb",
        "tensorboard",
        "csv_monitor",
        "wandb");
    unheard("the history of a GPU's memory", "memory_profiling");
    ignored("used by memory_profiling only", "memory_profiling_path");
    unheard("DeepSpeed's profiler; write profile: true", "flops_profiler");
    ignored("a profile always shows the backward pass, too", "profile_backward");
    ignored("lines that DeepSpeed prints", "steps_per_print", "dump_state");
  }

  private static void launching() {
    ignored("Gloo on a CPU, as the device asks for", "distributed_backend");
    unheard("DeepSpeed's autotuning, which only its own command starts", "autotuning");
    refused("DeepSpeed's autotuning", "autotuning_run");
  }

  private static void setByTheProgram() {
    ignored("GPT-NeoX sets it itself; its tests of CPUs set it", "global_num_gpus");
    refused(
        "it is not for configuration files; GPT-NeoX sets it itself",
        "curriculum_seqlen=0",
        "world_size",
        "is_pipe_parallel",
        "rank",
        "local_rank",
        "user_script",
        "do_train",
        "do_valid",
        "padded_vocab_size",
        "tokenizer",
        "config_files",
        "tensorboard_writer",
        "comet_experiment",
        "adlr_autoresume_object",
        "batch_size");
    ignored("GPT-NeoX sets it itself", "git_hash");
    refused("write optimizer.type", "optimizer_type=adam");
    refused("write optimizer.params.lr", "lr");
    refused(
        "write zero_optimization",
        "zero_stage",
        "zero_reduce_scatter",
        "zero_contiguous_gradients",
        "zero_reduce_bucket_size",
        "zero_allgather_bucket_size");
  }

  /// Keys of 2023 that GPT-NeoX itself no longer has.
  private static void oldNames() {
    refusedModel(
        "GPT-NeoX replaced it: for llama write activation: swiglu, use_bias_in_mlp: false,"
            + " mlp_multiple_of: 256 and intermediate_size: 8 x hidden_size",
        "mlp_type=regular");
    refused("renamed: write extra_save_iters", "save_iters");
    refused("renamed: write train_label_data_paths", "label_data_paths");
    refused("renamed: write gradient_accumulation_steps", "gas=1");
    ignored("removed from GPT-NeoX", "detect_nvlink_pairs");
  }

  /// The entry for a key, which may be dotted.
  public static Optional<Known> find(String name) {
    Known exact = TABLE.get(name);
    return exact != null
        ? Optional.of(exact)
        : TABLE.values().stream()
            .filter(known -> known.name().endsWith("*"))
            .filter(known -> name.startsWith(known.name().substring(0, known.name().length() - 1)))
            .findFirst();
  }

  public static Collection<String> names() {
    return TABLE.keySet();
  }

  public static Collection<Known> all() {
    return TABLE.values();
  }

  private static void ignored(String reason, String... names) {
    put(Effect.NONE, false, reason, names);
  }

  private static void unheard(String reason, String... names) {
    put(Effect.UNHEARD, false, reason, names);
  }

  private static void refused(String reason, String... entries) {
    put(Effect.REFUSED, false, reason, entries);
  }

  private static void refusedModel(String reason, String... entries) {
    put(Effect.REFUSED, true, reason, entries);
  }

  private static void later(String reason, String... entries) {
    put(Effect.LATER, false, reason, entries);
  }

  private static void laterModel(String reason, String... entries) {
    put(Effect.LATER, true, reason, entries);
  }

  /// @param entries names, each with the values that ask for nothing: `name=a|b`
  private static void put(Effect effect, boolean changesModel, String reason, String... entries) {
    for (String entry : entries) {
      int equals = entry.indexOf('=');
      String name = equals < 0 ? entry : entry.substring(0, equals);
      List<String> silent =
          equals < 0 ? List.of() : List.of(entry.substring(equals + 1).split("\\|", -1));
      if (TABLE.put(name, new Known(name, effect, silent, changesModel, reason)) != null) {
        throw new IllegalStateException(name + " is listed twice");
      }
    }
  }

  private KnownKeys() {}
}
