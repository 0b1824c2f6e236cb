package neox.config;

/// A whole configuration: what the files say, checked, with every default filled in. Only `main`
/// classes see all of it; everything else takes the smallest record it needs.
public record NeoxConfig(
    ModelConfig model,
    ParallelConfig parallel,
    BatchConfig batch,
    OptimizerConfig optimizer,
    ScheduleConfig schedule,
    Precision precision,
    RecomputeConfig recompute,
    DataConfig data,
    TokenizerConfig tokenizer,
    CheckpointConfig checkpoint,
    EvalConfig eval,
    MonitorConfig monitor,
    GenerateConfig generate) {}
