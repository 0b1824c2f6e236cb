package neox.train;

import java.util.Optional;
import neox.config.MonitorConfig.NoiseScale;
import neox.train.optimizer.GradientBuckets;
import neox.train.optimizer.GradientSums;

/// What the gradient noise scale is measured with, where it is.
record NoiseMeter(Optional<GradientSums> sums) implements AutoCloseable {
  static NoiseMeter of(Optional<NoiseScale> configured, GradientBuckets gradients) {
    return new NoiseMeter(
        configured.map(noise ->
            new GradientSums(
                gradients,
                noise.batches(),
                noise.inMainMemory()
                    ? GradientSums.Place.MAIN_MEMORY
                    : GradientSums.Place.WITH_THE_GRADIENTS)));
  }

  @Override
  public void close() {
    sums.ifPresent(GradientSums::close);
  }
}
