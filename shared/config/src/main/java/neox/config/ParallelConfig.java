package neox.config;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import neox.config.model.MlpConfig;
import neox.config.model.ModelConfig;
import neox.config.model.TransformerConfig;
import neox.config.pipeline.PartitionMethod;
import neox.config.pipeline.PipelineStages;
import neox.config.table.ConfigTable;
import neox.config.table.Range;

/// How many ranks share the work, along each axis.
///
/// @param pipeParallelSize pipeline stages (`pipe_parallel_size`); 0 and 1 are the same network in
///   different checkpoint files: one `mp_rank` file (0) or one file per layer (1 and more)
/// @param partitionMethod in what these stages are made equal (`pipe_partition_method`)
/// @param modelParallelSize tensor-parallel ranks (`model_parallel_size`)
/// @param sequenceParallel activations outside tensor-parallel blocks are split along the sequence
/// @param zero what data-parallel ranks share (`zero_optimization`)
public record ParallelConfig(
    int pipeParallelSize,
    PartitionMethod partitionMethod,
    int modelParallelSize,
    boolean sequenceParallel,
    ZeroConfig zero) {

  /// ZeRO's stage (`zero_optimization.stage`).
  public int zeroStage() {
    return zero.stage();
  }

  /// Pipeline stages as the schedule counts them: at least one.
  public int stages() {
    return Math.max(1, pipeParallelSize);
  }

  /// The network in its stages.
  public PipelineStages stages(ModelConfig model) {
    return PipelineStages.of(model, partitionMethod, stages());
  }

  /// Ranks that hold one copy of the network together.
  public long ranksPerReplica() {
    return (long) stages() * modelParallelSize;
  }

  /// Reports what `model` does not divide into.
  void check(ConfigTable t, ModelConfig model) {
    stages(model).check(t);
    checkDivides(t, "num_attention_heads", "num_attention_heads", model.heads());
    if (model.kvHeads() != model.heads()) {
      checkDivides(t, "num_kv_heads", "num_kv_heads", model.kvHeads());
    }
    t.check(
        modelParallelSize == 1 || !model.normsHeadsTogether(),
        List.of("use_qk_layernorm", MODEL_PARALLEL, "norm"),
        "with norm %s it takes all heads of a rank together, another formula for each"
            + " model_parallel_size, found %d; set that to 1, or norm to rmsnorm",
        model.norm().name().toString().toLowerCase(Locale.ROOT),
        modelParallelSize);
    t.check(
        modelParallelSize == 1 || model.gmlps().isEmpty(),
        List.of("attention_config", MODEL_PARALLEL),
        "gmlp and amlp blocks are not built yet with model_parallel_size above 1, found %d",
        modelParallelSize);
    for (MlpConfig mlp : distinct(model)) {
      String part = mlp.activation().gated() ? "each half of the gated MLP" : "the MLP's width";
      checkDivides(t, "intermediate_size", part, mlp.size());
    }
  }

  /// Reports what is not cut into one slice of the sequence for each tensor-parallel rank.
  void checkSlices(ConfigTable t, ModelConfig model, BatchConfig batch) {
    if (!sequenceParallel || modelParallelSize == 1) {
      return;
    }
    t.check(
        model.seqLength() % modelParallelSize == 0,
        List.of(SEQUENCE_PARALLEL, "seq_length", MODEL_PARALLEL),
        "model_parallel_size (%d) must divide seq_length, found %d; set it to false",
        modelParallelSize,
        model.seqLength());
    t.check(
        batch.changes().curriculum().filter(each -> !each.divides(modelParallelSize)).isEmpty(),
        List.of(SEQUENCE_PARALLEL, "curriculum_learning.enabled", MODEL_PARALLEL),
        "model_parallel_size (%d) must divide every length of the curriculum (with"
            + " difficulty_step and max_difficulty, or the lengths in difficulty); set it to false",
        modelParallelSize);
    t.check(
        model.prompt().isEmpty(),
        List.of(SEQUENCE_PARALLEL, "soft_prompt_tuning.enabled", MODEL_PARALLEL),
        "a soft prompt before a sequence in slices is not built yet; set it to false");
  }

  private void checkDivides(ConfigTable t, String key, String what, int size) {
    t.check(
        size % modelParallelSize == 0,
        List.of(MODEL_PARALLEL, key),
        "must divide %s (%d), found %d",
        what,
        size,
        modelParallelSize);
  }

  private static Set<MlpConfig> distinct(ModelConfig model) {
    return model.transformers().stream()
        .map(TransformerConfig::mlp)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /// How many replicas of the network a run of `worldSize` ranks has.
  int replicas(ConfigTable t, OptionalInt worldSize) {
    if (worldSize.isEmpty()) {
      return 1;
    }
    int ranks = worldSize.getAsInt();
    t.check(
        ranks % ranksPerReplica() == 0,
        stages() > 1
            ? List.of(PIPE_PARALLEL, MODEL_PARALLEL)
            : List.of(MODEL_PARALLEL, PIPE_PARALLEL),
        "pipe_parallel_size (%d) x model_parallel_size (%d) = %d ranks share the network, but the run"
            + " has %d; start %d of them or a multiple (num_gpus, or a"
            + " hostfile)%s",
        stages(),
        modelParallelSize,
        ranksPerReplica(),
        ranks,
        ranksPerReplica(),
        ranks > 1
            ? ""
            : ", or train on this one with --set pipe_parallel_size=1 --set model_parallel_size=1");
    return Math.toIntExact(Math.max(1, ranks / ranksPerReplica()));
  }

  static ParallelConfig from(ConfigTable t) {
    t.section("Parallelism");
    return new ParallelConfig(
        t.atMost(
            MOST_RANKS,
            PIPE_PARALLEL,
            t.integer(
                PIPE_PARALLEL,
                0,
                Range.atLeast(0),
                "pipeline stages; 0 and 1 differ only in the layout of checkpoints")),
        PartitionMethod.from(t),
        t.atMost(
            MOST_RANKS,
            MODEL_PARALLEL,
            t.integer(MODEL_PARALLEL, 1, Range.atLeast(1), "tensor-parallel ranks")),
        t.flag(
            SEQUENCE_PARALLEL,
            false,
            "norms, dropout and residuals on each tensor-parallel rank's slice of the sequence; no"
                + " effect on one such rank; the final norm's gradient counts once (upstream: twice)"),
        ZeroConfig.from(t));
  }

  /// More processes than any machine holds that could run them.
  private static final int MOST_RANKS = 1 << 20;

  private static final String PIPE_PARALLEL = "pipe_parallel_size";
  private static final String MODEL_PARALLEL = "model_parallel_size";
  private static final String SEQUENCE_PARALLEL = "sequence_parallel";
}
