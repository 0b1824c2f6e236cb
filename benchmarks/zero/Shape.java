package neox.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.config.NeoxConfig;
import neox.model.Head;
import neox.model.Inputs;
import neox.model.LayerWatch;
import neox.model.Mode;
import neox.model.Network;
import neox.model.NetworkOptions;
import neox.model.stage.NetworkStage;
import neox.parallel.Ranks;
import neox.parallel.pipeline.PipelineSchedule;
import neox.parallel.pipeline.StageRunner;
import neox.tensor.Device;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import neox.train.optimizer.Cut;
import neox.train.optimizer.GradientBuckets;
import neox.train.optimizer.Optimizer;
import neox.train.optimizer.Watches;
import neox.weights.spec.NetworkSpec;
import org.bytedeco.pytorch.Tensor;

/// One rank's network with its gradients and optimizer, which takes steps on random tokens: what a
/// run's memory and time go to, without data, evaluations and checkpoints.
final class Shape implements AutoCloseable {
  private static final int VOCABULARY = 50_304;

  final NeoxConfig config;
  final RankNetwork network;
  final GradientBuckets gradients;
  final Optimizer optimizer;
  final Watches watches;
  private final Ranks ranks;
  private final StageRunner runner;

  static NeoxConfig config(Path file, Map<String, String> settings) throws IOException {
    return ConfigLoader.load(new ConfigSource(Optional.empty(), List.of(file), settings));
  }

  Shape(NeoxConfig config, Ranks ranks) {
    this.config = config;
    this.ranks = ranks;
    NetworkSpec spec = NetworkSpec.of(config.model(), VOCABULARY);
    NetworkOptions options =
        NetworkOptions.training(NetworkOptions.placement(Device.CPU, config.precision()))
            .withMemory(
                RankNetwork.sharesWeights(config.parallel().zero(), ranks)
                    ? NetworkOptions.Memory.LENT
                    : NetworkOptions.Memory.OWN);
    network =
        RankNetwork.build(
            Network.build(spec, options), ranks, config.parallel().zero(), Cut.ANYWHERE);
    network.network().initialize(1);
    gradients = GradientBuckets.of(network.plan(), GradientBuckets.Accumulation.FLOAT32);
    optimizer = Optimizer.of(config.optimizer(), config.parallel().zeroStage(), gradients);
    watches = network.watches(gradients);
    runner =
        StageRunner.single(
            new NetworkStage(
                network.network(),
                new NetworkStage.Work() {
                  @Override
                  public NetworkStage.Item item(int microBatch) {
                    return tokens(microBatch);
                  }

                  @Override
                  public void afterBackward() {
                    watches.accumulate();
                  }
                },
                Mode.TRAINING));
  }

  /// Has somebody look on as well.
  void watch(LayerWatch watch) {
    network.network().watch(watch);
  }

  void step() {
    int microBatches = config.batch().gradientAccumulationSteps();
    try (var _ = Scope.open()) {
      gradients.clear(microBatches);
      runner.run(PipelineSchedule.oneForwardOneBackward(ranks.pipe(), microBatches));
      gradients.reduce();
      gradients.clip(gradients.norms().global(), config.optimizer().gradientClipping());
      optimizer.step(1e-4);
    }
  }

  private NetworkStage.Item tokens(int microBatch) {
    Random random = new Random(31L * microBatch + ranks.rank());
    int length = config.model().seqLength() + 1;
    int[][] rows = new int[config.batch().microBatchSize()][];
    for (int row = 0; row < rows.length; row++) {
      rows[row] = random.ints(length, 0, VOCABULARY).toArray();
    }
    Tensor text = TensorData.ofIds(rows);
    Inputs inputs = Inputs.of(text.narrow(1, 0, length - 1));
    Tensor labels = text.narrow(1, 1, length - 1);
    return new NetworkStage.Item() {
      @Override
      public Inputs inputs() {
        return inputs;
      }

      @Override
      public Tensor output(Tensor hidden, Head head) {
        return head.logLikelihoods(hidden, labels).mean().neg();
      }
    };
  }

  @Override
  public void close() {
    optimizer.close();
    gradients.close();
    network.close();
  }
}
