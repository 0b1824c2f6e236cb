package neox.train;

import neox.config.NeoxConfig;
import neox.model.Noise;
import neox.parallel.Ranks;

/// What dropout draws from: with one rank a state that is saved, with several a seed for each
/// micro-batch, which is the same for the ranks of a replica; with the same bits on every layout
/// only the micro-batch's number in the whole step counts.
record RunNoise(NeoxConfig config, Ranks ranks) {
  /// For one micro-batch.
  ///
  /// @param samples that the run had seen before this step
  /// @param microBatch counted in the step, among those of this replica
  Noise of(long samples, int microBatch) {
    long seed = config.data().seed();
    if (config.deterministic().onEveryLayout()) {
      long number = (long) microBatch * ranks.data().size() + ranks.data().rank();
      return Noise.of(seed, 0, samples + number);
    }
    return ranks.world().isAlone()
        ? Noise.ofProcess()
        : Noise.of(seed, ranks.data().rank(), samples + microBatch);
  }
}
