package neox.config;

import neox.config.table.ConfigTable;
import neox.config.table.Range;

/// What data-parallel ranks share of what each would otherwise hold itself (ZeRO,
/// arXiv:1910.02054).
///
/// @param stage 1 shares what the optimizer remembers, 2 the gradients too, 3 the weights too
/// @param reduceBucketSize numbers that are reduced at a time
/// @param overlapComm whether ranks talk while they compute
/// @param offloadsOptimizer whether the optimizer's memory is main memory
public record ZeroConfig(
    int stage, long reduceBucketSize, boolean overlapComm, boolean offloadsOptimizer) {
  /// Everything on every rank.
  public static final ZeroConfig NONE = new ZeroConfig(0, 500_000_000, false, false);

  private static final String OFFLOAD = "zero_optimization.offload_optimizer.device";
  private static final String CPU_OFFLOAD = "zero_optimization.cpu_offload";

  /// Where what the optimizer remembers lies.
  private enum Offload {
    NONE,
    CPU
  }

  /// Whether ranks keep a part of the optimizer's memory each.
  public boolean sharesState() {
    return stage >= 1;
  }

  public boolean sharesGradients() {
    return stage >= 2;
  }

  public boolean sharesWeights() {
    return stage >= 3;
  }

  /// What is left of it where there is nobody to share with.
  public ZeroConfig alone() {
    return new ZeroConfig(NONE.stage, reduceBucketSize, NONE.overlapComm, offloadsOptimizer);
  }

  static ZeroConfig from(ConfigTable t) {
    int stage =
        t.integer(
            "zero_optimization.stage",
            NONE.stage,
            Range.between(0, 3),
            "what data-parallel ranks share rather than hold each: from 1 on what the optimizer"
                + " remembers, from 2 on gradients, with 3 weights; the same on one rank");
    long size =
        t.count(
            "zero_optimization.reduce_bucket_size",
            NONE.reduceBucketSize,
            Range.atLeast(1),
            "numbers whose gradients are reduced at a time over several data-parallel ranks: less"
                + " takes less memory with stage 2, and begins earlier with overlap_comm");
    boolean overlap =
        t.flag(
            "zero_optimization.overlap_comm",
            NONE.overlapComm,
            "reduce gradients while the backward pass goes on, and gather the next layer's weights"
                + " (stage 3) while one computes: the same numbers, sooner");
    Offload device =
        t.choice(
            OFFLOAD,
            Offload.NONE,
            "cpu: what the optimizer remembers, and its step, in main memory, where a rank on a CPU"
                + " has them anyway");
    boolean old = t.flag(CPU_OFFLOAD, false, "the old name of offload_optimizer: {device: cpu}");
    return new ZeroConfig(stage, size, overlap, old || device == Offload.CPU);
  }
}
