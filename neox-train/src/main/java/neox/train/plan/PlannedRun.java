package neox.train.plan;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import neox.config.NeoxConfig;
import neox.config.Precision;
import neox.config.RecomputeConfig;
import neox.config.Vocabulary;
import neox.weights.spec.LayerSpec;
import neox.weights.spec.NetworkSpec;

/// What is to be trained, and on what; how it is divided is said by a [Layout].
public final class PlannedRun {
  private final NeoxConfig config;
  private final int vocabSize;
  private final Gpu gpu;
  private final Attention attention;
  private final Map<Integer, NetworkSpec> networks = new ConcurrentHashMap<>();
  private final Map<List<Integer>, List<List<LayerSpec>>> stages = new ConcurrentHashMap<>();

  /// How scores become sums of values.
  enum Attention {
    /// By the kernel that this program takes.
    OURS,
    /// With all scores in memory, which one kernel scales, masks and makes probabilities of, as
    /// Megatron-LM and what came from it did before arXiv:2205.14135.
    WRITTEN_OUT
  }

  /// @param vocabSize tokens of the tokenizer
  public PlannedRun(NeoxConfig config, int vocabSize, Gpu gpu) {
    this(config, vocabSize, gpu, Attention.OURS);
  }

  PlannedRun(NeoxConfig config, int vocabSize, Gpu gpu, Attention attention) {
    this.config = config;
    this.vocabSize = vocabSize;
    this.gpu = gpu;
    this.attention = attention;
  }

  NeoxConfig config() {
    return config;
  }

  Gpu gpu() {
    return gpu;
  }

  /// The network, whose vocabulary is padded for so many tensor-parallel ranks.
  NetworkSpec network(int tensor) {
    return networks.computeIfAbsent(tensor, this::laidOut);
  }

  /// The layers of each stage.
  List<List<LayerSpec>> stages(Layout layout) {
    return stages.computeIfAbsent(
        List.of(layout.pipe(), layout.tensor()),
        _ ->
            network(layout.tensor())
                .stages(config.parallel().partitionMethod(), layout.pipe(), layout.tensor()));
  }

  private NetworkSpec laidOut(int tensor) {
    int rows = Vocabulary.padded(vocabSize, config.model().dims().vocabDivisor(), tensor);
    return NetworkSpec.of(config.model(), rows, config.tuning());
  }

  /// Of a weight and of an activation.
  int elementBytes() {
    return bytes(config.precision());
  }

  /// Whether weights are narrower than what the optimizer changes.
  boolean isNarrow() {
    return elementBytes() < Float.BYTES;
  }

  /// Of a gradient as it goes from rank to rank: the type in which those of micro-batches are added
  /// up.
  int reducedBytes() {
    return bytes(config.mixedPrecision().accumulation());
  }

  private static int bytes(Precision precision) {
    return switch (precision) {
      case FP32 -> Float.BYTES;
      case FP16, BFLOAT16 -> Short.BYTES;
    };
  }

  /// Whether the optimizer's memory is the main memory of a machine whose devices have their own.
  boolean offloadsOptimizer() {
    return config.parallel().zero().offloadsOptimizer() && !gpu.isCpu();
  }

  /// Tokens of a sample as the blocks see it.
  double positions() {
    return (double) config.model().seqLength() + config.model().promptTokens();
  }

  /// Tokens of a micro-batch.
  double tokens(Layout layout) {
    return layout.batches().micro() * positions();
  }

  /// Bytes of what every rank keeps of the activations of one micro-batch at the very least: the
  /// input of each block, or group of blocks, of an average stage.
  public double leastActivations(Layout layout) {
    double blocks = Math.floor((double) config.model().layers() / layout.pipe());
    double kept =
        switch (layout.recompute()) {
          case RecomputeConfig.Nothing _, RecomputeConfig.Selected _ -> blocks;
          case RecomputeConfig.Blocks(int perGroup) -> Math.ceil(blocks / perGroup);
        };
    return kept * new BlockBytes(this, layout).hiddenState();
  }

  /// Whether scores are masked while their softmax is taken.
  boolean fusesSoftmax() {
    return attention == Attention.WRITTEN_OUT;
  }

  /// Whether the scores of a block's attention are in memory: where something is added to them or
  /// dropped from them, and in bfloat16 on a CPU (`AttentionKernel.choose`).
  boolean holdsScores() {
    return attention == Attention.WRITTEN_OUT
        || config.model().positions().biasesScores()
        || config.model().dropout().attention() > 0
        || (gpu.isCpu() && config.precision() == Precision.BFLOAT16);
  }
}
