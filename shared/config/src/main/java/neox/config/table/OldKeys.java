package neox.config.table;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Keys that GPT-NeoX, or a well-known branch of it, once had: published configurations hold them,
/// and each is answered with what to write today.
public final class OldKeys {
  private static final Map<String, String> TODAY = new LinkedHashMap<>();

  static {
    old(
        "remove it: num_kv_heads alone says it today, 1 for multiquery, some for groupedquery, all"
            + " heads when not given",
        "attention_type");
    old("write attention_config, such as [[[global], all]]", "sparsity");
    old("write activation: geglu", "geglu");
    old("write bias_gelu_fusion, which is gelu by its tanh approximation", "openai_gelu");
    old(
        "remove it: norms stand before attention and MLP, never after them",
        "apply_residual_connection_post_layernorm");
    old("write min_lr, a rate: decay_lr_to x optimizer.params.lr", "decay_lr_to");
    old("write lr_warmup_iters", "warmup_iters");
    old("write checkpoint_factor, the steps between saves", "save_interval");
    old("write moe_expert_interval", "expert_interval");
    old(
        "remove it: it said how to compute mixtures of experts (moe_num_experts), which are not"
            + " built yet",
        "moe_type",
        "moe_token_dropping",
        "moe_expert_parallel_size",
        "moe_loss_coeff",
        "moe_train_capacity_factor",
        "moe_eval_capacity_factor",
        "moe_min_capacity",
        "moe_use_residual",
        "moe_glu",
        "create_moe_param_group",
        "enable_expert_tensor_parallelism");
    old(
        "remove it: model_parallel_size says how many ranks share a tensor",
        "use_axonn_model_parallelism",
        "depth_model_parallel_size",
        "row_model_parallel_size",
        "column_model_parallel_size",
        "optimize_axonn_communication");
  }

  /// What to write today instead of an old key.
  static Optional<String> today(String name) {
    return Optional.ofNullable(TODAY.get(name));
  }

  /// Every old key, with what to write today.
  public static Map<String, String> all() {
    return Collections.unmodifiableMap(TODAY);
  }

  private static void old(String today, String... names) {
    for (String name : names) {
      if (TODAY.put(name, today) != null) {
        throw new IllegalStateException(name + " is listed twice");
      }
    }
  }

  private OldKeys() {}
}
