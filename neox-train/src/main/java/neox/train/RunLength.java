package neox.train;

import java.io.IOException;
import java.util.function.Consumer;
import neox.base.UserException;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.config.LoadedConfig;
import neox.config.NeoxConfig;
import neox.data.BatchSource;
import neox.data.RunSamples;
import neox.data.SplitSamples;

/// Turns `train_epochs` into optimizer steps, which the learning rate and much else depend on.
final class RunLength {
  /// Reads a configuration; when it gives epochs, asks the data how many steps they are.
  static LoadedConfig read(ConfigSource source, Consumer<String> log) throws IOException {
    LoadedConfig loaded = ConfigLoader.read(source);
    NeoxConfig config = loaded.config();
    if (config.batch().trainEpochs().isEmpty()) {
      return loaded;
    }
    config.requireTrainable();
    long steps = steps(config, log);
    log.accept(
        "train_epochs: %d epochs are %,d steps"
            .formatted(config.batch().trainEpochs().get(), steps));
    return ConfigLoader.read(source, steps);
  }

  private static long steps(NeoxConfig config, Consumer<String> log) throws IOException {
    try (RunSamples samples = RunSamples.open(config, log)) {
      if (samples.train().isPresent()) {
        SplitSamples train = samples.train().get();
        BatchSource source =
            new BatchSource(train.samples(), config.batch().microBatchSize(), 0, 1);
        if (samples.trainSteps() == 0) {
          throw UserException.of(
              "train_epochs: %d epochs of %d micro-batches do not fill one step of %d"
                  + " (gradient_accumulation_steps); use more data or smaller batches",
              config.batch().trainEpochs().orElseThrow(),
              source.microBatches(),
              config.batch().gradientAccumulationSteps());
        }
      }
      return samples.trainSteps();
    }
  }

  private RunLength() {}
}
