package neox.config;

import java.util.List;
import neox.config.model.MlpConfig;
import neox.config.model.ModelConfig;
import neox.config.model.Positions;
import neox.config.model.TransformerConfig;
import neox.config.table.ConfigTable;
import neox.config.table.Range;

/// Which runs end in the same bits (`deterministic`). See docs/decisions/0025-same-bits.md.
///
/// @param sameOn what a run may differ in
/// @param shards into which every layer is cut, whatever the number of tensor-parallel ranks
///   (`deterministic_shards`); of a meaning with [SameOn#LAYOUT] alone
public record DeterministicConfig(SameOn sameOn, int shards) {
  private static final String KEY = "deterministic";
  private static final String SHARDS = "deterministic_shards";
  private static final String TENSOR = "model_parallel_size";

  /// What two runs may differ in and still end in the same bits.
  public enum SameOn {
    /// Nothing: the same ranks, cut in the same way.
    RERUN,
    /// How many ranks there are, and how tensor, pipeline and data parallelism and ZeRO cut the run
    /// over them.
    LAYOUT
  }

  static DeterministicConfig from(ConfigTable t) {
    t.section("Determinism");
    return new DeterministicConfig(
        t.choice(
            KEY,
            SameOn.RERUN,
            "what ends in the same bits: a rerun on the same layout of ranks, or a run on any layout"
                + " (pipe_parallel_size, model_parallel_size, replicas, ZeRO stage)"),
        t.integer(
            SHARDS,
            4,
            Range.atLeast(1),
            "with deterministic layout, parts into which each layer is cut on every layout;"
                + " model_parallel_size divides it"));
  }

  /// Whether the bits must not depend on the layout of ranks.
  public boolean onEveryLayout() {
    return sameOn == SameOn.LAYOUT;
  }

  /// Reports what has another order of sums on another layout.
  void check(ConfigTable t, NeoxConfig config) {
    if (onEveryLayout()) {
      checkLayout(t, config.parallel());
      checkShards(t, config.model());
      checkNetwork(t, config.model());
      checkTraining(t, config);
    }
  }

  private void checkLayout(ConfigTable t, ParallelConfig parallel) {
    t.check(
        shards % parallel.modelParallelSize() == 0,
        List.of(TENSOR, SHARDS),
        "must divide deterministic_shards (%d), found %d",
        shards,
        parallel.modelParallelSize());
    t.check(
        !parallel.sequenceParallel(),
        List.of("sequence_parallel", KEY),
        "deterministic layout is not built yet with sequence_parallel, whose norms add up slice by"
            + " slice; set it to false");
  }

  private void checkShards(ConfigTable t, ModelConfig model) {
    checkDivides(t, "num_attention_heads", "num_attention_heads", model.heads());
    checkDivides(t, "num_kv_heads", "num_kv_heads", model.kvHeads());
    for (MlpConfig mlp :
        model.transformers().stream().map(TransformerConfig::mlp).distinct().toList()) {
      String part = mlp.activation().gated() ? "each half of the gated MLP" : "the MLP's width";
      checkDivides(t, "intermediate_size", part, mlp.size());
    }
  }

  private void checkDivides(ConfigTable t, String key, String what, int size) {
    t.check(
        size % shards == 0,
        List.of(SHARDS, key),
        "must divide %s (%d), found %d",
        what,
        size,
        shards);
  }

  private static void checkNetwork(ConfigTable t, ModelConfig model) {
    t.check(
        model.gmlps().isEmpty(),
        List.of("attention_config", KEY),
        "deterministic layout is not built yet for gmlp and amlp blocks");
    t.check(
        !(model.positions() instanceof Positions.Relative),
        List.of("pos_emb", KEY),
        "deterministic layout is not built yet for rpe, whose table all stages train");
    t.check(
        model.transformers().stream().noneMatch(block -> block.attention().normed()),
        List.of("use_qk_layernorm", KEY),
        "deterministic layout is not built yet for it: all heads train one norm");
    t.check(
        model.prompt().isEmpty(),
        List.of("soft_prompt_tuning.enabled", KEY),
        "deterministic layout is not built yet for soft prompts");
  }

  private static void checkTraining(ConfigTable t, NeoxConfig config) {
    t.check(
        config.tuning().lora().isEmpty(),
        List.of(LoraConfig.RANK, KEY),
        "deterministic layout is not built yet for adapters");
    t.check(
        config.objective() instanceof ObjectiveConfig.LanguageModeling,
        List.of("train_impl", KEY),
        "deterministic layout is not built yet for preferences and rewards");
    t.check(
        config.optimizer().rule() instanceof OptimizerRule.Adam,
        List.of("optimizer.type", KEY),
        "deterministic layout is built for adam alone");
    t.check(
        config.optimizer().reduction() == GradientReduction.MEAN,
        List.of("grad_accum_reduction", KEY),
        "deterministic layout needs mean: a sum depends on how many replicas share the batch");
    t.check(
        config.mixedPrecision().accumulation() == Precision.FP32,
        List.of("data_types.grad_accum_dtype", KEY),
        "deterministic layout adds up in fp32 alone; set it to fp32");
    t.check(
        config.monitor().noiseScale().isEmpty(),
        List.of("log_gradient_noise_scale", KEY),
        "deterministic layout is not built yet with it; set it to false");
  }
}
