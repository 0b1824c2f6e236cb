package neox.weights.neox;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import neox.base.UserException;
import neox.config.model.ModelConfig;
import neox.weights.DType;
import neox.weights.LazyTensor;
import neox.weights.Shape;
import neox.weights.pickle.TorchFile;
import neox.weights.spec.ParameterSpec;
import neox.weights.spec.Shards;
import neox.weights.spec.Share;

/// The optimizer's state that DeepSpeed has saved in a checkpoint of GPT-NeoX, as whole parameters.
///
/// All its forms are read: without ZeRO (with and without float32 masters), ZeRO 1 and 2 and the
/// bfloat16 optimizer (partitions of flat groups), ZeRO 3 (partitions of each parameter), of any
/// number of pipeline stages, tensor-parallel and data-parallel ranks. Files are mapped; nothing is
/// copied before it is asked for. Owns its files.
public final class DeepSpeedOptimizer implements StoredOptimizer {
  /// Slots that add up as weights do where the weights of tensor-parallel ranks add up.
  private static final Set<String> ADDITIVE = Set.of(OptimizerStateFile.MASTER, "x0");

  private final Path directory;
  private final int tensorRanks;
  private final boolean narrow;
  private final OptionalInt summed;
  private final List<TorchFile> files;
  private final List<RankState> ranks;
  private final Set<String> frozen;

  private DeepSpeedOptimizer(NeoxCheckpoint checkpoint, DeepSpeedFiles source) {
    this.directory = checkpoint.directory();
    this.tensorRanks = checkpoint.tensorParallelSize();
    this.narrow = isNarrow(checkpoint);
    this.files = source.opened();
    this.ranks = ranks(checkpoint, source);
    this.frozen = source.frozen();
    this.summed = checkpoint.isLayered() ? source.accumulation() : OptionalInt.of(1);
  }

  /// Opens the state beside a checkpoint's weights; empty when there is none. [UserException] when
  /// a file is missing, damaged, of another network or of an unknown form.
  ///
  /// @param checkpoint stays the caller's
  public static Optional<DeepSpeedOptimizer> open(NeoxCheckpoint checkpoint) throws IOException {
    DeepSpeedFiles files = new DeepSpeedFiles(checkpoint.directory(), checkpoint.integrity());
    boolean opened = false;
    try {
      files.read();
      if (files.parts().isEmpty()) {
        return Optional.empty();
      }
      DeepSpeedOptimizer optimizer = new DeepSpeedOptimizer(checkpoint, files);
      opened = true;
      return Optional.of(optimizer);
    } finally {
      if (!opened) {
        files.close();
      }
    }
  }

  private static boolean isNarrow(NeoxCheckpoint checkpoint) {
    return checkpoint.names().stream().anyMatch(name -> checkpoint.dtype(name) != DType.FLOAT32);
  }

  private static List<RankState> ranks(NeoxCheckpoint checkpoint, DeepSpeedFiles source) {
    List<List<OptimizerPart>> parts = source.parts();
    int tensorRanks = checkpoint.tensorParallelSize();
    if (parts.size() % tensorRanks != 0) {
      throw UserException.of(
          "%s: optimizer state of %d model-parallel ranks; expected a multiple of %d, over which"
              + " the weights are split",
          checkpoint.directory(), parts.size(), tensorRanks);
    }
    List<ParameterOrder> orders = source.orders().orElseGet(() -> derived(checkpoint, parts));
    List<RankState> ranks = new ArrayList<>();
    for (int rank = 0; rank < parts.size(); rank++) {
      boolean byRank = orders.size() == parts.size();
      ranks.add(new RankState(parts.get(rank), orders.get(byRank ? rank : rank / tensorRanks)));
    }
    return ranks;
  }

  /// The order of each stage's parameters, from the first tensor-parallel rank's files.
  private static List<ParameterOrder> derived(
      NeoxCheckpoint checkpoint, List<List<OptimizerPart>> parts) {
    int tensorRanks = checkpoint.tensorParallelSize();
    List<OptimizerPart> stages = new ArrayList<>();
    for (int rank = 0; rank < parts.size(); rank += tensorRanks) {
      stages.add(parts.get(rank).getFirst());
    }
    OptimizerPart first = stages.getFirst();
    checkpoint.network().requireStoredAsNamed(first);
    int groups = Math.max(first.groups().size(), 1);
    if (groups > 3) {
      throw first.refuse("has %d parameter groups; expected at most 3", groups);
    }
    Map<String, ParameterSpec> table = StageOrders.byHome(checkpoint.parameters());
    ModelConfig model = checkpoint.config();
    return new StageOrders(checkpoint.storedKeys(), table, tensorRanks, groups)
        .of(stages, model.head().tied());
  }

  @Override
  public long step() {
    return ranks.stream().mapToLong(RankState::step).max().orElseThrow();
  }

  /// What is remembered of parameters; empty before the first step.
  public Set<String> slots() {
    Set<String> slots = new LinkedHashSet<>();
    ranks.forEach(rank -> slots.addAll(rank.slots()));
    return slots;
  }

  /// Whether the network was trained in a type narrower than float32.
  public boolean isNarrow() {
    return narrow;
  }

  /// Where dynamic loss scaling stood.
  public Optional<StoredLossScale> lossScale() {
    return ranks.getFirst().lossScale();
  }

  /// How many micro-batches' gradients were added up to that of a step, where not their mean was
  /// taken: GPT-NeoX does so with `pipe_parallel_size` 1 and more. Empty when the files do not say.
  public OptionalInt summedMicroBatches() {
    return summed;
  }

  @Override
  public LazyTensor tensor(ParameterSpec spec, String slot) {
    for (int stage = 0; stage < ranks.size(); stage += tensorRanks) {
      if (holds(ranks.get(stage), spec)) {
        List<LazyTensor> pieces = new ArrayList<>();
        for (int rank = stage; rank < stage + tensorRanks; rank++) {
          pieces.add(piece(ranks.get(rank), spec, slot));
        }
        return Shards.joined(ADDITIVE.contains(slot) ? spec : withoutSums(spec), pieces);
      }
    }
    throw UserException.of(
        "%s: no optimizer state of %s; continue with its weights alone by no_load_optim: true or"
            + " finetune: true",
        directory, spec.key());
  }

  @Override
  public boolean hasMaster(ParameterSpec spec) {
    return ranks.stream().anyMatch(rank -> rank.hasMasters() && holds(rank, spec));
  }

  @Override
  public boolean isFrozen(ParameterSpec spec) {
    return frozen.contains(spec.key());
  }

  private static boolean holds(RankState rank, ParameterSpec spec) {
    return rank.keys().contains(spec.key());
  }

  private LazyTensor piece(RankState rank, ParameterSpec spec, String slot) {
    Shape shape = Shards.local(spec, tensorRanks);
    boolean likeWeights = shape.count() == rank.shape(spec.key()).count();
    if (!likeWeights && tensorRanks > 1) {
      throw UserException.of(
          "%s: %s of %s is not one number for each weight, and %d tensor-parallel ranks have each"
              + " their own; set no_load_optim to start with a fresh optimizer",
          directory, slot, spec.key(), tensorRanks);
    }
    return rank.tensor(spec.key(), shape, slot);
  }

  /// Ranks whose biases add up see the same gradient, and remember the same of it.
  private static ParameterSpec withoutSums(ParameterSpec spec) {
    return switch (spec.share()) {
      case Share.Summed _ -> spec.withShare(Share.SAME);
      case Share.Split _, Share.Same _, Share.AddedOnce _ -> spec;
    };
  }

  @Override
  public void close() {
    files.forEach(TorchFile::close);
  }
}
