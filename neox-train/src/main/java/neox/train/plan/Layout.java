package neox.train.plan;

import neox.config.NeoxConfig;
import neox.config.RecomputeConfig;
import neox.parallel.Topology;

/// How the work of a step is divided among ranks.
///
/// @param zeroStage see arXiv:1910.02054: 1 optimizer state, 2 gradients too, 3 weights too
/// @param sequenceParallel see arXiv:2205.05198 §4.2.2
public record Layout(
    Topology topology,
    int zeroStage,
    Batches batches,
    RecomputeConfig recompute,
    boolean sequenceParallel) {

  /// How a replica's samples of a step are cut.
  ///
  /// @param micro samples per forward pass and replica
  /// @param perStep forward passes of each replica
  public record Batches(int micro, int perStep) {}

  /// What a configuration asks for.
  public static Layout of(NeoxConfig config, Topology topology) {
    return new Layout(
        topology,
        config.parallel().zeroStage(),
        new Batches(config.batch().microBatchSize(), config.batch().gradientAccumulationSteps()),
        config.recompute(),
        config.parallel().sequenceParallel() && topology.tensor() > 1);
  }

  int pipe() {
    return topology.pipe();
  }

  int data() {
    return topology.data();
  }

  int tensor() {
    return topology.tensor();
  }

  /// Samples of a step.
  long samples() {
    return (long) batches.micro() * batches.perStep() * data();
  }

  /// How many ranks share what lies outside the tensor-parallel regions.
  int sequenceShare() {
    return sequenceParallel ? tensor() : 1;
  }

  /// Micro-batches whose activations a stage holds at a time: one forward, one backward
  /// (arXiv:2104.04473 §2.2).
  int inFlight(int stage) {
    return Math.min(pipe() - stage, batches.perStep());
  }
}
