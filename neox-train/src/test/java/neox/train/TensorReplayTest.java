package neox.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.config.GradientReduction;
import neox.config.NeoxConfig;
import neox.config.ParallelConfig;
import neox.config.Precision;
import neox.model.Mode;
import neox.model.Network;
import neox.model.NetworkOptions;
import neox.model.Noise;
import neox.model.stage.NetworkStage;
import neox.parallel.Ranks;
import neox.parallel.TensorParallel;
import neox.parallel.Topology;
import neox.tensor.Device;
import neox.tensor.NativeRuntime;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.train.checkpoint.LearningRateSchedule;
import neox.train.data.TrainingData;
import neox.train.loop.Pipeline;
import neox.train.loop.TrainingWork;
import neox.train.objective.LanguageModeling;
import neox.train.optimizer.GradientBuckets;
import neox.train.optimizer.Holdings;
import neox.train.optimizer.Optimizer;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.spec.AttentionSpec;
import neox.weights.spec.Group;
import neox.weights.spec.LayerSpec;
import neox.weights.spec.LinearSpec;
import neox.weights.spec.MlpSpec;
import neox.weights.spec.NetworkSpec;
import neox.weights.spec.ParameterSpec;
import neox.weights.spec.Share;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Replays runs that GPT-NeoX made on two tensor-parallel ranks, and on two of each of two pipeline
/// stages, from its own first weights, on as many ranks of ours.
///
/// Three accidents of GPT-NeoX are repeated here, and here alone. With a parallel residual each
/// rank holds biases of its own where ranks add up their parts; the bias that takes effect is their
/// sum, and as each makes a whole step of Adam, it moves twice as fast on two ranks. With sequence
/// parallelism the final norm's gradient is summed over the ranks a second time. And the norm that
/// gradients are clipped by counts what tensor-parallel ranks hold alike on the first stage alone.
class TensorReplayTest {
  private static final int STEPS = 20;
  private static final int RANKS = 2;
  private static final int PADDED_VOCAB = 512;

  /// Two implementations in float32 drift apart by rounding alone.
  private static final double TOLERANCE = 1e-4;

  @TempDir Path directory;

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  /// What a step came to.
  private record Step(double loss, double norm) {}

  @Test
  void followsTensorParallelRuns() throws IOException {
    assertFollows("D_mp2", replay("D_mp2", "D_mp2", 1));
    assertFollows("TP2ref", replay("TP2ref", "SP_tp2", 1));
  }

  /// Its final norm's gradient counts twice; beside clipping that is all that the runs differ in.
  @Test
  void followsASequenceParallelRunWhenTheFinalNormsGradientCountsTwice() throws IOException {
    assertFollows("SP_tp2", replay("SP_tp2", "SP_tp2", 2));
  }

  /// The formula of the paper: slices change where numbers are, not what they are.
  @Test
  void sequenceParallelismComesToWhatTensorParallelismComesTo() throws IOException {
    assertFollows("TP2ref", replay("SP_tp2", "SP_tp2", 1));
  }

  /// Two stages of two ranks each.
  @Test
  void followsARunOfTensorParallelStages() throws IOException {
    assertFollows("P_tp2pp2", replay("P_tp2pp2", "P_tp2pp2", 1));
  }

  private static void assertFollows(String run, List<Step> ours) throws IOException {
    List<JsonNode> trace = Records.lines(TrainFixture.GOLDEN.resolve(run).resolve("trace.jsonl"));
    assertThat(trace).hasSize(STEPS);
    assertThat(ours).hasSize(STEPS);
    for (int i = 0; i < STEPS; i++) {
      double loss = trace.get(i).get("lm_loss").asDouble();
      double norm = trace.get(i).get("grad_norm").asDouble();
      assertThat(ours.get(i).loss()).as("loss %d", i).isCloseTo(loss, within(TOLERANCE * loss));
      assertThat(ours.get(i).norm()).as("norm %d", i).isCloseTo(norm, within(TOLERANCE * norm));
    }
  }

  /// @param first whose first weights it starts from
  /// @param finalNorm how often the gradient of the final norm counts
  private List<Step> replay(String run, String first, double finalNorm) throws IOException {
    Path golden = TrainFixture.GOLDEN.resolve(run);
    Path data = directory.resolve("corpus1_text_document");
    if (!data.resolveSibling("tiny.yml").toFile().exists()) {
      new TrainFixture(directory);
    }
    ConfigSource source =
        new ConfigSource(
            Optional.empty(),
            List.of(golden.resolve("config.yml")),
            Map.of("data_path", data.toString()));
    ParallelConfig parallel = ConfigLoader.load(source).parallel();
    Topology topology = new Topology(parallel.stages(), 1, parallel.modelParallelSize());
    int world = topology.worldSize();
    TrainFixture.data(RunPlan.read(source, world, _ -> {})).close(); // makes the order of samples
    List<Step> steps = new ArrayList<>();
    Ranks.runInProcess(
        topology,
        ranks -> {
          RunPlan plan = RunPlan.read(source, world, _ -> {});
          Path weights = TrainFixture.GOLDEN.resolve(first).resolve("global_step0");
          List<Step> mine = train(plan, ranks, weights, finalNorm);
          if (ranks.isFirstOfAll()) {
            steps.addAll(mine);
          }
        });
    return steps;
  }

  private static List<Step> train(RunPlan plan, Ranks ranks, Path weights, double finalNorm)
      throws IOException {
    NeoxConfig config = plan.loaded().config();
    Placement placement = NetworkOptions.placement(Device.CPU, Precision.FP32);
    boolean slices = config.parallel().sequenceParallel();
    TensorParallel tp = slices ? ranks.sequenceParallel() : ranks.tensorParallel();
    NetworkSpec plain = withFasterBiases(NetworkSpec.of(config.model(), PADDED_VOCAB));
    NetworkSpec spec = slices ? plain.ofSlices() : plain;
    NetworkOptions options = NetworkOptions.training(placement).withTensorParallel(tp);
    try (TrainingData data = TrainFixture.data(plan);
        Network network = Network.build(spec, stage(spec, config, ranks), options);
        NeoxCheckpoint first = NeoxCheckpoint.open(weights, OptionalLong.empty(), config.model())) {
      network.load(first);
      Holdings holdings = Holdings.of(network.parameters(), spec.parameters(), ranks);
      try (GradientBuckets gradients = GradientBuckets.of(holdings);
          Optimizer optimizer = Optimizer.of(config.optimizer(), 0, gradients);
          TrainingWork work =
              TrainingWork.ofTraining(
                  data.train(),
                  new LanguageModeling(0),
                  gradients,
                  _ -> {},
                  _ -> Noise.ofProcess())) {
        Taking taking =
            new Taking(
                config,
                pipeline(config, ranks, tp, placement),
                network,
                work,
                gradients,
                optimizer);
        List<Step> steps = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
          steps.add(taking.step(step, finalNorm));
        }
        return steps;
      }
    }
  }

  private static List<LayerSpec> stage(NetworkSpec spec, NeoxConfig config, Ranks ranks) {
    return spec.stages(config.parallel()).get(ranks.pipe().rank());
  }

  private static Pipeline pipeline(
      NeoxConfig config, Ranks ranks, TensorParallel tp, Placement placement) {
    int noPrompt = 0;
    return new Pipeline(
        ranks,
        new Pipeline.Activation(
            config.batch().microBatchSize(), noPrompt, tp.slices(), config.model().hiddenSize()),
        placement,
        config.deterministic().sameOn());
  }

  /// What steps are taken with.
  private record Taking(
      NeoxConfig config,
      Pipeline pipeline,
      Network network,
      TrainingWork work,
      GradientBuckets gradients,
      Optimizer optimizer) {

    /// As DeepSpeed takes it with pipe_parallel_size 1: gradients are sums over the micro-batches.
    /// A clipping of 1.0 was never handed to it.
    Step step(int before, double finalNorm) {
      int microBatches = config.batch().gradientAccumulationSteps();
      double clipping = config.optimizer().gradientClipping();
      try (var _ = Scope.open()) {
        gradients.clear();
        work.begin(
            new TrainingWork.Span(
                (long) before * microBatches, microBatches, config.model().seqLength()));
        pipeline
            .runner(new NetworkStage(network, work, Mode.TRAINING), work::seqLength)
            .run(pipeline.oneForwardOneBackward(microBatches));
        gradients.reduce();
        gradients.unscale(1.0 / GradientReduction.SUM.factor(microBatches));
        multiplyFinalNorm(finalNorm);
        double norm = norm(gradients.norms().byKey());
        gradients.clip(norm, clipping == 1.0 ? 0 : clipping);
        LearningRateSchedule schedule =
            LearningRateSchedule.of(config.schedule(), config.optimizer().learningRate());
        optimizer.step(schedule.rate(before + 1L));
        return new Step(pipeline.mean(work.losses()), norm);
      }
    }

    /// Without what tensor-parallel ranks of later stages hold alike.
    private double norm(Map<String, Double> norms) {
      double squares = 0;
      int stage = 0;
      for (List<LayerSpec> layers : network.spec().stages(config.parallel())) {
        for (ParameterSpec parameter : NetworkSpec.parameters(layers)) {
          if (stage == 0 || parameter.share() instanceof Share.Split) {
            double norm = Objects.requireNonNull(norms.get(parameter.key()));
            squares += norm * norm;
          }
        }
        stage++;
      }
      return Math.sqrt(squares);
    }

    private void multiplyFinalNorm(double factor) {
      try (var _ = new NoGradGuard()) {
        for (LayerSpec layer : network.stage()) {
          if (layer instanceof LayerSpec.FinalNorm norm) {
            norm.parameters().forEach(each -> gradients.sum(each).mul_(new Scalar(factor)));
          }
        }
      }
    }
  }

  /// See [TensorReplayTest].
  private static NetworkSpec withFasterBiases(NetworkSpec spec) {
    List<LayerSpec> layers = new ArrayList<>();
    for (LayerSpec layer : spec.layers()) {
      layers.add(layer instanceof LayerSpec.Transformer block ? withFasterBiases(block) : layer);
    }
    return new NetworkSpec(spec.config(), spec.paddedVocab(), layers);
  }

  private static LayerSpec withFasterBiases(LayerSpec.Transformer block) {
    AttentionSpec attention = block.attention();
    MlpSpec mlp = block.mlp();
    return new LayerSpec.Transformer(
        block.index(),
        block.number(),
        block.residual(),
        block.norm1(),
        new AttentionSpec(
            attention.config(),
            attention.queryKeyValue(),
            withFasterBias(attention.dense()),
            attention.norm(),
            attention.relative()),
        block.norm2(),
        new MlpSpec(mlp.config(), mlp.widen(), withFasterBias(mlp.narrow())));
  }

  private static LinearSpec withFasterBias(LinearSpec linear) {
    Optional<ParameterSpec> bias =
        linear.bias().map(each -> each.withGroup(new Group(false, RANKS)));
    return new LinearSpec(linear.weight(), bias, linear.adapter());
  }
}
