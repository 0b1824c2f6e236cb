package neox.config;

/// How many ranks share the work, along each axis.
///
/// @param pipeParallelSize pipeline stages (`pipe_parallel_size`); 0 and 1 are the same network in
///   different checkpoint files: one `mp_rank` file (0) or one file per layer (1 and more)
/// @param modelParallelSize tensor-parallel ranks (`model_parallel_size`)
/// @param sequenceParallel activations outside tensor-parallel blocks are split along the sequence
/// @param zeroStage ZeRO stage (`zero_optimization.stage`)
public record ParallelConfig(
    int pipeParallelSize, int modelParallelSize, boolean sequenceParallel, int zeroStage) {

  /// Pipeline stages as the schedule counts them: at least one.
  public int stages() {
    return Math.max(1, pipeParallelSize);
  }

  static ParallelConfig from(ConfigTable t) {
    t.section("Parallelism");
    return new ParallelConfig(
        t.integer(
            "pipe_parallel_size",
            0,
            Range.atLeast(0),
            "pipeline stages; 0 and 1 differ only in the layout of checkpoints"),
        t.integer("model_parallel_size", 1, Range.atLeast(1), "tensor-parallel ranks"),
        t.flag(
            "sequence_parallel",
            false,
            "split activations along the sequence; no effect on one tensor-parallel rank"),
        t.integer(
            "zero_optimization.stage",
            0,
            Range.between(0, 3),
            "ZeRO stage; 0 and 1 are the same on one rank"));
  }
}
